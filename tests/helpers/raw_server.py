"""A server of plain sockets, for answers that no HTTP server would give."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable
from types import TracebackType

Answer = Callable[["Exchange"], None]


class Exchange:
    """One connection: what was asked on it, and the ways to answer."""

    def __init__(self, connection: socket.socket, number: int, closing: threading.Event) -> None:
        self.number = number
        self.request = b""
        self._connection = connection
        self._closing = closing

    def read(self) -> bytes:
        """Read a whole request and return it; empty if the client has gone.

        What is left unread when a connection is closed would reset it, and take the answer along.
        """
        while b"\r\n\r\n" not in self.request or len(self.request.partition(b"\r\n\r\n")[2]) < self._length():
            chunk = self._connection.recv(65536)
            if not chunk:
                break
            self.request += chunk
        return self.request

    def _length(self) -> int:
        match = re.search(rb"(?i)\r\ncontent-length: *(\d+)", self.request)
        return int(match[1]) if match else 0

    def send(self, data: bytes) -> None:
        """Send bytes just as they are."""
        self._connection.sendall(data)

    def drip(self, data: bytes, seconds: float = 0.05) -> None:
        """Send a byte at a time, so many seconds apart, until the client or the server ends."""
        for number in range(len(data)):
            if self._closing.wait(seconds):
                return
            self.send(data[number : number + 1])

    def hang(self) -> None:
        """Say nothing until the server ends."""
        self._closing.wait()


class RawServer:
    """Answers every connection once by a function, on a free port of this machine."""

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        self._answer = answer
        self._tls = tls
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self.exchanges: list[Exchange] = []

    @property
    def url(self) -> str:
        """The address, without a slash at the end."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def received(self) -> bytes:
        """All bytes that clients have sent (inside TLS, where that is spoken)."""
        return b"".join(exchange.request for exchange in self.exchanges)

    def __enter__(self) -> RawServer:  # noqa: PYI034 - Self came with Python 3.11
        self._begin(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _begin(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            exchange = Exchange(connection, len(self.exchanges) + 1, self._closing)
            self.exchanges.append(exchange)
            self._begin(lambda connection=connection, exchange=exchange: self._serve(connection, exchange))  # type: ignore[misc]

    def _serve(self, connection: socket.socket, exchange: Exchange) -> None:
        connection.settimeout(20)
        with contextlib.suppress(OSError), connection:  # a client that leaves is what these tests are about
            if self._tls:
                with self._tls.wrap_socket(connection, server_side=True) as exchange._connection:
                    self._answer(exchange)
            else:
                self._answer(exchange)


def ok(body: bytes, *headers: str) -> bytes:
    """Return a whole HTTP answer of status 200."""
    lines = ["HTTP/1.1 200 OK", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body
