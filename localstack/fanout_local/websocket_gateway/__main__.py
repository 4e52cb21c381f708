"""Serves a deployed WebSocket API on loopback."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from dataclasses import fields

from fanout_local.websocket_gateway.limits import Limits
from fanout_local.websocket_gateway.server import GatewaySettings, run


def read_arguments(arguments: Sequence[str] | None = None) -> GatewaySettings:
    """Read the command line; each limit has an option of its name."""
    parser = argparse.ArgumentParser(prog="python -m fanout_local.websocket_gateway", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--aws-endpoint", required=True, help="LocalStack's address, http://127.0.0.1:PORT")
    parser.add_argument("--stack-name", required=True, help="the CloudFormation stack that holds the API")
    parser.add_argument("--stage", required=True)
    for limit in fields(Limits):
        option = f"--{limit.name.replace('_', '-')}"
        parser.add_argument(option, type=type(limit.default), default=limit.default, metavar="N")
    given = vars(parser.parse_args(arguments))
    limits = Limits(**{limit.name: given.pop(limit.name) for limit in fields(Limits)})
    return GatewaySettings(**given, limits=limits)


def main() -> None:
    """Run until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("fanout_local").setLevel(logging.INFO)
    settings = read_arguments()
    try:
        asyncio.run(run(settings))
    except OSError as error:
        sys.exit(f"Port {settings.port} cannot be listened on: {error.strerror}")


if __name__ == "__main__":
    main()
