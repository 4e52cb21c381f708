"""Whose fault an AWS error is decides between parking and dead-lettering."""

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)

from consumers.aws_faults import fault_of
from tests.aws_fakes import client_error


@pytest.mark.parametrize(
    "error",
    [
        *(
            client_error(code)
            for code in (
                "Throttling",
                "ThrottlingException",
                "RequestThrottled",
                "KmsThrottled",
                "KmsAccessDenied",
                "KMS.DisabledException",
                "OverLimit",
                "LimitExceededException",
                "ProvisionedThroughputExceededException",
                "TooManyRequestsException",
                "SlowDown",
                "AccessDenied",
                "InvalidClientTokenId",
                "ExpiredTokenException",
                "SignatureDoesNotMatch",
                "AWS.SimpleQueueService.NonExistentQueue",
                "QueueDoesNotExist",
                "ResourceNotFoundException",
                "NoSuchBucket",
                "RequestExpired",
            )
        ),
        *(client_error("InvalidParameterValue", status) for status in (401, 403, 404, 429, 500, 503)),
        ReadTimeoutError(endpoint_url="http://x"),
        EndpointConnectionError(endpoint_url="http://x"),
        NoCredentialsError(),
    ],
)
def test_faults_of_the_service_or_our_settings(error: ClientError | BotoCoreError) -> None:
    """These pass, or a person mends them: the change is good."""
    assert not fault_of(error).in_what_was_sent


@pytest.mark.parametrize(
    "error",
    [
        client_error("InvalidMessageContents"),
        client_error("InvalidParameterValue"),
        client_error("InvalidParameterException"),
        client_error("AWS.SimpleQueueService.BatchRequestTooLong"),
        client_error("EntityTooLarge", 413),
        ParamValidationError(report="Invalid length"),
    ],
)
def test_faults_in_what_was_sent(error: ClientError | BotoCoreError) -> None:
    """No service will ever take these."""
    assert fault_of(error).in_what_was_sent


def test_the_cause_is_the_services_code() -> None:
    """Metrics group by the code; its message is cut."""
    cause = fault_of(client_error("Throttling", message="m" * 1000)).cause
    assert cause.type == "Throttling"
    assert cause.message == "m" * 300
