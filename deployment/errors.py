"""Errors of packaging and deploying. Each message names the cause and the remedy."""

from stream_processor.errors import FanoutError


class DeploymentError(FanoutError):
    """Nothing was deployed, or not whole; the message says why. The caller shows it and ends with exit code 1."""
