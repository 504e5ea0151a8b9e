"""Counts what a build downloads: an HTTP proxy that passes TLS connections on unread."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_PIECE = 1 << 16


class _Tunnel(socketserver.StreamRequestHandler):
    """Connects a client to the host that it names, until either ends."""

    server: Proxy

    def handle(self) -> None:
        host, _, port = self.rfile.readline().split()[1].decode("ascii").rpartition(":")
        while self.rfile.readline().strip():
            pass
        with socket.create_connection((host, int(port))) as upstream:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            sending = threading.Thread(target=_pass_on, args=(self.connection, upstream))
            sending.start()
            self.server.count(_pass_on(upstream, self.connection))
            sending.join()


class Proxy(socketserver.ThreadingTCPServer):
    """A proxy for `CONNECT` on loopback.

    Attributes:
        received: bytes that came from the hosts so far, TLS included, of connections that have ended.
    """

    daemon_threads = True
    block_on_close = True

    def __init__(self) -> None:
        """Listen on any free port."""
        super().__init__(("127.0.0.1", 0), _Tunnel)
        self.received = 0
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """What HTTPS_PROXY wants."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def count(self, size: int) -> None:
        """Add to what was received."""
        with self._lock:
            self.received += size


@contextmanager
def proxy() -> Iterator[Proxy]:
    """Run a proxy in threads."""
    with Proxy() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _pass_on(source: socket.socket, target: socket.socket) -> int:
    """Pass on everything that comes, then that nothing more will; return how many bytes it was."""
    total = 0
    try:
        while piece := source.recv(_PIECE):
            target.sendall(piece)
            total += len(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one side has gone: so will the other
    return total
