"""Serves the event source mappings of DynamoDB streams, of any endpoint that speaks the AWS APIs."""

import argparse
import logging
import sys
from collections.abc import Sequence

from fanout_local.event_source_mapping.runner.composition import serve
from fanout_local.event_source_mapping.runner.settings import STATE_TABLE, RunnerSettings


def read_arguments(arguments: Sequence[str] | None = None) -> RunnerSettings:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m fanout_local.event_source_mapping", description=__doc__)
    parser.add_argument("--aws-endpoint", required=True, help="where Lambda's API answers, http://HOST:PORT")
    parser.add_argument("--dynamodb-local", help="DynamoDB Local behind it: streams are read there directly")
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--port", type=int, default=0, help="of the page that tells how it is (default: a free one)")
    parser.add_argument("--state-table", default=STATE_TABLE, help="of leases and checkpoints; made if there is none")
    parser.add_argument("--lease-s", type=float, default=10.0, help="a runner that is silent so long is taken for dead")
    parser.add_argument("--mappings-every-s", type=float, default=0.5, help="how often the mappings are asked for")
    parser.add_argument("--metrics-every-s", type=float, default=15.0, help="how often CloudWatch gets the counters")
    parser.add_argument(
        "--tell-localstack", action="store_true", help="the endpoint is LocalStack with our Lambda provider"
    )
    return RunnerSettings(**vars(parser.parse_args(arguments)))


def main() -> None:
    """Run until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("fanout_local").setLevel(logging.INFO)
    settings = read_arguments()
    try:
        serve(settings)
    except OSError as error:
        sys.exit(f"Port {settings.port} cannot be listened on: {error.strerror}")


if __name__ == "__main__":
    main()
