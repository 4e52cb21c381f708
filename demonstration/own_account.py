"""Keeping the user's own AWS account out of it."""

from collections.abc import MutableMapping


def leave_own_account_aside(environ: MutableMapping[str, str]) -> None:
    """Take every AWS setting out of these environment variables.

    Nothing in a demonstration is about a real account; and a profile or an endpoint of the user's would be preferred by
    osls and boto3 to what the local stack gives them.
    """
    for name in [name for name in environ if name.startswith("AWS_")]:
        del environ[name]
