"""What was read into the records that go to the function. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping

from fanout_local.event_source_mapping.commands import Metric
from fanout_local.event_source_mapping.filters import compile_filters
from fanout_local.event_source_mapping.outbox import Outbox
from fanout_local.event_source_mapping.progress import Progress
from fanout_local.event_source_mapping.record import (
    Record,
    created_ms_of,
    encode,
    event_record,
    item_of,
    sequence_number_of,
)
from fanout_local.event_source_mapping.settings import MappingSettings


class Intake:
    """Filters and encodes; every record is in the progress, one that is filtered out as done."""

    def __init__(self, settings: MappingSettings, outbox: Outbox, progress: Progress) -> None:
        """Take in by these settings."""
        self._region = settings.region
        self._stream_arn = settings.stream_arn
        self._matches = compile_filters(settings.filters) if settings.filters else None
        self._outbox = outbox
        self._progress = progress

    def take(self, raws: Iterable[Mapping[str, object]], now_ms: int) -> Iterator[Record]:
        """Give the records that match, in order, and count the others."""
        polled = filtered_out = 0
        for raw in raws:
            polled += 1
            encoded = encode(event_record(raw, region=self._region, stream_arn=self._stream_arn))
            if self._matches is not None and not self._matches(json.loads(encoded)):
                filtered_out += 1
                self._progress.passed_over(sequence_number_of(raw))
                continue
            record = Record(
                ordinal=self._progress.next_ordinal,
                sequence_number=sequence_number_of(raw),
                created_ms=created_ms_of(raw, otherwise_ms=now_ms),
                read_ms=now_ms,
                item=item_of(raw),
                encoded=encoded,
            )
            self._progress.held(record)
            yield record
        self._outbox.measure(Metric.POLLED, polled)
        self._outbox.measure(Metric.FILTERED_OUT, filtered_out)
