"""The HTTP server: HTTP/1.1, with a thread for each connection."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from email.utils import format_datetime

from werkzeug.exceptions import HTTPException
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Request, Response

from .answers import ApiError
from .app import App
from .faults import CutOff

MAXIMUM_BODY = 1024 * 1024


class Handler(WSGIRequestHandler):
    """Keeps connections open between requests.

    Werkzeug's own `run_wsgi` closes every connection, because an application may leave a part of the body unread. Here
    every body is read before the application sees the request.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        """Begin a connection."""
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        """End a connection."""
        self.server.closed(self.connection)
        super().finish()

    def run_wsgi(self) -> None:
        """Answer one request."""
        request = Request(self.make_environ())
        request.max_content_length = MAXIMUM_BODY
        try:
            request.get_data()
            response = self.server.application.answer(request)
        except CutOff as cut:
            self.close_connection = True
            if cut.data:
                self.wfile.write(cut.data)
        except HTTPException as error:
            # The unread rest of the body would be taken for the next request.
            self.close_connection = True
            self._send(request, ApiError(error.code or 400, error.description).response())
        else:
            self._send(request, response)

    def _send(self, request: Request, response: Response) -> None:
        response.headers.setdefault("Server", self.version_string())
        response.headers.setdefault("Date", self.date_time_string())
        chunks, status, headers = response.get_wsgi_response(request.environ)
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"".join(chunks))

    def log(self, kind: str, message: str, *args: object) -> None:
        """Print nothing: every request is in the request log."""

    def version_string(self) -> str:
        """Return the value of the `Server` header."""
        return "alert24-sandbox"

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 - the sandbox has its own clock
        """Return the value of the `Date` header."""
        return format_datetime(self.server.now().astimezone(timezone.utc), usegmt=True)


class Server(ThreadedWSGIServer):
    """Serves each connection in a thread that doesn't keep the process alive, and counts the connections."""

    daemon_threads = True

    def __init__(self, host: str, port: int, application: App, now: Callable[[], datetime]) -> None:
        self.application = application
        self.now = now
        self.connections = 0
        self._hung_up = False
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        # If it can't bind, Werkzeug ends the process; a socket made here raises OSError.
        with listening(host, port) as listener:
            super().__init__(host, port, no_wsgi, Handler, fd=listener.fileno())

    def opened(self, connection: socket.socket) -> None:
        """Count a connection."""
        with self._open_lock:
            self.connections += 1
            self._open.add(connection)
            if self._hung_up:
                shut(connection)

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection that has ended."""
        with self._open_lock:
            self._open.discard(connection)

    def hang_up(self) -> None:
        """Close the connections that clients keep open, and any that is accepted from now on."""
        with self._open_lock:
            self._hung_up = True
            for connection in self._open:
                shut(connection)


def shut(connection: socket.socket) -> None:
    """Close a connection from which another thread may be reading."""
    with contextlib.suppress(OSError):  # The client has closed it already.
        connection.shutdown(socket.SHUT_RDWR)


def no_wsgi(environ: object, start_response: object) -> list[bytes]:
    """Stand in for the application that Werkzeug asks for and `Handler` never calls."""
    raise NotImplementedError


def listening(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        OSError: If the address is in use or not one of this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(ThreadedWSGIServer.request_queue_size)
    except BaseException:
        listener.close()
        raise
    return listener


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach the host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
