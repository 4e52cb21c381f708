"""What is done again and again beside the reading: asking for the mappings, telling LocalStack, sending metrics."""

import json
import logging
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from fanout_local.event_source_mapping.report import PATH
from fanout_local.event_source_mapping.runner.mapping_source import MappingSource
from fanout_local.event_source_mapping.runner.refusals import CALL_ERRORS, cause_of
from fanout_local.event_source_mapping.runner.runner import Runner
from fanout_local.event_source_mapping.runner.telling import reports

logger = logging.getLogger(__name__)

REPORT_S = 2.0
"""A report that says nothing new is sent this often: it says that the runner lives."""


def repeat(errand: Callable[[], None], *, every_s: float, name: str) -> None:
    """Run in the background for ever; a failure is logged when it is another than the last."""

    def run() -> None:
        said = ""
        while True:
            begun_s = time.monotonic()
            try:
                errand()
                said = ""
            except CALL_ERRORS as error:
                if (cause := cause_of(error)) != said:
                    logger.warning("%s: %s", name, cause)
                    said = cause
            except Exception:
                logger.exception("%s", name)
            time.sleep(max(0.05, every_s - (time.monotonic() - begun_s)))

    threading.Thread(target=run, name=name, daemon=True).start()


def ask_for_mappings(source: MappingSource, runner: Runner) -> None:
    """Give the runner the mappings as they are. Raises botocore's errors."""
    runner.mappings_changed(source.read())


class LocalStackTeller:
    """Tells LocalStack's Lambda provider (ours) how the mappings are."""

    def __init__(self, *, endpoint: str, owner: str, runner: Runner) -> None:
        self._url = f"{endpoint}{PATH}{owner.replace('/', '-')}"
        self._runner = runner
        self._told = b""
        self._told_s = 0.0

    def tell(self) -> None:
        """Tell it when there is something new, or it is time to."""
        body = json.dumps(reports(self._runner)).encode()
        now_s = time.monotonic()
        if body == self._told and now_s - self._told_s < REPORT_S:
            return
        request = urllib.request.Request(self._url, data=body, method="PUT")  # noqa: S310 (the endpoint's address)
        try:
            with urllib.request.urlopen(request, timeout=5):  # noqa: S310
                self._told, self._told_s = body, now_s
        except (urllib.error.URLError, OSError):
            # LocalStack starts or stops; it is told again in a moment.
            self._told = b""
