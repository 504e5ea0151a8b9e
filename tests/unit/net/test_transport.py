from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import urllib3
from pytest_httpserver import HTTPServer
from werkzeug import Response

from alert24_deploy.errors import CannotReachAlert24
from alert24_deploy.net import transport
from alert24_deploy.net.transport import Request, Transient, Transport, _failure, no_proxy_to_this_machine
from helpers.raw_server import Exchange, RawServer
from unit.exchanges import KEY


def send(url: str, method: str = "GET", body: bytes | None = None) -> transport.Response:
    """Send one request."""
    return Transport().send(Request(method, url, body=body), 5)


def test_send__redirect__is_the_response(httpserver: HTTPServer) -> None:
    """A header with a token, or a signed body, goes to the given URL and nowhere else."""
    httpserver.expect_request("/a").respond_with_response(Response(status=302, headers={"Location": "/b"}))
    assert send(httpserver.url_for("/a")).status == 302
    assert len(httpserver.log) == 1


def test_send__long_body__only_its_beginning_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A response without an end must not fill the memory, nor is its end waited for."""
    monkeypatch.setattr(transport, "_BODY_LIMIT", 100_000)

    def begin(exchange: Exchange) -> None:
        exchange.read()
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * 200_000)
        exchange.hang()

    with RawServer(begin) as server:
        assert send(server.url).body == b"x" * 100_000


def test_send__netrc__is_not_read(httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password for that host is not ours to send."""
    (tmp_path / "netrc").write_text("default login me password secret\n", encoding="ascii")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    httpserver.expect_request("/a").respond_with_data("ok")
    send(httpserver.url_for("/a"))
    request, _ = httpserver.log[0]
    assert "Authorization" not in request.headers
    assert request.headers["User-Agent"].startswith("alert24-deploy/")


def test_send__nobody_listens__no_url_in_the_error(httpserver: HTTPServer) -> None:
    """The library's own words would hold the path; and nothing was sent."""
    url = httpserver.url_for("/token-0123456789")
    httpserver.stop()
    with pytest.raises(CannotReachAlert24) as caught:
        send(url, "POST", b"{}")
    httpserver.start()
    assert "0123456789" not in str(caught.value)
    assert not caught.value.sent


class TricklingServer:
    """Accepts one connection and sends a response a byte at a time until it is closed."""

    def __init__(self, beginning: bytes) -> None:
        self.beginning = beginning
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.over = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}/"

    def _serve(self) -> None:
        connection, _ = self.socket.accept()
        with connection:
            connection.sendall(self.beginning)
            while not self.over.wait(0.02):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return


@pytest.fixture(
    params=[b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"],
    ids=["headers", "body"],
)
def trickling(request: pytest.FixtureRequest) -> Iterator[TricklingServer]:
    """A server whose headers, or whose body, never end."""
    server = TricklingServer(request.param)
    yield server
    server.over.set()
    server.socket.close()


def test_send__response_trickles__over_in_time(trickling: TricklingServer) -> None:
    """No response takes longer than it may, however small the pieces that keep it alive."""
    with pytest.raises(Transient, match="No answer in time"):
        Transport().send(Request("GET", trickling.url), 0.3)


MALFORMED = [
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nx",
    b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nx",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 two OK\r\n\r\n",
    b"\xff\xfe\x00\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nLocation: \xff\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
]


@pytest.mark.parametrize("response", MALFORMED, ids=lambda value: repr(value)[:60])
def test_send__malformed_response__an_expected_error_or_a_response(response: bytes) -> None:
    """Whatever a server answers, it is not mistaken for a bug of this program."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(response)

    threading.Thread(target=serve, daemon=True).start()
    with server:
        try:
            result = send(f"http://127.0.0.1:{server.getsockname()[1]}/")
        except CannotReachAlert24 as error:
            assert error.why  # noqa: PT017 - both ends are right
            return
    assert result.status == 200


def test_send__header_that_cannot_be_sent__an_expected_error(httpserver: HTTPServer) -> None:
    """A header beyond Latin-1 is one request's failure."""
    with pytest.raises(CannotReachAlert24):
        Transport().send(Request("GET", httpserver.url_for("/"), {"X-Name": "\u20ac"}), 5)


@pytest.mark.parametrize(
    ("url", "proxies"), [("http://127.0.0.1:1/x", {"no_proxy": "127.0.0.1"}), ("https://a.example", {})]
)
def test_no_proxy__this_machine__is_not_asked_through_a_proxy(url: str, proxies: dict[str, str]) -> None:
    """Another machine may be."""
    assert no_proxy_to_this_machine(url) == proxies


FAILURES = [
    (requests.exceptions.ConnectTimeout(), "no connection in time", True, False),
    (requests.exceptions.ReadTimeout(), "no answer in time", True, True),
    (requests.exceptions.ChunkedEncodingError(), "the answer broke off", True, True),
    (requests.exceptions.ContentDecodingError(), "could not be decoded", True, True),
    (requests.exceptions.ConnectionError(), "the connection failed", True, True),
    (requests.exceptions.ProxyError(), "the proxy", True, False),
    (requests.exceptions.SSLError(), "certificate or TLS", False, False),
    (requests.exceptions.InvalidURL(), "could not be made (InvalidURL)", False, False),
    (requests.exceptions.InvalidHeader(), "headers could not be read", True, True),
    (requests.RequestException(), "could not be made (RequestException)", False, False),
]


@pytest.mark.parametrize(("raised", "why", "passes", "sent"), FAILURES, ids=lambda value: type(value).__name__)
def test_failure__every_kind__its_error(raised: requests.RequestException, why: str, passes: bool, sent: bool) -> None:
    """The table from the library's exceptions to errors; whoever can't have been heard has changed nothing."""
    error = _failure(raised)
    assert why in error.why
    assert (isinstance(error, Transient), error.sent, error.exit_code) == (passes, sent, 4)


def test_failure__library_text__stays_out_but_for_the_systems_word() -> None:
    """The text may hold an address with a secret; `Connection refused` says more than `the connection failed`."""
    pool = urllib3.HTTPConnectionPool("localhost")
    inner = urllib3.exceptions.MaxRetryError(pool, f"/{KEY}", urllib3.exceptions.ProtocolError("x", OSError()))
    assert KEY not in str(_failure(requests.exceptions.ConnectionError(inner)))
    refused = urllib3.exceptions.ProtocolError("x", ConnectionRefusedError(111, "Connection refused"))
    assert _failure(requests.exceptions.ConnectionError(refused)).why == "the connection failed (Connection refused)"
    # A company's proxy is the usual reason for an unknown certificate.
    assert "`ca-certificates` (ALERT24_CA_CERTIFICATES)" in str(_failure(requests.exceptions.SSLError()))
