"""Environment variables for whatever talks to the running stack: osls, tests, the demonstration."""

from fanout_local.state import StackState

STAGE = "local"


def stack_environment(state: StackState) -> dict[str, str]:
    """Variables that point AWS clients and serverless.yml's stage `local` at this stack.

    The credentials are LocalStack's made-up ones; nothing secret.
    """
    endpoints = state.endpoints
    return {
        "AWS_ENDPOINT_URL": endpoints.aws,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": state.region,
        "AWS_REGION": state.region,
        "FANOUT_LOCAL_SEARCH_ENDPOINT": endpoints.opensearch,
        "FANOUT_LOCAL_WEBSOCKET_MANAGEMENT_ENDPOINT": f"{endpoints.websocket_management}/{STAGE}",
    }
