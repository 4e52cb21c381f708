"""A runner's name in the leases, by which another one on the same machine sees that it is dead."""

import os
import socket
import uuid

from fanout_local.process_identity import ProcessIdentity, identify


def new_owner() -> str:
    """Return this runner's name: no other's, nor that of its own last life."""
    process = identify(os.getpid())
    return f"{socket.gethostname()}/{process.pid}/{process.started_at}/{uuid.uuid4().hex[:8]}"


def surely_dead(owner: str) -> bool:
    """Tell whether the runner ran on this machine and its process is gone; of others nothing is known."""
    host, _, rest = owner.partition("/")
    pid, _, rest = rest.partition("/")
    started_at, _, _ = rest.partition("/")
    if host != socket.gethostname():
        return False
    try:
        process = ProcessIdentity(pid=int(pid), started_at=float(started_at))
    except ValueError:
        return False
    return not process.is_alive()
