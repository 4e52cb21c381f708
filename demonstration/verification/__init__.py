"""Checks from the outside: what the sinks hold against what the table and its stream say. One check a file."""
