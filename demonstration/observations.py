"""Look at what the sinks hold, through their own interfaces. Everything here reads; nothing waits."""

import json
from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError
from opensearchpy.helpers import scan

from consumers.search_index.entry import document_of
from demonstration.deployed import STACK, Deployed
from demonstration.verification.audit_trail import AuditEvent
from demonstration.verification.search_index import IndexEntry

CLAIMS = "claims/"
"""Below this the failures bucket keeps bodies of parked messages, which are no failures."""
COMPLAINT_MARKS = ("ERROR", "WARNING", "Traceback", "Task timed out", "errorMessage", "Error:", "Runtime exited")
COMPLAINTS_EACH = 3
COMPLAINT_CHARACTERS = 400
WORKER_LINE = "analysis batch"
WORKER_FATES = ("stored", "superseded", "failed")
"""Of the analysis worker's log line: each message is in one of these lists of event ids."""


def index_entries(deployed: Deployed) -> dict[str, IndexEntry]:
    """Return what a search through the alias finds once the index is refreshed, by document id."""
    alias = deployed.names.search_index
    deployed.search.indices.refresh(index=alias)
    return {
        hit["_id"]: IndexEntry(order_key=hit["_source"]["order_key"], image=document_of(hit["_source"]))
        for hit in scan(deployed.search, index=alias, size=100)
    }


def analysed_order_keys(deployed: Deployed) -> dict[str, str]:
    """Return the order key of each document's stored analysis, by document id; a tombstone is no analysis."""
    return {
        item["document_id"]["S"]: item["order_key"]["S"]
        for item in deployed.items(deployed.names.analysis_results_table)
        if "deleted" not in item
    }


def an_analysis(deployed: Deployed) -> str:
    """Return one analysis in words, of the document with most words whose language was told; else nothing."""
    told = [
        (int(item["analysis"]["M"]["words"]["N"]), item["document_id"]["S"], item["analysis"]["M"])
        for item in deployed.items(deployed.names.analysis_results_table)
        if "analysis" in item and "S" in item["analysis"]["M"]["language"] and "M" in item["analysis"]["M"]["sentiment"]
    ]
    if not told:
        return ""
    words, document, found = max(told, key=lambda it: it[:2])
    sentiment = found["sentiment"]["M"]
    phrases = [phrase["S"] for phrase in found["key_phrases"]["L"][:2]]
    return (
        f"{document}: language {found['language']['S']}, {words} words, {sentiment['label']['S']} "
        f"({sentiment['score_percent']['N']} %), {', '.join(phrases)}"
    )


def event_ids_at_worker(deployed: Deployed) -> list[str]:
    """Return the event id of each message that the analysis worker logged."""
    group = f"/aws/lambda/{deployed.names.analysis_worker}"
    lines = [json.loads(line) for line in _log_messages(deployed, group) if line.startswith("{")]
    batches = [line for line in lines if line.get("message") == WORKER_LINE]
    return [event_id for line in batches for fate in WORKER_FATES for event_id in line[fate]]


def audit_events(deployed: Deployed) -> list[AuditEvent]:
    """Return every event of the audit log."""
    return [json.loads(message) for message in _log_messages(deployed, deployed.names.audit_log_group)]


def complaints(deployed: Deployed) -> list[str]:
    """Return the last lines in which a function told of an error, each with the function's name, shortened."""
    found = []
    for function in (deployed.names.stream_function, deployed.names.retry_worker, deployed.names.analysis_worker):
        try:
            lines = [line.strip() for line in _log_messages(deployed, f"/aws/lambda/{function}")]
        except (ClientError, BotoCoreError) as error:
            lines = [f"ERROR: its log cannot be read: {error}"]
        bad = [line for line in lines if any(mark in line for mark in COMPLAINT_MARKS)]
        found += [f"{function}: {line[:COMPLAINT_CHARACTERS]}" for line in bad[-COMPLAINTS_EACH:]]
    return found


def failures(deployed: Deployed) -> list[str]:
    """Return the keys of the dead letters and of what Lambda gave up on."""
    pages = deployed.s3.get_paginator("list_objects_v2").paginate(Bucket=deployed.names.failures_bucket)
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return [key for key in keys if not key.startswith(CLAIMS)]


def queued(deployed: Deployed) -> dict[str, int]:
    """Return how many messages each of the stage's queues holds, waiting or being worked on, by queue name."""
    counts = {}
    for url in deployed.sqs.list_queues(QueueNamePrefix=f"{STACK}-").get("QueueUrls", []):
        attributes = deployed.sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        )["Attributes"]
        counts[url.rpartition("/")[2]] = sum(map(int, attributes.values()))
    return counts


def _log_messages(deployed: Deployed, group: str) -> Iterator[str]:
    pages = deployed.logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    for page in pages:
        for event in page["events"]:
            yield event["message"]
