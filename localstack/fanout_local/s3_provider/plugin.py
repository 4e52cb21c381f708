"""The entry point by which LocalStack finds it (PROVIDER_OVERRIDE_S3=fanout).

LocalStack's own provider keeps the objects of every LocalStack on the machine in one folder of /tmp: one instance that
stops takes the others' objects with it, and another user's instance cannot write there at all.
"""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="s3", name="fanout")  # type: ignore[untyped-decorator]  # only in LocalStack
def s3() -> Service:
    """S3: LocalStack's provider, storing below this process's TMPDIR."""
    from localstack.services.s3.provider import S3Provider
    from localstack.services.s3.storage.ephemeral import EphemeralS3ObjectStore

    return Service.for_provider(S3Provider(storage_backend=EphemeralS3ObjectStore()))
