"""Everything that keeps an index in order, made from the functions' own settings: for commands and functions alike."""

from collections.abc import Callable
from functools import cached_property

from consumers.search_index.audit import Audit
from consumers.search_index.backfill import Backfill, RateLimit
from consumers.search_index.client import AUTHS, open_search, search_auth
from consumers.search_index.notes import Notes
from consumers.search_index.parked import ParkedChanges
from consumers.search_index.repair import KeyRepair
from consumers.search_index.sending import BulkSender
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.adapters.documents_table import DocumentsTable
from stream_processor.environment import Environment
from stream_processor.settings import read_projection

CALL_S = 60.0


class Upkeep:
    """The parts, each made when first asked for.

    Raises:
        ConfigurationError: a setting is missing or wrong.

    """

    def __init__(self, environment: Environment, aws: AwsClients) -> None:
        """Read the settings that the consumer reads (`consumers.search_index.consumer.build`)."""
        self.aws = aws
        self.alias = environment.text("FANOUT_SEARCH_INDEX", "documents")
        self.endpoint = environment.url("FANOUT_SEARCH_ENDPOINT")
        auth = environment.choice("FANOUT_SEARCH_AUTH", AUTHS)
        self.client = open_search(self.endpoint, search_auth(auth, environment, aws), timeout_s=CALL_S)
        self.projection = read_projection(environment, "FANOUT_PROJECTION_SEARCH_INDEX")
        self._environment = environment
        self._gzip = self.endpoint.startswith("https:")

    @cached_property
    def table(self) -> DocumentsTable:
        """The documents table."""
        return DocumentsTable(self.aws.dynamodb, self._environment.text("FANOUT_DOCUMENTS_TABLE"))

    @cached_property
    def notes(self) -> Notes:
        """The notes beside the index."""
        return Notes(self.client, self.alias)

    @cached_property
    def repair(self) -> KeyRepair:
        """What mends keys."""
        return KeyRepair(self.client, self.table, self.projection, gzip=self._gzip)

    def backfill(self, index: str, target: str, rate: RateLimit) -> Backfill:
        """Return the backfill of `index` through the alias `target`."""
        return Backfill(
            table=self.table,
            projection=self.projection,
            sender=BulkSender(self.client, gzip=self._gzip),
            notes=self.notes,
            target=target,
            index=index,
            rate=rate,
        )

    def audit(self, index: str, advance: Callable[[int], None] = lambda _: None) -> Audit:
        """Return the audit of `index`, an index or an alias."""
        parked = ParkedChanges(self.aws.dynamodb, self._environment.text("FANOUT_LEDGER_TABLE"))
        return Audit(
            client=self.client,
            table=self.table,
            projection=self.projection,
            index=index,
            parked_ids=parked.among,
            advance=advance,
        )
