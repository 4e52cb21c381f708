"""The user's own AWS account."""

from demonstration.own_account import leave_own_account_aside


def test_the_users_aws_settings_are_left_aside() -> None:
    """All of them, and nothing else."""
    environ = {"AWS_PROFILE": "work", "AWS_SESSION_TOKEN": "made-up", "PATH": "/bin", "FANOUT_CACHE": "/cache"}
    leave_own_account_aside(environ)
    assert environ == {"PATH": "/bin", "FANOUT_CACHE": "/cache"}
