"""The runner's page on loopback: /_health, and /mappings as JSON."""

import json
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HEALTH_PATH = "/_health"
MAPPINGS_PATH = "/mappings"


def serve_page(port: int, tell: Callable[[], dict[str, Any]]) -> int:
    """Serve in the background; return the port (a free one for 0). Raises OSError when it is taken.

    `tell`: what /mappings shows, ready for JSON; called in the server's threads.
    """

    class Page(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            known = {HEALTH_PATH: dict, MAPPINGS_PATH: tell}.get(self.path)
            body = json.dumps(known() if known else {"error": "no such page"}).encode()
            self.send_response(HTTPStatus.OK if known else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's name)
            """Nothing: it is asked several times a second."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Page)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="page", daemon=True).start()
    return int(server.server_address[1])
