"""A WebSocket client that follows documents, as a browser would."""

import json
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from hashlib import sha256
from threading import Event, Thread
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from demonstration.errors import DemonstrationError
from demonstration.follower import Follower, Reading

OPEN_TIMEOUT_S = 15.0
FETCH_TIMEOUT_S = 10.0
LOOK_UP_EVERY_S = 0.2
FRAME_LIMIT_BYTES = 32 * 1024


class SocketClient:
    """One connection: subscribes, then keeps a `Follower` up to date on a thread of its own."""

    def __init__(self, name: str, url: str) -> None:
        """Prepare a client of the WebSocket API at `url`."""
        self.follower = Follower(name)
        self._url = url
        self._exits = ExitStack()
        self._connection: ClientConnection | None = None
        self._stop = Event()
        self._thread = Thread(target=self._follow, name=f"socket-client-{name}", daemon=True)

    def subscribe(self, documents: Iterable[str], timeout_s: float) -> None:
        """Connect, subscribe to these document ids, wait until each is confirmed, and begin to follow.

        Raises:
            DemonstrationError: no connection, a refusal, or no confirmation in time.

        """
        wanted = set(documents)
        deadline = time.monotonic() + timeout_s
        try:
            self._connection = self._exits.enter_context(connect(self._url, open_timeout=OPEN_TIMEOUT_S))
            for document in sorted(wanted):
                self._connection.send(json.dumps({"action": "subscribe", "document": document}))
            while wanted:
                frame = json.loads(self._connection.recv(timeout=max(0.0, deadline - time.monotonic())))
                if frame["type"] == "error":
                    raise DemonstrationError(f"subscribing at {self._url} was refused: {frame}")
                wanted.discard(frame.get("document"))
        except TimeoutError:
            raise DemonstrationError(
                f"{self._url} did not confirm {len(wanted)} subscriptions within {timeout_s:.0f} s: "
                "look at the logs of fanout-local-socketRoutes"
            ) from None
        except (OSError, WebSocketException) as error:
            raise DemonstrationError(f"no WebSocket connection at {self._url}: {error}") from error
        self._thread.start()

    def stop(self) -> None:
        """Close the connection."""
        self._stop.set()
        if self._thread.ident:
            self._thread.join()
        self._exits.close()

    def _follow(self) -> None:
        assert self._connection is not None
        while not self._stop.is_set():
            try:
                text = self._connection.recv(timeout=LOOK_UP_EVERY_S)
            except TimeoutError:
                continue
            except ConnectionClosed as error:
                self.follower.faults.append(f"the connection was closed: {error}")
                return
            self._take(text, time.time_ns() // 1_000_000)

    def _take(self, text: str | bytes, received_at_ms: int) -> None:
        size_bytes = len(text.encode() if isinstance(text, str) else text)
        if size_bytes > FRAME_LIMIT_BYTES:
            self.follower.faults.append(f"a frame of {size_bytes} bytes: API Gateway takes {FRAME_LIMIT_BYTES}")
        frame = json.loads(text)
        if frame.get("type") == "analysis":
            return
        if frame.get("type") != "change":
            self.follower.faults.append(f"an unexpected frame: {text[:200]!r}")
        elif self.follower.reads(frame, received_at_ms) is Reading.NEWER:
            try:
                self.follower.hold(frame, self._image(frame))
            except (DemonstrationError, URLError, TimeoutError) as error:
                self.follower.faults.append(f"{frame['document']}: {error}")

    def _image(self, frame: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if frame.get("deleted"):
            return None
        if "image" in frame:
            inline: Mapping[str, Any] = frame["image"]
            return inline
        self.follower.fetched += 1
        return _fetched(frame["fetch"])


def _fetched(note: Mapping[str, Any]) -> Mapping[str, Any]:
    with urlopen(note["url"], timeout=FETCH_TIMEOUT_S) as response:
        body: bytes = response.read()
    if len(body) != note["bytes"] or sha256(body).hexdigest() != note["sha256"]:
        raise DemonstrationError(
            f"the body fetched has {len(body)} bytes, sha256 {sha256(body).hexdigest()[:12]}...; "
            f"its frame said {note['bytes']} bytes, {note['sha256'][:12]}..."
        )
    image: Mapping[str, Any] = json.loads(body)
    return image
