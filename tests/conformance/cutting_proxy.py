"""A loopback proxy that can cut a connection after the service took effect and before its answer arrives."""

import selectors
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

CHUNK_BYTES = 256 * 1024


class CuttingProxy:
    """Passes bytes on to one address.

    Attributes:
        cuts_next_answer: while set, the next answer's connection is cut instead; that clears it.

    """

    def __init__(self, host: str, port: int) -> None:
        """Listen on a free port, for connections that go on to `host` and `port`."""
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.cuts_next_answer = Event()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def serve(self) -> None:
        """Take connections until `close`."""
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _pass_on(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._target) as service, selectors.DefaultSelector() as ready:
            ready.register(client, selectors.EVENT_READ, service)
            ready.register(service, selectors.EVENT_READ, client)
            while True:
                for key, _ in ready.select():
                    source, destination = key.fileobj, key.data
                    assert isinstance(source, socket.socket)
                    try:
                        data = source.recv(CHUNK_BYTES)
                        if not data:
                            return
                        if source is service and self.cuts_next_answer.is_set():
                            self.cuts_next_answer.clear()
                            return
                        destination.sendall(data)
                    except OSError:
                        return


@contextmanager
def cutting_proxy(host: str, port: int) -> Iterator[CuttingProxy]:
    """Give a proxy that serves for as long as the block runs."""
    proxy = CuttingProxy(host, port)
    server = Thread(target=proxy.serve, daemon=True)
    server.start()
    try:
        yield proxy
    finally:
        proxy.close()
        server.join(5)
