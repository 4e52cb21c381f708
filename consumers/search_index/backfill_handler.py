"""The function of the backfill's state machine: plans the segments, and works on one for as long as it may."""

import os
from contextlib import closing
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from consumers.search_index.backfill import RateLimit
from consumers.search_index.index import live_index
from consumers.search_index.reading import require_reading
from consumers.search_index.upkeep import Upkeep
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.environment import Environment

RESERVE_MS = 60_000
"""A page and its waiting for the rate take less."""
MOST_SHARE = 0.5

_environment = Environment(os.environ)
_upkeep = Upkeep(_environment, AwsClients(read_timeout_s=20, attempts=4))
_mapping_id = _environment.text("FANOUT_STREAM_MAPPING_ID")
_logger = Logger(service="fanout")


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Plan, or work.

    To ``{"action": "plan", "segments": N, "units": U}`` the answer is ``{"work": [...]}``: one
    ``{"action": "segment", "segment": n, "segments": N, "units": U}`` for each segment. To such a one it is the same
    again, with ``done``, ``scanned`` and ``created``. `units` are read units a second of
    each segment; 0: no limit. A segment that is not done is given again.

    Raises:
        NotReadingError: changes made meanwhile might be missed; nothing was begun.
        BackfillError: the index does not take the documents.

    """
    segments, units = int(event["segments"]), float(event.get("units") or 0)
    if event["action"] == "plan":
        require_reading(_upkeep.aws.functions, _mapping_id, _upkeep.table)
        _begin_anew_if_done(segments)
        each = {"action": "segment", "segments": segments, "units": units}
        return {"work": [{**each, "segment": segment} for segment in range(segments)]}
    index = live_index(_upkeep.client, _upkeep.alias)
    backfill = _upkeep.backfill(index, _upkeep.alias, RateLimit(units or None))
    reserve_ms = min(RESERVE_MS, context.get_remaining_time_in_millis() * MOST_SHARE)
    segment = int(event["segment"])
    with closing(backfill.segment(segment, segments)) as pages:
        for _ in pages:
            if context.get_remaining_time_in_millis() < reserve_ms:
                break
    progress = backfill.progress(segment, segments)
    numbers = {"done": progress.done, "scanned": progress.scanned, "created": progress.created}
    _logger.info("backfill", index=index, segment=segment, progress=numbers, rejected=list(progress.rejected))
    return {**event, **numbers}


def _begin_anew_if_done(segments: int) -> None:
    """Go on with an execution that failed; forget one that came to its end."""
    index = live_index(_upkeep.client, _upkeep.alias)
    backfill = _upkeep.backfill(index, _upkeep.alias, RateLimit(None))
    if all(backfill.progress(segment, segments).done for segment in range(segments)):
        _upkeep.notes.forget(index)
