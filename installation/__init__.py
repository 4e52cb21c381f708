"""Set-up from nothing: `python -m installation`, on the standard library only."""
