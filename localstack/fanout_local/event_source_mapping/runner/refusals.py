"""What AWS answers when it refuses, and what it means."""

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, HTTPClientError

from fanout_local.event_source_mapping.happenings import InvokeFailure, ReadFailure

type CallError = ClientError | BotoCoreError
CALL_ERRORS = (ClientError, BotoCoreError)

THROTTLES = frozenset(
    {
        "EC2ThrottledException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
DENIALS = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredTokenException",
        "InvalidSignatureException",
        "KMSAccessDeniedException",
        "UnrecognizedClientException",
    }
)
NOT_FOUND = "ResourceNotFoundException"


def code_of(error: CallError) -> str:
    """Return the code of a refusal; empty when there was no answer."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def cause_of(error: CallError) -> str:
    """Return one sentence for people."""
    if isinstance(error, ClientError):
        return f"{code_of(error)}: {error.response.get('Error', {}).get('Message', '')}".rstrip(": ")
    if isinstance(error, EndpointConnectionError):
        return "The endpoint cannot be reached."
    return f"No answer ({type(error).__name__})." if isinstance(error, HTTPClientError) else str(error)


def read_failure(error: CallError) -> ReadFailure:
    """Return why GetShardIterator, GetRecords or DescribeStream failed."""
    code = code_of(error)
    if code == ReadFailure.EXPIRED_ITERATOR.value:
        return ReadFailure.EXPIRED_ITERATOR
    if code == ReadFailure.TRIMMED.value:
        return ReadFailure.TRIMMED
    if code == NOT_FOUND:
        return ReadFailure.VANISHED
    if code in THROTTLES:
        return ReadFailure.THROTTLED
    return ReadFailure.DENIED if code in DENIALS else ReadFailure.UNAVAILABLE


def invoke_failure(error: CallError) -> InvokeFailure:
    """Return why Invoke did not run the function."""
    code = code_of(error)
    if code in THROTTLES:
        return InvokeFailure.THROTTLED
    if code == NOT_FOUND:
        return InvokeFailure.FUNCTION_NOT_FOUND
    return InvokeFailure.DENIED if code in DENIALS else InvokeFailure.SERVICE_ERROR
