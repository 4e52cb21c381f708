"""Commands for people: the audit trail of a stage."""

import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from consumers.audit_log.image_store import ImageStore
from consumers.audit_log.trail import report
from consumers.audit_log.trail.cloudwatch import CloudWatchTrail
from consumers.audit_log.trail.history import as_json, history, state_at, told
from consumers.audit_log.trail.seal_store import SealStore
from consumers.audit_log.trail.signing import KmsSigner
from consumers.audit_log.trail.table_hashes import TableHashes
from consumers.audit_log.trail.verification import SealCheck, Verification
from deployment.outputs import DeployedStage, deployed_stage, stage_options
from stream_processor.adapters.documents_table import DocumentsTable
from stream_processor.document_id import document_id
from stream_processor.environment import Environment
from stream_processor.errors import FanoutError
from stream_processor.settings import read_projection


class Moment(click.ParamType[datetime]):
    """ISO 8601; without a zone it is UTC."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read it."""
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no time: it takes ISO 8601, such as 2026-01-31T12:00:00Z", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.group()
def audit() -> None:
    """The audit trail: who changed what when, and whether the record of it holds."""


@audit.command()
@click.argument("document")
@click.option("--at", type=Moment(), help="Print the document as it was at this time.")
@stage_options
def show(document: str, at: datetime | None, stage: str, instance: str) -> None:
    """Print the history of DOCUMENT: a document id, or a key that is a text."""
    deployed = deployed_stage(stage, instance)
    trail = CloudWatchTrail(deployed.logs, deployed.output("AuditLogGroupName"))
    images = ImageStore(deployed.s3, deployed.output("AuditBucketName"))
    states = history(trail, images, document) or history(trail, images, document_id({"id": document}))
    if not states:
        raise FanoutError(f"The audit log has no event of {document}.")
    if at is None:
        click.echo("\n".join(told(states)))
        return
    state = state_at(states, at)
    if state is None or (state.image is None and state.event.new_hash is None):
        raise FanoutError(f"{document} did not exist at {at.isoformat()}, as far as the audit log goes.")
    if state.image is None:
        raise FanoutError(
            f"The trail keeps hashes only: at {at.isoformat()} the document's was {state.event.new_hash}."
        )
    click.echo(as_json(state.image))


@audit.command()
@click.option("--document", help="Only this one: a document id. Seals are about all documents, and left out then.")
@click.option("--since", type=Moment(), help="Only what was logged since this time.")
@stage_options
def verify(document: str | None, since: datetime | None, stage: str, instance: str) -> None:
    """Fold the trail, follow every chain, check the seals, compare with the table. Exits 1 when something is wrong."""
    verified = verification(deployed_stage(stage, instance)).run(
        now_ms=time.time_ns() // 1_000_000,
        document=document,
        since_ms=None if since is None else round(since.timestamp() * 1000),
    )
    click.echo("\n".join(report.told(verified)))
    sys.exit(0 if verified.holds else 1)


@audit.command()
@stage_options
def seal(stage: str, instance: str) -> None:
    """Close now what the schedule would close later."""
    numbers = seal_now(deployed_stage(stage, instance))
    click.echo(f"New seals: {', '.join(map(str, numbers))}" if numbers else "Nothing to seal yet.")


def seal_now(deployed: DeployedStage) -> Sequence[int]:
    """Let the stage's sealer close what is over, and return the numbers of the new seals.

    Raises:
        FanoutError: the function failed.

    """
    answer = deployed.functions.invoke(FunctionName=deployed.output("AuditSealerFunctionName"), Payload=b"{}")
    body = answer["Payload"].read().decode()
    if "FunctionError" in answer:
        raise FanoutError(f"The sealer failed: {body[:500]}\nIts log says more.")
    numbers: list[int] = json.loads(body)["seals"]
    return numbers


def verification(deployed: DeployedStage) -> Verification:
    """Return the verification of a stage's trail."""
    trail = CloudWatchTrail(deployed.logs, deployed.output("AuditLogGroupName"))
    projection = read_projection(
        Environment({"AuditProjection": deployed.output("AuditProjection")}), "AuditProjection"
    )
    return Verification(
        trail=trail,
        table=TableHashes(DocumentsTable(deployed.dynamodb, deployed.output("DocumentsTableName")), projection),
        images=ImageStore(deployed.s3, deployed.output("AuditBucketName")),
        seals=SealCheck(
            reader=SealStore(deployed.s3, deployed.output("AuditBucketName")),
            verifier=KmsSigner(deployed.kms, deployed.output("AuditKeyId")),
            kept_since_ms=trail.kept_since_ms(time.time_ns() // 1_000_000),
        ),
    )
