"""The worker's function starts only with its settings."""

import sys
from importlib import import_module

import pytest

from stream_processor.errors import ConfigurationError


@pytest.mark.parametrize("missing", ["FANOUT_ANALYSIS_RESULTS_TABLE", "FANOUT_FAILURES_BUCKET"])
def test_a_missing_setting_fails_the_start_with_its_name(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    """Lambda's init error names the variable."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in ("FANOUT_ANALYSIS_RESULTS_TABLE", "FANOUT_FAILURES_BUCKET"):
        monkeypatch.setenv(name, "name")
    monkeypatch.delenv("FANOUT_CLAIMS_BUCKET", raising=False)
    monkeypatch.delenv(missing)
    monkeypatch.delitem(sys.modules, "consumers.analysis_queue.worker_handler", raising=False)
    with pytest.raises(ConfigurationError, match=missing):
        import_module("consumers.analysis_queue.worker_handler")
