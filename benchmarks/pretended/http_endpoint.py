"""One HTTP endpoint for all services, in this process: it answers at once and notes when each sink was reached."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any

STAGE = "local"
SINKS = ("search", "queue", "log", "socket")
ALIASES: Mapping[str, Any] = {"documents-v1": {"aliases": {"documents": {}}}}
FAR_AHEAD_S = "9999999999"


class Endpoint:
    """Where requests arrive."""

    def __init__(self, port: int) -> None:
        """Answer at `port` of this machine."""
        self.url = f"http://127.0.0.1:{port}"
        self._reached_s: dict[str, float] = {}
        self._all_reached = Condition()

    def begin(self) -> None:
        """Forget who was reached."""
        with self._all_reached:
            self._reached_s.clear()

    def note(self, sink: str) -> None:
        """Note that a record has reached a sink."""
        with self._all_reached:
            self._reached_s.setdefault(sink, time.perf_counter())
            self._all_reached.notify_all()

    def reached_all_at_s(self, within_s: float) -> float:
        """Return when the last of the sinks was reached.

        Raises:
            TimeoutError: not all were, in time.

        """
        with self._all_reached:
            if not self._all_reached.wait_for(lambda: len(self._reached_s) == len(SINKS), within_s):
                raise TimeoutError(f"within {within_s:g} s only {sorted(self._reached_s)} were reached")
            return max(self._reached_s.values())


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """Answer for as long as the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.endpoint = Endpoint(server.server_port)  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.endpoint  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(200 if "_alias" in self.path else 404, ALIASES)

    def do_HEAD(self) -> None:
        self._answer(404, {}, with_body=False)

    def do_PUT(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        target = self.headers.get("x-amz-target", "").rpartition(".")[2]
        if target:
            self._aws(target, json.loads(body))
        elif "@connections" in self.path:
            self._reach("socket", {})
        else:
            self._search(body)

    def _aws(self, target: str, request: Mapping[str, Any]) -> None:
        match target:
            case "SendMessageBatch":
                sent = [{"Id": entry["Id"], "MessageId": "1"} for entry in request["Entries"]]
                self._reach("queue", {"Successful": sent})
            case "SendMessage":
                self._reach("queue", {"MessageId": "1"})
            case "PutLogEvents":
                self._reach("log", {"nextSequenceToken": "1"})
            case "Query":
                self._answer(200, {"Items": [{"connection_id": {"S": "c"}, "expires_at": {"N": FAR_AHEAD_S}}]})
            case "BatchGetItem":
                self._answer(200, {"Responses": {}, "UnprocessedKeys": {}})
            case _:
                self._answer(200, {"UnprocessedItems": {}})

    def _search(self, body: bytes) -> None:
        if not self.path.partition("?")[0].endswith("/_bulk"):
            self._reach("search", {"result": "created"}, status=201)
            return
        items = []
        for head in body.splitlines()[::2]:
            ((action, about),) = json.loads(head).items()
            answer = {"_id": about["_id"], "_index": "documents-v1", "status": 200, "result": "updated"}
            items.append({action: answer | {"_seq_no": 1, "_primary_term": 1}})
        self._reach("search", {"items": items})

    def _reach(self, sink: str, answer: object, status: int = 200) -> None:
        noted: Endpoint = self.server.endpoint  # type: ignore[attr-defined]
        noted.note(sink)
        self._answer(status, answer)

    def _answer(self, status: int, answer: object, *, with_body: bool = True) -> None:
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        if with_body:
            self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass
