"""Set-up from nothing."""
