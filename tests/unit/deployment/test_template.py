"""The packaged template keeps what the design promises."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from consumers.registry import CONSUMERS, OFF_BY_DEFAULT
from deployment.commands import CHECKOUT
from tests.unit.deployment.conftest import Template

IGNORED_RULES = {
    "W3005": "osls writes DependsOn also where a reference implies it",
}
WITHOUT_RESOURCES = {f"comprehend:BatchDetect{what}" for what in ("DominantLanguage", "KeyPhrases", "Sentiment")}
"""Actions that can only be allowed on everything (Service Authorization Reference)."""
FORTNIGHT_S = 14 * 24 * 3600


def statements(template: Template) -> Iterator[dict[str, Any]]:
    """Yield every statement of a role's or managed policy."""
    for role in template.of_type("AWS::IAM::Role").values():
        for policy in role.get("Policies", []):
            yield from policy["PolicyDocument"]["Statement"]
    for policy in template.of_type("AWS::IAM::ManagedPolicy").values():
        yield from policy["PolicyDocument"]["Statement"]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_the_template_is_clean(template_path: Path, stage: str) -> None:
    """cfn-lint finds nothing, but for rules that osls breaks. Stages differ in values alone: one is enough."""
    if stage == "local":
        return
    command = ["cfn-lint", "--ignore-checks", ",".join(IGNORED_RULES), "--template", str(template_path)]
    done = subprocess.run(
        [CHECKOUT / ".local/venvs/project/bin" / command[0], *command[1:]],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_every_function_has_a_role_of_its_own(template: Template) -> None:
    """No two functions share a role, and Lambda alone may take it."""
    functions = template.of_type("AWS::Lambda::Function")
    roles = [function["Role"]["Fn::GetAtt"][0] for function in functions.values()]
    assert len(set(roles)) == len(roles)
    of_lambda = {
        name
        for name, role in template.of_type("AWS::IAM::Role").items()
        if "lambda.amazonaws.com" in str(role["AssumeRolePolicyDocument"])
    }
    assert set(roles) == of_lambda


def test_permissions_name_what_they_are_for(template: Template) -> None:
    """No statement allows every action of a service, or an action on everything."""
    found = list(statements(template))
    assert found
    for statement in found:
        assert statement["Effect"] == "Allow"
        for action in listed(statement["Action"]):
            assert "*" not in action
        for resource in listed(statement["Resource"]):
            assert resource != "*" or set(listed(statement["Action"])) <= WITHOUT_RESOURCES
            assert not str(resource).endswith(":*")


def test_each_function_may_write_only_to_its_own_log(template: Template) -> None:
    """A role names the log group of the one function that has it."""
    for name, function in template.of_type("AWS::Lambda::Function").items():
        role = template.resources[function["Role"]["Fn::GetAtt"][0]]["Properties"]
        groups = [
            statement["Resource"]["Fn::GetAtt"][0]
            for policy in role["Policies"]
            for statement in policy["PolicyDocument"]["Statement"]
            if "logs:PutLogEvents" in statement["Action"]
        ]
        assert groups == [name.replace("LambdaFunction", "LogGroup")]


def test_no_function_may_write_documents(template: Template) -> None:
    """I10: nothing but reading is allowed on the documents table and its stream."""
    for statement in statements(template):
        if "DocumentsTable" in str(statement["Resource"]):
            for action in listed(statement["Action"]):
                assert action.partition(":")[2].startswith(("Get", "BatchGet", "Scan", "Describe", "List"))


def test_the_stream_mapping_loses_nothing(template: Template) -> None:
    """It begins at the oldest change, tells failed items, splits bad batches, and gives up only into the bucket."""
    (mapping,) = (
        mapping
        for mapping in template.of_type("AWS::Lambda::EventSourceMapping").values()
        if "StreamArn" in str(mapping["EventSourceArn"])
    )
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["FailuresBucket", "Arn"]}
    assert 60 <= mapping["MaximumRecordAgeInSeconds"] < 24 * 3600
    assert mapping["MaximumRetryAttempts"] >= 3


def test_the_documents_table_is_kept_and_tells_both_images(template: Template, stage: str) -> None:
    """Stream, point-in-time recovery and time to live are on; outside the local stage it outlives the stack."""
    table = template.resources["DocumentsTable"]
    properties = table["Properties"]
    assert properties["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["DeletionPolicy"] == ("Delete" if stage == "local" else "Retain")
    assert properties["DeletionProtectionEnabled"] is (stage != "local")


def test_queues_give_time_for_work_and_keep_what_fails(template: Template, stage: str) -> None:
    """Visibility outlasts the worker, what fails over and over goes to a queue of the same kind, for 14 days."""
    queues = template.of_type("AWS::SQS::Queue")
    functions = template.of_type("AWS::Lambda::Function")
    mappings = [
        mapping
        for mapping in template.of_type("AWS::Lambda::EventSourceMapping").values()
        if mapping["EventSourceArn"]["Fn::GetAtt"][0] in queues
    ]
    assert len(mappings) == 1 + len(CONSUMERS)
    for mapping in mappings:
        queue = queues[mapping["EventSourceArn"]["Fn::GetAtt"][0]]
        timeout_s = functions[mapping["FunctionName"]["Fn::GetAtt"][0]]["Timeout"]
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert mapping["ScalingConfig"]["MaximumConcurrency"] >= 2
        assert queue["VisibilityTimeout"] >= timeout_s * (1 if stage == "local" else 6)
        dead = queues[queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]]
        assert dead.get("FifoQueue") == queue.get("FifoQueue")
        assert dead["MessageRetentionPeriod"] == FORTNIGHT_S
    assert all(queue["SqsManagedSseEnabled"] and queue["MaximumMessageSize"] == 1024**2 for queue in queues.values())


def test_every_consumer_has_its_retry_queue(template: Template) -> None:
    """The functions that deliver know the queue of each consumer of the registry."""
    for name in ("StreamProcessorLambdaFunction", "RetryWorkerLambdaFunction"):
        variables = template.resources[name]["Properties"]["Environment"]["Variables"]
        queues = {variables[f"FANOUT_RETRY_QUEUE_URL_{consumer.upper()}"]["Ref"] for consumer in CONSUMERS}
        assert len(queues) == len(CONSUMERS)
        assert variables["FANOUT_CONSUMERS"].split(",") == [name for name in CONSUMERS if name not in OFF_BY_DEFAULT]


def test_what_is_stored_is_encrypted_and_private(template: Template) -> None:
    """Buckets are encrypted, not public, and like the queues speak TLS only; tables are encrypted."""
    buckets = template.of_type("AWS::S3::Bucket")
    assert len(buckets) == 4
    for name, bucket in buckets.items():
        assert bucket["BucketEncryption"]
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        policies = [
            policy["PolicyDocument"]["Statement"]
            for policy in template.of_type("AWS::S3::BucketPolicy").values()
            if policy["Bucket"]["Ref"] == name
        ]
        assert refuses_plain_http(policies)
    (queue_policy,) = template.of_type("AWS::SQS::QueuePolicy").values()
    assert refuses_plain_http([queue_policy["PolicyDocument"]["Statement"]])
    assert {queue["Ref"] for queue in queue_policy["Queues"]} == template.of_type("AWS::SQS::Queue").keys()
    assert all(table["SSESpecification"]["SSEEnabled"] for table in template.of_type("AWS::DynamoDB::Table").values())


def refuses_plain_http(policies: list[list[dict[str, Any]]]) -> bool:
    return any(
        statement["Effect"] == "Deny" and str(statement["Condition"]["Bool"]["aws:SecureTransport"]).lower() == "false"
        for policy in policies
        for statement in policy
    )


def test_strangers_cannot_connect_outside_the_local_stage(template: Template, stage: str) -> None:
    """$connect asks for a signed request, and only this API may invoke the function behind the routes."""
    routes = {route["RouteKey"]: route for route in template.of_type("AWS::ApiGatewayV2::Route").values()}
    assert routes.keys() == {"$connect", "$disconnect", "$default"}
    assert routes["$connect"]["AuthorizationType"] == ("NONE" if stage == "local" else "AWS_IAM")
    permissions = template.of_type("AWS::Lambda::Permission").values()
    (of_sockets,) = (each for each in permissions if each["Principal"] == "apigateway.amazonaws.com")
    assert "${WebsocketsApi}" in of_sockets["SourceArn"]["Fn::Sub"]
    assert all(each["SourceArn"] for each in permissions)


def test_failures_never_expire_by_themselves(template: Template) -> None:
    """Of the failures bucket only claims go, after every queue that could point to them has forgotten."""
    rules = template.resources["FailuresBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert [rule["Prefix"] for rule in rules if "ExpirationInDays" in rule] == ["claims/"]
    assert all(rule["ExpirationInDays"] > 2 * 14 for rule in rules)


def test_seals_cannot_be_changed(template: Template) -> None:
    """The audit bucket locks what is put there, the sealer may not delete, and only it may sign."""
    lock = template.resources["AuditBucket"]["Properties"]["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"]["Days"] >= 1
    allowed = [(statement["Action"], statement["Resource"]) for statement in statements(template)]
    assert not any("s3:DeleteObject" in listed(action) and "AuditBucket" in str(where) for action, where in allowed)
    assert sum("kms:Sign" in listed(action) for action, _ in allowed) == 1


def test_documents_that_cannot_be_analysed_raise_an_alarm(template: Template) -> None:
    """The alarm looks at the analysis queue's dead letter queue."""
    (alarm,) = (
        alarm
        for alarm in template.of_type("AWS::CloudWatch::Alarm").values()
        if "AnalysisDeadLetterQueue" in str(alarm["Dimensions"])
    )
    assert alarm["Threshold"] == 0
