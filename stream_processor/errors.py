"""Errors a person must act on. Each message names the cause and the remedy."""


class FanoutError(Exception):
    """The root of this project's errors."""


class ConfigurationError(FanoutError):
    """Fanout is set up wrongly: no retry mends it. The caller lets it end the function or the command."""
