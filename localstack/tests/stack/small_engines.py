"""Engines that are small and quick to start, for tests of the supervisor: an HTTP server in a process of its own."""

import sys
from pathlib import Path

from fanout_local.engines.engine import Engine
from fanout_local.paths import InstanceFolder, instance_folder
from fanout_local.ports import PortWishes, choose_ports
from fanout_local.reporter import SilentReporter
from fanout_local.stack import endpoints
from fanout_local.state import Endpoints
from fanout_local.supervisor import Supervisor

SERVER = """
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(sys.argv[2])); self.end_headers()
    def log_message(self, *words): pass
print("serving", flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


def small_engine(
    folder: InstanceFolder,
    name: str = "small",
    *,
    program: str = SERVER,
    status: int = 200,
    port: int | None = None,
    restartable: bool = True,
    deadline_s: float = 20,
    goodbye: str | None = None,
    needs: tuple[Path, ...] = (),
) -> Engine:
    """An engine that runs a Python program, by default a server that answers `status`."""
    port = port or free_port()
    return Engine(
        name=name,
        title=name.capitalize(),
        port=port,
        command=(sys.executable, "-I", "-S", "-c", program, str(port), str(status)),
        folder=folder.root,
        health_path="/",
        deadline_s=deadline_s,
        needs=needs,
        restartable=restartable,
        goodbye=goodbye,
        stop_grace_s=10,
    )


def supervise(folder: InstanceFolder, *engines: Engine, reporter: SilentReporter | None = None) -> Supervisor:
    """A supervisor of these engines."""
    return Supervisor(folder=folder, engines=engines, endpoints=any_endpoints(), reporter=reporter or SilentReporter())


def free_port() -> int:
    """A port that nobody listens on."""
    return choose_ports(PortWishes()).aws


def any_endpoints() -> Endpoints:
    """Endpoints that nobody asks."""
    return endpoints(choose_ports(PortWishes()))


def empty_instance(local: Path, name: str = "unit") -> InstanceFolder:
    """An instance's folder below a test's own."""
    folder = instance_folder(name, local)
    folder.logs.mkdir(parents=True)
    return folder
