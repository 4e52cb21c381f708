"""The audit trail on LocalStack: logged, sealed by KMS into a locked bucket, verified, tampered with, shown."""

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from consumers.audit_log.consumer import AuditLog
from consumers.audit_log.image_store import ImageStore
from consumers.audit_log.trail.cloudwatch import CloudWatchTrail
from consumers.audit_log.trail.findings import Kind
from consumers.audit_log.trail.history import as_json, history, state_at, told
from consumers.audit_log.trail.seal_store import SealStore, SealTakenError
from consumers.audit_log.trail.sealing import Sealer
from consumers.audit_log.trail.signing import KmsSigner
from consumers.audit_log.trail.table_hashes import TableHashes
from consumers.audit_log.trail.verification import SealCheck, Verification
from demonstration.trace import autosaves, read_trace
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.adapters.documents_table import DocumentsTable
from stream_processor.adapters.threads import SystemClock
from stream_processor.change import Change
from stream_processor.deadline import Deadline
from stream_processor.decode import decode_event
from stream_processor.outcome import DELIVERED
from stream_processor.projection import Projection
from tests.fakes import wait_until
from tests.records import event, record

pytestmark = pytest.mark.integration

TRACES = os.environ.get("FANOUT_TRACES")
CLOCK = SystemClock()


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """Resources as serverless.yml makes them, of this module's own."""

    aws: AwsClients
    group: str
    bucket: str
    key: str
    table: str

    @property
    def trail(self) -> CloudWatchTrail:
        return CloudWatchTrail(self.aws.logs, self.group)

    @property
    def seals(self) -> SealStore:
        return SealStore(self.aws.s3, self.bucket)

    @property
    def images(self) -> ImageStore:
        return ImageStore(self.aws.s3, self.bucket)

    def log(self, changes: Sequence[Change]) -> None:
        consumer = AuditLog(self.aws.logs, self.group, self.images)
        outcomes = [outcome for _, outcome in consumer.deliver(changes, Deadline.after(30, CLOCK))]
        assert outcomes == [DELIVERED] * len(changes)

    def sealer(self) -> Sealer:
        signer = KmsSigner(self.aws.kms, self.key)
        return Sealer(trail=self.trail, seals=self.seals, signer=signer, delay_ms=0)

    def verification(self) -> Verification:
        table = TableHashes(DocumentsTable(self.aws.dynamodb, self.table), Projection())
        check = SealCheck(reader=self.seals, verifier=KmsSigner(self.aws.kms, self.key), kept_since_ms=0)
        return Verification(trail=self.trail, table=table, images=self.images, seals=check, pause=lambda _: None)


@pytest.fixture
def deployed(aws: AwsClients) -> Iterator[Deployed]:
    name = f"test-{uuid4().hex}"
    patient = AwsClients(read_timeout_s=60)
    patient.logs.create_log_group(logGroupName=f"/test/{name}")
    patient.s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    lock: Any = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    patient.s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=lock)
    key = patient.kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    patient.dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield Deployed(aws=aws, group=f"/test/{name}", bucket=name, key=key, table=name)
    aws.logs.delete_log_group(logGroupName=f"/test/{name}")
    aws.dynamodb.delete_table(TableName=name)


def changes_of(*records: dict[str, Any]) -> Sequence[Change]:
    for raw in records:
        raw["dynamodb"]["ApproximateCreationDateTime"] = float(int(time.time()))
    return decode_event(event(*records)).changes


def versions(document: str, bodies: Sequence[str], first: int = 1) -> Sequence[Change]:
    """Return the changes that write these bodies, one after another."""
    images = [None, *({"body": {"S": body}} for body in bodies)]
    return changes_of(
        *(
            record(first + number, document=document, old=old, new=new)
            for number, (old, new) in enumerate(pairwise(images))
        )
    )


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def test_the_trail_is_sealed_and_proven(deployed: Deployed) -> None:
    """Seals are signed by KMS and locked; table, large images and periods agree; what differs is named."""
    deployed.log(versions("a", ["1", "2", "3"]))
    deployed.log(versions("large", ["\x01" * 300_000], first=10))
    assert deployed.aws.s3.list_objects_v2(Bucket=deployed.bucket, Prefix="images/")["KeyCount"] == 1
    wait_until(lambda: len(list(deployed.trail.lines())) == 4, "the log shows what it took")
    time_ms = now_ms()
    wait_until(lambda: now_ms() > time_ms + 1, "the time of ingestion is over")
    (first,) = deployed.sealer().seal(Deadline.after(60, CLOCK))
    assert (first.number, first.events, first.tree_size) == (0, 4, 4)
    deployed.log(versions("b", ["x"], first=20))
    for name, body in (("a", "3"), ("large", "\x01" * 300_000), ("b", "x")):
        deployed.aws.dynamodb.put_item(TableName=deployed.table, Item={"id": {"S": name}, "body": {"S": body}})
    verified = deployed.verification().run(now_ms=now_ms())
    assert verified.findings == ()
    assert (verified.events, verified.unsealed) == (5, 1)
    assert [(proven.from_ms, proven.to_ms) for proven in verified.proven] == [(first.from_ms, first.to_ms)]

    retention = deployed.aws.s3.get_object_retention(Bucket=deployed.bucket, Key="seals/0000000000.json")
    assert retention["Retention"]["Mode"] == "GOVERNANCE"
    version = deployed.aws.s3.head_object(Bucket=deployed.bucket, Key="seals/0000000000.json")["VersionId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        deployed.aws.s3.delete_object(Bucket=deployed.bucket, Key="seals/0000000000.json", VersionId=version)
    with pytest.raises(SealTakenError):
        deployed.seals.put(deployed.seals.read(0))

    deployed.aws.dynamodb.put_item(TableName=deployed.table, Item={"id": {"S": "b"}, "body": {"S": "unlogged"}})
    body = json.loads(deployed.aws.s3.get_object(Bucket=deployed.bucket, Key="seals/0000000000.json")["Body"].read())
    body["seal"]["events"] = 3
    deployed.aws.s3.put_object(Bucket=deployed.bucket, Key="seals/0000000000.json", Body=json.dumps(body).encode())
    kinds = deployed.verification().run(now_ms=now_ms()).counts
    assert kinds == {Kind.TABLE: 1, Kind.SEAL: 1}


def test_one_document_and_a_part_of_the_trail(deployed: Deployed) -> None:
    """CloudWatch Logs is asked for just these lines."""
    deployed.log(versions("a", ["1", "2"]))
    deployed.log(versions("b%2Fc", ["1"], first=5))
    wait_until(lambda: len(list(deployed.trail.lines())) == 3, "the log shows what it took")
    assert len(list(deployed.trail.lines(text="a"))) >= 2
    assert len(list(deployed.trail.lines(since_ms=now_ms() + 60_000))) == 0
    for name, body in (("a", "2"), ("b%2Fc", "1")):
        deployed.aws.dynamodb.put_item(TableName=deployed.table, Item={"id": {"S": name}, "body": {"S": body}})
    verified = deployed.verification().run(now_ms=now_ms(), document="a")
    assert verified.holds
    assert (verified.events, verified.documents) == (2, 1)


@pytest.mark.skipif(TRACES is None, reason="FANOUT_TRACES names no folder of public traces")
@pytest.mark.parametrize("name", ["json-crdt-patch.json.gz", "rustcode.json.gz"])
def test_the_trail_rebuilds_a_real_history(deployed: Deployed, name: str) -> None:
    """The final text of a public editing trace comes back exactly, and so does each state on the way."""
    trace = read_trace(Path(str(TRACES)) / name)
    texts = autosaves(trace, 60).texts
    changes = versions("trace", texts)
    deployed.log(changes[::-1])
    deployed.log(changes[:7])
    wait_until(lambda: len(list(deployed.trail.lines())) == len(texts) + 7, "the log shows what it took", 30)
    states = history(deployed.trail, deployed.images, "trace")
    assert [state.image and state.image["body"] for state in states] == list(texts)
    assert texts[-1] == trace.end
    last = state_at(states, datetime.now(UTC))
    assert last is not None
    assert last.image is not None
    assert json.loads(as_json(last.image))["body"] == trace.end
    assert len(list(told(states))) > len(states)
    verification = Verification(trail=deployed.trail, images=deployed.images)
    verified = verification.run(now_ms=now_ms())
    assert verified.holds
    assert (verified.events, verified.repeats) == (len(texts), 7)
