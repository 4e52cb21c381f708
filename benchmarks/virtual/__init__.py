"""A world in virtual time: a day of waiting passes in seconds, and always in the same way."""
