"""The entry points by which LocalStack finds these (PROVIDER_OVERRIDE_DYNAMODB=fanout, ..._DYNAMODBSTREAMS=fanout)."""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="dynamodb", name="fanout")  # type: ignore[untyped-decorator]  # only in LocalStack
def dynamodb() -> Service:
    """Tables: LocalStack's `v2` provider, with TTL and adoption."""
    from localstack.aws.forwarder import HttpFallbackDispatcher

    from fanout_local.dynamodb_provider.tables import TablesProvider

    return Service.for_provider(
        TablesProvider(),
        dispatch_table_factory=lambda provider: HttpFallbackDispatcher(provider, provider.get_forward_url),
    )


@aws_provider(api="dynamodbstreams", name="fanout")  # type: ignore[untyped-decorator]
def dynamodbstreams() -> Service:
    """Streams: LocalStack's `v2` provider."""
    from fanout_local.dynamodb_provider.streams import StreamsProvider

    return Service.for_provider(StreamsProvider())
