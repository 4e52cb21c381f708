"""The oracle: it knows what was written and what happened, and nothing of how the core works."""
