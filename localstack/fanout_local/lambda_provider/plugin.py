"""The entry point by which LocalStack finds this (PROVIDER_OVERRIDE_LAMBDA=fanout)."""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="lambda", name="fanout")  # type: ignore[untyped-decorator]  # only in LocalStack
def functions() -> Service:
    """Lambda: LocalStack's own provider, but for the mappings of DynamoDB streams."""
    from fanout_local.lambda_provider.provider import MappingsProvider

    return Service.for_provider(MappingsProvider())
