"""The command line: `fanout`."""

import sys

import click

from consumers.analysis_queue.commands import analysis
from consumers.audit_log.commands import audit
from consumers.search_index.commands import index, search
from demonstration.commands import demo, dev
from deployment.commands import deploy, package
from stream_processor.errors import FanoutError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="fanout")
def commands() -> None:
    """Fanout: every change of a DynamoDB table, delivered to every consumer."""


for command in (analysis, audit, demo, dev, index, search, package, deploy):
    commands.add_command(command)


def main() -> None:
    """Run a command; an error that a person can mend is printed without a traceback."""
    try:
        commands()
    except FanoutError as error:
        click.secho(f"error: {error}", fg="red", err=True)
        sys.exit(1)
