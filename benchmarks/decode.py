"""What does a full decode of both images cost, against Powertools' record class and against parsing the JSON at all?"""

import json
import time

from aws_lambda_powertools.utilities.data_classes import DynamoDBStreamEvent

from benchmarks.measuring import Figure, in_turn
from benchmarks.stream_events import stream_event
from benchmarks.verdict import Goal, Verdict
from stream_processor.decode import decode_event

RECORDS = 100
SIZES_BYTES = (500, 2_000, 50_000)
ROUNDS = 7


def run() -> Verdict:
    """Measure events of 100 records of 0.5, 2 and 50 KB."""
    figures: dict[str, dict[str, Figure]] = {}
    ratios: dict[str, float] = {}
    for size_bytes in SIZES_BYTES:
        event = stream_event(records=RECORDS, record_bytes=size_bytes)
        text = json.dumps(event)
        case = f"{size_bytes / 1000:g} KB"
        figures[case] = case_figures = in_turn(
            {
                "fanout": lambda event=event: decode_event(event),  # type: ignore[misc]
                "powertools": lambda event=event: _read_with_powertools(event),  # type: ignore[misc]
                "json.loads": lambda text=text: json.loads(text),  # type: ignore[misc]
            },
            rounds=ROUNDS,
            units=RECORDS,
            clock=time.process_time,
        )
        for baseline in ("powertools", "json.loads"):
            ratio = case_figures["fanout"].median_s / case_figures[baseline].median_s
            ratios[f"{case}: fanout / {baseline}"] = ratio
    return Verdict(
        name="decode",
        question="full decode of keys and images, against reading them with Powertools and json.loads of the event",
        unit="record",
        figures=figures,
        ratios=ratios,
        goals={name: Goal(most=0.6 if "powertools" in name else 1.3) for name in ratios},
    )


def _read_with_powertools(event: dict[str, object]) -> int:
    read = 0
    for record in DynamoDBStreamEvent(event).records:
        body = record.dynamodb
        if body is not None:
            read += len(body.keys or {}) + len(body.old_image or {}) + len(body.new_image or {})
    return read
