"""Commands for people: what is known of a document."""

import json
from decimal import Decimal
from typing import Any

import click

from deployment.outputs import DeployedStage, deployed_stage, stage_options
from stream_processor.attribute_values import decode_image
from stream_processor.document_id import document_id
from stream_processor.errors import FanoutError


@click.group()
def analysis() -> None:
    """The analyses of the documents."""


@analysis.command()
@click.argument("document")
@stage_options
def show(document: str, stage: str, instance: str) -> None:
    """Print the analysis of DOCUMENT: a document id, or a key that is a text."""
    click.echo(analysis_text(deployed_stage(stage, instance), document))


def analysis_text(deployed: DeployedStage, document: str) -> str:
    """Return the result's fields as JSON.

    Raises:
        FanoutError: there is none.

    """
    for name in dict.fromkeys((document, document_id({"id": document}))):
        item = deployed.dynamodb.get_item(
            TableName=deployed.output("AnalysisResultsTableName"),
            Key={"document_id": {"S": name}},
            ConsistentRead=True,
        ).get("Item")
        if item is not None:
            return json.dumps(decode_image(item), default=_number, ensure_ascii=False, indent=2)
    raise FanoutError(
        f"There is no analysis of {document}: no text of it was written since this stage is deployed, "
        "or its analysis waits in the queue. The analysis worker's log says more."
    )


def _number(value: object) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(type(value).__name__)
