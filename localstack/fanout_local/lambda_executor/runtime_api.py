"""The Lambda Runtime API for one function process.

Shapes: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from fanout_local.lambda_executor.exchange import Exchange, UnknownRequestError
from fanout_local.lambda_executor.outcome import MAX_RESPONSE_BYTES

VERSION = "/2018-06-01"
INVOCATION = re.compile(rf"{VERSION}/runtime/invocation/(?P<request_id>[^/]+)/(?P<kind>response|error)")


class RuntimeApi:
    """An HTTP server on loopback that the runtime client of one process talks to."""

    def __init__(self, exchange: Exchange) -> None:
        self._server = _Server(("127.0.0.1", 0), _Requests)
        self._server.exchange = exchange
        Thread(target=self._server.serve_forever, name="lambda-runtime-api", daemon=True).start()

    @property
    def address(self) -> str:
        """What AWS_LAMBDA_RUNTIME_API holds: host:port."""
        return f"127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stop listening; takes up to half a second."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    exchange: Exchange


class _Requests(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one packet
    server: _Server

    def do_GET(self) -> None:
        if self.path != f"{VERSION}/runtime/invocation/next":
            self._reply_error(404, "InvalidPath", self.path)
            return
        offered = self.server.exchange.next_event()
        if offered is None:
            self.close_connection = True
            return
        invocation, deadline_ms = offered
        self._reply(
            200,
            invocation.payload,
            {
                "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                "Lambda-Runtime-Deadline-Ms": str(deadline_ms),
                "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
                "Lambda-Runtime-Trace-Id": invocation.trace_id,
            },
        )

    def do_POST(self) -> None:
        body = self._read_body()
        exchange = self.server.exchange
        if self.path == f"{VERSION}/runtime/init/error":
            exchange.fail_init(body)
            self._reply(202, b'{"status": "OK"}')
        elif found := INVOCATION.fullmatch(self.path):
            self._answer(found["request_id"], found["kind"], body)
        else:
            self._reply_error(404, "InvalidPath", self.path)

    def _answer(self, request_id: str, kind: str, body: bytes) -> None:
        try:
            if kind == "error":
                self.server.exchange.fail(request_id, body)
            elif not self.server.exchange.respond(request_id, body):
                limit = f"Exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
                self._reply_error(413, "RequestEntityTooLarge", limit)
                return
        except UnknownRequestError:
            self._reply_error(400, "InvalidRequestID", "Invalid request ID")
            return
        self._reply(202, b'{"status": "OK"}')

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size_bytes := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size_bytes))
            self.rfile.readline()
        while self.rfile.readline().strip():  # trailers
            pass
        return b"".join(chunks)

    def _reply_error(self, status: int, error_type: str, message: str) -> None:
        self._reply(status, json.dumps({"errorType": error_type, "errorMessage": message}).encode())

    def _reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing: the invocation's own log lines tell what happened."""
