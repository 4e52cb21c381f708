"""How fast is a trail of 100,000 events verified, seals and images and all, and in how much memory?"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks.measuring import Figure
from benchmarks.stream_events import WORDS
from benchmarks.verdict import Goal, Verdict
from consumers.audit_log.event import SCHEMA_VERSION
from consumers.audit_log.trail.lines import Line
from consumers.audit_log.trail.verification import Verification
from stream_processor.attribute_values import AttributeValue
from stream_processor.canonical import canonical_attributes, canonical_image, text_hash

EVENTS = 100_000
DOCUMENTS = 1_000
ROUNDS = 3
MEMORY = "MB of memory"


class MadeTrail:
    """A log that is made while it is read, so that it takes no memory itself: every document is edited in turn."""

    group = "/bench/audit"

    def lines(self, *, since_ms: int | None = None, text: str | None = None) -> Iterator[Line]:  # noqa: ARG002
        """Yield 100,000 lines."""
        last: dict[int, str] = {}
        for number in range(EVENTS):
            document = number * 7 % DOCUMENTS
            words = " ".join(WORDS[(number + offset) % len(WORDS)] for offset in range(60))
            values: dict[str, AttributeValue] = {"id": f"d{document}", "title": "t", "body": f"{number} {words}"}
            image = canonical_image(canonical_attributes(values))
            new_hash = text_hash(image)
            fields = {
                "schema_version": SCHEMA_VERSION,
                "event_id": f"{number:032x}",
                "document_id": f"d{document}",
                "order_key": f"2026-01-02T03:04:05.678/{number:040}",
                "event_name": "MODIFY" if document in last else "INSERT",
                "keys": {"id": f"d{document}"},
                "created_at": "2026-01-02T03:04:05Z",
                "actor": "ada",
                "changed": ["body"],
                "changed_count": 1,
                "old_hash": last.get(document),
                "new_hash": new_hash,
            }
            last[document] = new_hash
            message = f'{json.dumps(fields)[:-1]},"new_image":{image}}}'
            yield Line(timestamp_ms=number, ingested_at_ms=number, message=message)


def run() -> Verdict:
    """Verify in a process of its own, several times; making the lines is timed apart and taken off."""
    making_s, verifying_s, memory_mb = [], [], []
    for _ in range(ROUNDS):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.audit_verify"], capture_output=True, check=True, timeout=600
        )
        measured = json.loads(done.stdout)
        making_s.append(measured["making_s"] / EVENTS)
        verifying_s.append((measured["whole_s"] - measured["making_s"]) / EVENTS)
        memory_mb.append(measured["memory_mb"])
    verify = Figure.of(verifying_s)
    return Verdict(
        name="audit_verify",
        question=f"a trail of {EVENTS:,} events with images, verified",
        unit="event",
        figures={"time": {"verify": verify, "(make the line)": Figure.of(making_s)}},
        observed={"events a second": {"verify": round(1 / verify.median_s)}, MEMORY: {"verify": max(memory_mb)}},
        goals={f"{MEMORY}: verify": Goal(most=200)},
    )


def _measure() -> None:
    import resource

    begin_s = time.perf_counter()
    for _ in MadeTrail().lines():
        pass
    making_s = time.perf_counter() - begin_s
    begin_s = time.perf_counter()
    verified = Verification(trail=MadeTrail()).run(now_ms=0)
    whole_s = time.perf_counter() - begin_s
    if not verified.holds or verified.events != EVENTS:
        raise RuntimeError(f"the trail does not hold: {verified.findings[:3]}")
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"making_s": making_s, "whole_s": whole_s, "memory_mb": round(memory_mb, 1)}))


if __name__ == "__main__":
    _measure()
