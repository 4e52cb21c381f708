"""What can go wrong in a demonstration, for people to read."""

from stream_processor.errors import FanoutError


class DemonstrationError(FanoutError):
    """The demonstration cannot be run or cannot go on; the message names the cause and the remedy."""
