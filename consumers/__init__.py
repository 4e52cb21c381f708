"""The consumers: one folder each. A new one is a folder and a line in the registry."""
