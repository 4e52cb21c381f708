"""Deploying Fanout: the one artifact of all functions, and osls."""
