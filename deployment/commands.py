"""The commands `fanout package` and `fanout deploy`."""

from pathlib import Path

import click

from deployment.artifact import Artifact, build_artifact
from deployment.deploying import deploy_stage
from deployment.errors import DeploymentError
from deployment.osls import LOCAL_STAGE

CHECKOUT = Path(__file__).resolve().parents[1]


@click.command()
def package() -> None:
    """Make the functions' artifact, .local/build/fanout.zip."""
    click.echo(_describe(build_artifact(CHECKOUT)))


@click.command()
@click.option("--stage", default=LOCAL_STAGE, show_default=True, help="local, or any other name: AWS.")
@click.option("--instance", default="dev", show_default=True, help="Of the local stack, for stage local.")
def deploy(stage: str, instance: str) -> None:
    """Deploy every resource and function of a stage."""
    from fanout_local.environment import stack_environment
    from fanout_local.errors import LocalStackError
    from fanout_local.state import read_state

    try:
        environment = stack_environment(read_state(instance)) if stage == LOCAL_STAGE else {}
    except LocalStackError as error:
        raise DeploymentError(str(error)) from error
    done = deploy_stage(stage, environment, checkout=CHECKOUT)
    click.echo(f"{_describe(done.artifact)}\nStage {stage} deployed in {done.took_s:.1f} s.")


def _describe(artifact: Artifact) -> str:
    made = "is as it was" if artifact.was_there else "made"
    return f"Artifact {artifact.path.relative_to(CHECKOUT)} {made}: {artifact.size_bytes / 1e6:.1f} MB."
