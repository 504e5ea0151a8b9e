from __future__ import annotations

import random
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests

from alert24_sandbox import Options, Sandbox
from sandbox.tools import Client

SERVICES = "/api/v1/services"


def exchange(sandbox: Sandbox, sent: bytes) -> bytes:
    """Send bytes over a socket of our own; everything that comes back until the end."""
    url = urlsplit(sandbox.url)
    with socket.create_connection((url.hostname, url.port or 80), timeout=10) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_connections_are_reused(sandbox: Sandbox, client: Client) -> None:
    """Twenty requests of one session, with bodies and errors among them, use one connection."""
    service = sandbox.add_service("A")
    for number in range(20):
        client.put(f"{SERVICES}/{service.id}", status=["down", "fine", "degraded", ""][number % 4])
    assert len(sandbox.requests) == 20
    assert sandbox.connections == 1


def test_pipelined_requests_are_all_answered(sandbox: Sandbox) -> None:
    """Requests that arrive before the answer to the first are not lost."""
    request = b"GET /api/v1/services HTTP/1.1\r\nHost: x\r\n\r\n"
    assert exchange(sandbox, request * 3).count(b"HTTP/1.1 401") == 3


def test_chunked_body(sandbox: Sandbox, client: Client) -> None:
    """A body in chunks is read as one, and the connection stays good."""
    service = sandbox.add_service("A")
    parts = iter([b'{"status":', b' "down"}'])
    assert client.call("PUT", f"{SERVICES}/{service.id}", data=parts).status_code == 200
    assert client.get(SERVICES).status_code == 200
    assert (sandbox.status_of("A"), sandbox.connections) == ("down", 1)


def test_parallel_requests_are_served_side_by_side(
    sandbox: Sandbox, client: Client, background: ThreadPoolExecutor
) -> None:
    """Three requests are under way at the same time: each has a thread of its own."""
    hold = sandbox.hold(3)
    answers = [background.submit(client.get, SERVICES) for _ in range(3)]
    sandbox.wait_for(lambda: len(sandbox.requests) == 3)
    hold.release()
    assert [answer.result(10).status_code for answer in answers] == [200] * 3
    assert sandbox.connections == 3


def test_bad_body_is_refused_unread(sandbox: Sandbox) -> None:
    """A body over a megabyte closes the connection; one that ends too early is refused; neither is logged."""
    head = b"PUT /api/v1/services/a HTTP/1.1\r\nHost: x\r\nContent-Length: "
    answer = exchange(sandbox, head + b"99999999\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"Connection: close" in answer
    assert exchange(sandbox, head + b'20\r\n\r\n{"status"').startswith(b"HTTP/1.1 400")
    assert sandbox.requests == []


def test_head_of_the_page_has_no_body(sandbox: Sandbox) -> None:
    """HEAD answers the headers alone, and a client that asks for it gets its connection closed."""
    answer = exchange(sandbox, b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" * 2)
    assert (answer.count(b"HTTP/1.1 200"), answer.endswith(b"\r\n\r\n")) == (1, True)


def test_no_delay_on_its_sockets(sandbox: Sandbox, background: ThreadPoolExecutor) -> None:
    """Small answers are not held back by the kernel."""
    hold = sandbox.hold()
    background.submit(requests.get, sandbox.url + SERVICES, timeout=10)
    hold.wait_until_reached()
    assert sandbox._server is not None
    seen = [c.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for c in sandbox._server._open]
    hold.release()
    assert len(seen) == 1
    assert seen[0] != 0


def test_stop__refuses_and_hangs_up(sandbox: Sandbox, client: Client) -> None:
    """A stopped sandbox answers neither on kept connections nor on new ones; starting and stopping twice is once."""
    assert sandbox.start() is sandbox
    assert client.get(SERVICES).status_code == 200
    for _ in range(2):
        sandbox.stop()
        with pytest.raises(requests.ConnectionError):
            client.get(SERVICES)


def quiet_port() -> int:
    """A free port below those that the system assigns by itself, so that it is still free for the second start."""
    while True:
        port = random.randrange(10_000, 30_000)  # noqa: S311 - a port is no secret
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


def test_start__again_at_the_same_address() -> None:
    """What was stopped can come back, at its address and with what it knew."""
    with Sandbox(port=quiet_port()) as sandbox:
        client = Client(sandbox, sandbox.add_key())
        sandbox.add_service("A", status="down")
        url = sandbox.url
        with client.session:
            assert client.get(SERVICES).status_code == 200
            sandbox.stop()
            sandbox.start()
            assert sandbox.url == url
            assert client.get(SERVICES).json()["data"][0]["status"] == "down"
        assert sandbox.connections == 2


def test_stop__returns_once_the_port_is_free() -> None:
    """Fifty times in a row a stopped sandbox listens at its address again at once."""
    sandbox = Sandbox(port=quiet_port())
    for _ in range(50):
        sandbox.start()
        sandbox.stop()


def test_stop__its_own_threads_have_ended() -> None:
    """The threads that listen and that run monitors are over when `stop` returns, and keep no process alive."""
    before = set(threading.enumerate())
    sandbox = Sandbox(Options(monitor_interval=0.001)).start()
    own = set(threading.enumerate()) - before
    sandbox.stop()
    assert {thread.name for thread in own} == {"alert24-sandbox", "monitors"}
    assert not any(thread.is_alive() or not thread.daemon for thread in own)


def test_serve_forever__until_stopped(background: ThreadPoolExecutor) -> None:
    """It serves until another thread stops it."""
    sandbox = Sandbox().start()
    serving = background.submit(sandbox.serve_forever)
    assert requests.get(sandbox.url, timeout=10).status_code == 200
    sandbox.stop()
    serving.result(10)
    with pytest.raises(requests.ConnectionError):
        requests.get(sandbox.url, timeout=10)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com", "::"])  # noqa: S104 - refused
def test_remote_host__refused(host: str) -> None:
    """A host that others could reach needs to be asked for."""
    with pytest.raises(ValueError, match="is not a loopback address"):
        Sandbox(host=host)


@pytest.mark.parametrize(
    ("host", "remote", "url"),
    [
        ("0.0.0.0", True, "http://0.0.0.0:8024"),  # noqa: S104 - never started
        ("localhost", False, "http://localhost:8024"),
        ("::1", False, "http://[::1]:8024"),
    ],
)
def test_url__of_each_host(host: str, remote: bool, url: str) -> None:
    """With allow_remote any host is taken, a name is what the URL shows, and an IPv6 address stands in brackets."""
    assert Sandbox(host=host, port=8024, allow_remote=remote).url == url


def test_url__before_start() -> None:
    """Before the first start there is no address to tell."""
    with pytest.raises(RuntimeError, match="start it first"):
        _ = Sandbox().url


def test_port_taken(sandbox: Sandbox) -> None:
    """A port in use is an OSError for the caller, not the end of the process."""
    with pytest.raises(OSError, match="in use"):
        Sandbox(port=urlsplit(sandbox.url).port or 0).start()


def test_quiet(sandbox: Sandbox, client: Client, capfd: pytest.CaptureFixture[str]) -> None:
    """Good requests, bad ones and broken ones write nothing to the terminal."""
    sandbox.drop()
    with pytest.raises(requests.ConnectionError):
        client.get(SERVICES)
    client.get("/nowhere")
    exchange(sandbox, b"nonsense\r\n\r\n")
    assert capfd.readouterr() == ("", "")


def test_bug_of_ours_is_a_server_error(
    sandbox: Sandbox, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """If the sandbox itself fails, the client gets the documented 500 and the log the cause."""
    monkeypatch.setattr(sandbox._store, "services", lambda _status: 1 / 0)
    assert client.error(client.get(SERVICES)) == (500, "server_error")
    assert "ZeroDivisionError" in caplog.text


def test_import__without_werkzeug(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without werkzeug the import fails with an ImportError that names it."""
    for name in [n for n in sys.modules if n.partition(".")[0] in ("werkzeug", "alert24_sandbox")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "werkzeug", None)
    with pytest.raises(ImportError, match="werkzeug"):
        __import__("alert24_sandbox")
