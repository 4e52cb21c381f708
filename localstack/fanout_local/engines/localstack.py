"""LocalStack: every AWS service but the tables; functions run as processes by our executor."""

from pathlib import Path

from fanout_local.engines.engine import Engine
from fanout_local.paths import Installation

NAME = "localstack"
HEALTH_PATH = "/_localstack/health"
CONCURRENT_ENVIRONMENTS = 16
KEEP_WARM_MS = 10 * 60 * 1000


def localstack(installed: Installation, *, data: Path, functions: Path, port: int, dynamodb_port: int) -> Engine:
    """LocalStack 4.14 in host mode, 120 MB at start, up to 800 MB after deploys.

    It keeps nothing: stacks, functions, queues, buckets and logs are gone when it ends.
    """
    folder = data / NAME
    address = f"127.0.0.1:{port}"
    return Engine(
        name=NAME,
        title="LocalStack",
        port=port,
        needs=(installed.localstack_python, installed.function_python),
        command=(str(installed.localstack_python), "-m", "localstack.runtime.main"),
        folder=folder,
        prepare=lambda: _prepare(folder, functions),
        environment={
            "PATH": f"{installed.localstack_python.parent}:/usr/local/bin:/usr/bin:/bin",
            # Its own files: all below the instance's folder. Without the first, a container is taken for its own image.
            "OVERRIDE_IN_DOCKER": "0",
            "FILESYSTEM_ROOT": str(folder),
            "TMPDIR": str(folder / "tmp"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            # Nothing leaves the machine.
            "DISABLE_EVENTS": "1",
            "SKIP_SSL_CERT_DOWNLOAD": "1",
            "DNS_ADDRESS": "0",
            "GATEWAY_LISTEN": address,
            "LOCALSTACK_HOST": address,
            "SQS_ENDPOINT_STRATEGY": "path",
            # A metric per message and poll costs a third of its CPU time, and nobody here reads them.
            "SQS_DISABLE_CLOUDWATCH_METRICS": "1",
            "EAGER_SERVICE_LOADING": "0",
            "PROVIDER_OVERRIDE_DYNAMODB": "fanout",
            "PROVIDER_OVERRIDE_DYNAMODBSTREAMS": "fanout",
            "PROVIDER_OVERRIDE_LAMBDA": "fanout",
            "PROVIDER_OVERRIDE_S3": "fanout",
            "DYNAMODB_LOCAL_PORT": str(dynamodb_port),
            "LAMBDA_RUNTIME_EXECUTOR": "fanout",
            "LAMBDA_KEEPALIVE_MS": str(KEEP_WARM_MS),
            "LAMBDA_LIMITS_CONCURRENT_EXECUTIONS": str(CONCURRENT_ENVIRONMENTS),
            # Its default keeps 100 in reserve, more than there are.
            "LAMBDA_LIMITS_MINIMUM_UNRESERVED_CONCURRENCY": "0",
            "LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC": "0.1",
            "LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC": "0.5",
            # A deploy asks this often whether a resource is ready before it waits a whole second between questions.
            "CFN_NO_WAIT_ITERATIONS": "40",
            "FANOUT_LAMBDA_PYTHON": str(installed.function_python),
            "FANOUT_LAMBDA_STATE": str(functions),
            "FANOUT_LAMBDA_DYNAMODB_ENDPOINT": f"http://127.0.0.1:{dynamodb_port}",
        },
        health_path=HEALTH_PATH,
        deadline_s=60,
        goodbye="[shutdown] Stopping all services",
        stop_grace_s=4.0,
        restartable=False,
    )


def _prepare(folder: Path, functions: Path) -> None:
    for place in (folder / "tmp", folder / "cache", functions):
        place.mkdir(parents=True, exist_ok=True)
