"""Clients that answer like the services, in this process: each call takes a while, and may refuse a document."""
