"""The scheduled function that removes old tombstones."""

import os
import time

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from consumers.search_index.client import AUTHS, open_search, search_auth
from consumers.search_index.purge import purge_tombstones
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.environment import Environment

_environment = Environment(os.environ)
_aws = AwsClients(read_timeout_s=20, attempts=4)
_auth = search_auth(_environment.choice("FANOUT_SEARCH_AUTH", AUTHS), _environment, _aws)
_client = open_search(_environment.url("FANOUT_SEARCH_ENDPOINT"), _auth)
_alias = _environment.text("FANOUT_SEARCH_INDEX", "documents")
_logger = Logger(service="fanout")


def handle(_event: object, _context: LambdaContext) -> dict[str, int]:
    """Remove the tombstones that nothing can need any more."""
    purged = purge_tombstones(_client, _alias, now_ms=time.time_ns() // 1_000_000)
    _logger.info("purge", purged=purged)
    return {"purged": purged}
