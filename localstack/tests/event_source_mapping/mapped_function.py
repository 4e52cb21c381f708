"""A table, a function that keeps a journal of its invocations, and the mapping between them."""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions_stack import FunctionsStack

CODE = """
import json, os, time

def handle(event, context):
    begin = time.time()
    records = [
        {
            "id": record["dynamodb"]["Keys"]["id"]["S"],
            "n": int(record["dynamodb"].get("NewImage", {}).get("n", {"N": "0"})["N"]),
            "number": record["dynamodb"]["SequenceNumber"],
            "event": record["eventName"],
            "identity": record.get("userIdentity"),
        }
        for record in event["Records"]
    ]
    poison = [record for record in records if record["id"].startswith("poison")]
    mode, answer, failed = os.environ["MODE"], None, bool(poison)
    before = os.path.exists(os.environ["JOURNAL"]) and open(os.environ["JOURNAL"]).read().count('"failed": true')
    if mode == "report":
        failed = bool(poison) and before < 2
        answer = {"batchItemFailures": [{"itemIdentifier": record["number"]} for record in poison] if failed else []}
    if mode == "large":
        answer = "x" * 7_000_000
    if mode == "slow":
        time.sleep(0.03)
    line = json.dumps({"begin": begin, "end": time.time(), "records": records, "failed": failed})
    journal = os.open(os.environ["JOURNAL"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(journal, line.encode() + b"\\n")  # in one go: other environments write too
    os.close(journal)
    if mode == "unspeakable":
        return object()
    if failed and mode != "report":
        raise ValueError("poison")
    return answer
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedFunction:
    """One of each, all of one name."""

    stack: FunctionsStack
    name: str
    stream_arn: str
    mapping_id: str
    journal: Path

    def write(self, ids: Sequence[str]) -> None:
        """Write items in this order; `n` counts from 0."""
        client = self.stack.client("dynamodb", self.stack.endpoints.dynamodb)
        for n, item in enumerate(ids):
            client.put_item(TableName=self.name, Item={"id": {"S": item}, "n": {"N": str(n)}})

    def invocations(self) -> list[dict[str, Any]]:
        """What the function was given so far, in the order in which it ended."""
        return [json.loads(line) for line in self.journal.read_text().splitlines()] if self.journal.exists() else []

    def taken(self) -> list[dict[str, Any]]:
        """The records of invocations that did not fail."""
        return [record for call in self.invocations() if not call["failed"] for record in call["records"]]

    def settings(self) -> dict[str, Any]:
        """The mapping as Lambda's API shows it."""
        answer: dict[str, Any] = self.stack.client("lambda").get_event_source_mapping(UUID=self.mapping_id)
        return answer

    def update(self, **settings: object) -> None:
        """Change the mapping."""
        self.stack.client("lambda").update_event_source_mapping(UUID=self.mapping_id, **settings)

    def delete_mapping(self) -> None:
        """Have it served no more."""
        self.stack.client("lambda").delete_event_source_mapping(UUID=self.mapping_id)


def make_mapped_function(
    stack: FunctionsStack, folder: Path, name: str, *, mode: str = "plain", **settings: object
) -> MappedFunction:
    """Make a table with a stream, the function and the mapping (TRIM_HORIZON unless told otherwise)."""
    table = stack.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )["TableDescription"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", CODE)
    functions = stack.client("lambda")
    journal = folder / f"{name}.jsonl"
    functions.create_function(
        FunctionName=name,
        Runtime="python3.11",
        Handler="index.handle",
        Role="arn:aws:iam::000000000000:role/any",
        Code={"ZipFile": code.getvalue()},
        Timeout=20,
        Environment={"Variables": {"JOURNAL": str(journal), "MODE": mode}},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    mapping = functions.create_event_source_mapping(
        **{"StartingPosition": "TRIM_HORIZON", **settings}, EventSourceArn=table["LatestStreamArn"], FunctionName=name
    )
    return MappedFunction(
        stack=stack, name=name, stream_arn=table["LatestStreamArn"], mapping_id=mapping["UUID"], journal=journal
    )
