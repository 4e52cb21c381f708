"""A stream's name at the place where it is read."""

from collections.abc import Callable

type StreamAddress = Callable[[str], str]


def as_it_is(stream_arn: str) -> str:
    """Return the ARN itself: the place is the endpoint that the mapping came from."""
    return stream_arn


def in_dynamodb_local(stream_arn: str) -> str:
    """Return the ARN by which DynamoDB Local knows the stream: its own region and account."""
    return f"arn:aws:dynamodb:ddblocal:000000000000:{stream_arn.split(':', 5)[5]}"
