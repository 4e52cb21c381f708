"""Each consumer is built from its settings alone, without a call, and loads no more than it uses."""

import subprocess
import sys

import pytest

from consumers.registry import build_consumer
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.environment import Environment
from stream_processor.errors import ConfigurationError

SETTINGS = {
    "search_index": {
        "FANOUT_SEARCH_ENDPOINT": "https://search.example",
        "FANOUT_SEARCH_AUTH": "sigv4",
        "FANOUT_DOCUMENTS_TABLE": "documents",
    },
    "analysis_queue": {
        "FANOUT_ANALYSIS_QUEUE_URL": "https://sqs.example/queue.fifo",
        "FANOUT_FAILURES_BUCKET": "failures",
    },
    "audit_log": {"FANOUT_AUDIT_LOG_GROUP": "/fanout/test/audit"},
    "event_bus": {"FANOUT_EVENT_BUS": "bus"},
}


@pytest.fixture(autouse=True)
def _account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made-up credentials: nothing is called."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.mark.parametrize("name", SETTINGS)
def test_a_consumer_has_its_registry_name(name: str) -> None:
    """The ledger and the metrics know a consumer by the name it is registered with."""
    assert build_consumer(name, Environment(SETTINGS[name]), AwsClients(read_timeout_s=1)).name == name


@pytest.mark.parametrize(("name", "missing"), [(name, variable) for name in SETTINGS for variable in SETTINGS[name]])
def test_a_missing_setting_is_named(name: str, missing: str) -> None:
    """The function fails at its start, saying what to set."""
    variables = {variable: value for variable, value in SETTINGS[name].items() if variable != missing}
    with pytest.raises(ConfigurationError, match=missing):
        build_consumer(name, Environment(variables), AwsClients(read_timeout_s=1))


def test_images_in_the_audit_log_need_a_bucket() -> None:
    """One may be too large for its event."""
    variables = {**SETTINGS["audit_log"], "FANOUT_AUDIT_IMAGES": "new"}
    with pytest.raises(ConfigurationError, match="FANOUT_AUDIT_BUCKET"):
        build_consumer("audit_log", Environment(variables), AwsClients(read_timeout_s=1))


def test_only_search_loads_the_opensearch_client() -> None:
    """It takes a good part of a second to import: a function without search does not pay for it."""
    modules = ["analysis_queue.consumer", "analysis_queue.worker_handler", "audit_log.consumer", "aws_faults", "lanes"]
    code = f"""
import os, sys
os.environ |= {{"FANOUT_ANALYSIS_RESULTS_TABLE": "t", "FANOUT_CLAIMS_BUCKET": "b"}}
for module in {modules}:
    __import__("consumers." + module)
sys.exit("opensearchpy" in sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
