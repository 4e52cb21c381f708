"""100,000 documents in DynamoDB Local."""

import random
from concurrent.futures import ThreadPoolExecutor
from itertools import batched
from typing import Any

from benchmarks.search_stack import LEDGER, TABLE, Engines
from benchmarks.stream_events import WORDS

DOCUMENTS = 100_000
BODY_WORDS = 80
ITEMS_A_WRITE = 25


def write_documents(where: Engines) -> None:
    """Make the tables, and fill that of the documents with items of about 700 bytes."""
    client = where.aws().dynamodb
    for table, key in ((TABLE, "id"), (LEDGER, "event_id")):
        client.create_table(
            TableName=table,
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )

    def put(numbers: tuple[int, ...]) -> None:
        requests: list[Any] = [{"PutRequest": {"Item": document(number)}} for number in numbers]
        while requests:
            answer = client.batch_write_item(RequestItems={TABLE: requests})
            requests = list(answer["UnprocessedItems"].get(TABLE, []))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(put, batched(range(DOCUMENTS), ITEMS_A_WRITE, strict=False)))


def document(number: int) -> dict[str, Any]:
    """Return a document, always the same for a number."""
    chance = random.Random(number)
    return {
        "id": {"S": f"document-{number}"},
        "title": {"S": " ".join(chance.choices(WORDS, k=4))},
        "body": {"S": " ".join(chance.choices(WORDS, k=BODY_WORDS))},
        "tags": {"SS": chance.sample(WORDS, k=2)},
        "author": {"S": "ada"},
        "version": {"N": str(number % 50)},
        "meta": {"M": {"draft": {"BOOL": True}, "size": {"N": "12.5"}}},
    }
