"""How a runner runs."""

from dataclasses import dataclass

STATE_TABLE = "fanout-local-event-source-mappings"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerSettings:
    """What the command line says."""

    aws_endpoint: str
    """Lambda's API and the destinations'; DynamoDB's too when no other is given."""
    dynamodb_local: str | None = None
    """A DynamoDB Local that holds the endpoint's tables: streams and the state table are used there directly."""
    region: str = "us-east-1"
    port: int = 0
    """Of the page that tells how it is; 0: a free one."""
    state_table: str = STATE_TABLE
    lease_s: float = 10.0
    """How long a lease stands still before its holder is taken for dead."""
    mappings_every_s: float = 0.5
    """How often the mappings are asked for."""
    metrics_every_s: float = 15.0
    """How often CloudWatch gets the counters."""
    tell_localstack: bool = False
    """The endpoint is LocalStack with our Lambda provider, which shows what runners say of the mappings."""

    @property
    def creation_time_resolution_ms(self) -> int:
        """What creation times are cut to: DynamoDB cuts to the second, DynamoDB Local to the minute."""
        return 1000 if self.dynamodb_local is None else 60_000
