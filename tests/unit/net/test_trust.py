"""Servers and proxies whose certificates are of a private CA."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from alert24_deploy.errors import CannotReachAlert24, WrongSetting
from alert24_deploy.net import tls as net_tls
from alert24_deploy.net.deadline import Deadline
from alert24_deploy.net.threads import run_all
from alert24_deploy.net.tls import context, preload, trust
from alert24_deploy.net.transport import Request, Transport
from alert24_deploy.signals import Cancellation
from helpers.private_ca import CA, CA_FILE, SERVER, tls
from helpers.raw_server import Answer, Exchange, RawServer, ok

HOST_PATH = "/usr/local/share/a-path-of-the-host.crt"


def reply(exchange: Exchange) -> None:
    """Answer that all is well."""
    exchange.read()
    exchange.send(ok(b"{}", "Connection: close"))


@pytest.fixture
def server() -> Iterator[RawServer]:
    """A server that only the private CA vouches for."""
    with RawServer(reply, tls()) as running:
        yield running


def ask(url: str) -> int:
    """Send one request and return the status."""
    return Transport().send(Request("GET", url), 5).status


def test_trust__private_ca__only_if_it_is_named(server: RawServer) -> None:
    """Even a CA that breaks RFC 5280, as Python checks it since 3.13, is what its user says it is."""
    with pytest.raises(CannotReachAlert24, match="certificate"):
        ask(server.url)
    assert server.received == b""
    trust(CA)
    assert ask(server.url) == 200


def test_trust__certificate_of_the_server_itself__is_enough(server: RawServer) -> None:
    """Whoever has only a link of the chain need not find its root."""
    trust(SERVER)
    assert ask(server.url) == 200


def test_trust__another_host__is_still_refused() -> None:
    """A certificate of a trusted CA serves the hosts that it names, and no other."""
    trust(CA)
    with RawServer(reply, tls()) as server, pytest.raises(CannotReachAlert24, match="certificate"):
        ask(f"https://127.1:{server.port}")  # leads to 127.0.0.1, which the certificate names


def test_trust__public_cas__stay_trusted() -> None:
    """The private one comes besides them, so that one setting serves a proxy and what it lets through."""
    bundle = requests.utils.DEFAULT_CA_BUNDLE_PATH
    public = context(bundle, None).get_ca_certs()
    trust(CA)
    both = context(bundle, None).get_ca_certs()
    assert len(both) == len(public) + 1 > 50


def test_trust__path_of_the_host_in_the_environment__is_ignored(
    server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job's own REQUESTS_CA_BUNDLE need not exist in the action's container."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", HOST_PATH)
    with pytest.raises(WrongSetting, match=HOST_PATH):
        ask(server.url)
    trust(CA)
    assert ask(server.url) == 200


def tunnel(port: int) -> Answer:
    """Return a proxy that connects whoever asks to a port of this machine."""

    def forward(read: Callable[[int], bytes], write: Callable[[bytes], object]) -> None:
        with contextlib.suppress(OSError):  # one of the two has gone
            while chunk := read(65536):
                write(chunk)

    def answer(exchange: Exchange) -> None:
        exchange.read()
        exchange.send(b"HTTP/1.1 200 OK\r\n\r\n")
        with socket.create_connection(("127.0.0.1", port)) as there:
            here = exchange._connection
            threading.Thread(target=forward, args=(here.recv, there.sendall), daemon=True).start()
            forward(there.recv, here.sendall)

    return answer


def test_trust__proxy_with_tls_of_its_own__is_proved_by_the_same_ca(
    server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`HTTPS_PROXY=https://...`: the proxy itself has a certificate of the company's CA."""
    trust(CA)
    with RawServer(tunnel(server.port), tls()) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert ask(f"https://localhost.:{server.port}") == 200
        assert proxy.received.startswith(b"CONNECT localhost")


@pytest.mark.parametrize(("bundle", "loaded"), [(CA_FILE, [CA_FILE]), ("/missing.pem", []), (None, [None])], ids=repr)
def test_preload__the_bundle_that_requests_will_use__once(
    monkeypatch: pytest.MonkeyPatch, bundle: object, loaded: list[object]
) -> None:
    """It is loaded beside other work; one that is missing is an error of the request, and not of a thread."""
    monkeypatch.setattr(net_tls, "_loaded", {})
    monkeypatch.setattr(threading.Thread, "start", threading.Thread.run)
    preload({} if bundle is None else {"REQUESTS_CA_BUNDLE": str(bundle)})
    files = [requests.utils.DEFAULT_CA_BUNDLE_PATH if each is None else str(each) for each in loaded]
    assert list(net_tls._loaded) == [(each, None) for each in files]


def test_connections__that_begin_together__share_one_context(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes while the certificates are being loaded waits for them."""
    monkeypatch.setattr(net_tls, "_loaded", {})
    loads: list[object] = []
    load = net_tls._load

    def counted(*given: Any) -> Any:
        loads.append(given)
        return load(*given)

    monkeypatch.setattr(net_tls, "_load", counted)
    deadline = Deadline(10, Cancellation())
    assert run_all([lambda: context(str(CA_FILE), None)] * 8, concurrency=8, deadline=deadline)
    assert len(loads) == 1
