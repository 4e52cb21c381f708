"""What does the audit log's hash of an image cost, against json.dumps of the image?"""

import json
from typing import Any

from benchmarks.measuring import Figure, in_turn
from benchmarks.stream_events import stream_event
from benchmarks.verdict import Goal, Verdict
from stream_processor.attribute_values import decode_image
from stream_processor.canonical import canonical_attributes, image_hash

IMAGES = 100
ROUNDS = 7
SIZES_BYTES = (500, 2_000, 25_000, 300_000)
ESCAPED = 'The "tide"\n table\\ is wrong again. ' * 700
BEYOND_ASCII = "潮汐表がまた間違っている。\n" * 700


def run() -> Verdict:
    """Measure images of edits of several sizes, and texts full of what is escaped or beyond ASCII."""
    cases: dict[str, list[Any]] = {
        f"{size_bytes / 1000:g} KB": [
            record["dynamodb"]["NewImage"]
            for record in stream_event(records=IMAGES, record_bytes=2 * size_bytes)["Records"]
        ]
        for size_bytes in SIZES_BYTES
    }
    cases["quotes and line ends"] = [{"id": {"S": "a"}, "body": {"S": ESCAPED}}]
    cases["beyond ASCII"] = [{"id": {"S": "a"}, "body": {"S": BEYOND_ASCII}}]
    figures: dict[str, dict[str, Figure]] = {}
    ratios: dict[str, float] = {}
    for case, raw in cases.items():
        images = [decode_image(image) for image in raw]
        figures[case] = in_turn(
            {
                "canonical hash": lambda images=images: [image_hash(canonical_attributes(it)) for it in images],  # type: ignore[misc]
                "json.dumps": lambda raw=raw: [json.dumps(it) for it in raw],  # type: ignore[misc]
            },
            rounds=ROUNDS,
            units=len(images),
        )
        ratios[case] = figures[case]["canonical hash"].median_s / figures[case]["json.dumps"].median_s
    return Verdict(
        name="canonical_hash",
        question="canonical text and SHA-256 of a decoded image, against json.dumps of its typed JSON",
        unit="image",
        figures=figures,
        ratios=ratios,
        goals=dict.fromkeys(ratios, Goal(most=2.0)),
    )
