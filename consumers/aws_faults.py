"""What an error of an AWS call says: does the failure lie in what was sent, or in the service and our settings?"""

from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from stream_processor.outcome import Cause

MAX_MESSAGE_CHARACTERS = 300

_NOT_THE_CHANGES_FAULT = (
    "throttl",
    "toomanyrequests",
    "slowdown",
    "limitexceeded",
    "overlimit",
    "throughputexceeded",
    "accessdenied",
    "accessexception",
    "unauthorized",
    "notauthorized",
    "token",
    "signature",
    "unrecognizedclient",
    "credential",
    "optinrequired",
    "kms",
    "notfound",
    "nonexistent",
    "doesnotexist",
    "nosuchbucket",
    "requestexpired",
    "requesttimeout",
    "internal",
    "unavailable",
)
"""Parts of error codes (lower case) of throttling, permission, encryption keys, and things that do not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why an AWS call, or one entry of it, failed.

    Attributes:
        in_what_was_sent: the service will never take this; else the failure lies in the service or our settings.

    """

    cause: Cause
    in_what_was_sent: bool


def fault_of(error: ClientError | BotoCoreError) -> Fault:
    """Judge an error that botocore raised for a whole call.

    | error                                                                      | lies in       |
    |----------------------------------------------------------------------------|---------------|
    | status 5xx, 429, 401, 403, 404; a code that `fault_of_code` finds with them | the service   |
    | any other 4xx; ParamValidationError (botocore did not send it)             | what was sent |
    | any other BotoCoreError: no connection, time-out, no credentials           | the service   |
    """
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        details = error.response.get("Error", {})
        fault = fault_of_code(details.get("Code", "Unknown"), details.get("Message", ""))
        refused = 400 <= status < 500 and status not in (401, 403, 404, 429)
        return Fault(cause=fault.cause, in_what_was_sent=refused and fault.in_what_was_sent)
    cause = Cause(type=type(error).__name__, message=str(error)[:MAX_MESSAGE_CHARACTERS])
    return Fault(cause=cause, in_what_was_sent=isinstance(error, ParamValidationError))


def fault_of_code(code: str, message: str) -> Fault:
    """Judge an error code that came without a status of its own.

    Codes of throttling, permission, encryption keys and missing things lie in the service or our settings, even
    where the service answers 400 and calls them the sender's fault; all others in what was sent.
    """
    lower = code.lower()
    return Fault(
        cause=Cause(type=code, message=message[:MAX_MESSAGE_CHARACTERS]),
        in_what_was_sent=not any(part in lower for part in _NOT_THE_CHANGES_FAULT),
    )
