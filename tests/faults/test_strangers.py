"""The key goes to Alert24 and to nobody else: redirects, proxies, ~/.netrc, certificates that prove nothing."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from alert24_deploy.net import tls as client_tls
from alert24_sandbox import Sandbox
from helpers.cli import Cli, CliAt
from helpers.processes import CliProcess
from helpers.raw_server import Exchange, RawServer, ok
from helpers.script import answer

SET = ("set", "down", "-s", "svc-1")
LIST = ("services",)
CERTIFICATE = Path(__file__).with_name("self-signed.pem")
NOBODY = ok(b'{"data": [], "meta": {"has_more": false}}', "Connection: close")


def reply(exchange: Exchange) -> None:
    """Say yes to everything."""
    exchange.read()
    exchange.send(NOBODY)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308, 399])
@pytest.mark.parametrize("command", [SET, LIST, ("start", "-s", "svc-1")], ids=["set", "services", "start"])
def test_redirect__is_not_followed(faulty: Cli, httpserver: HTTPServer, status: int, command: tuple[str, ...]) -> None:
    """The other server gets no request at all; the message says that the address is probably wrong."""
    with RawServer(reply) as other:
        for path in ("/api/v1/services", "/api/v1/services/svc-1"):
            httpserver.expect_request(path).respond_with_response(answer(status, Location=f"{other.url}{path}"))
        result = faulty(*command)
    result.says(str(status), other.url, "not followed", "ALERT24_API_URL is probably wrong")
    assert (result.code, other.exchanges, len(httpserver.log)) == (3, [], 1)


def tls(minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2) -> ssl.SSLContext:
    """Return a server's side of TLS, with a certificate for localhost that nobody has signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = minimum
    context.load_cert_chain(CERTIFICATE)
    return context


def test_tls__self_signed__is_refused_without_another_try(cli_at: CliAt) -> None:
    """Nothing is sent to a server that can't prove who it is, and asking again would not help."""
    with RawServer(reply, tls()) as server:
        result = cli_at(f"https://localhost:{server.port}")(*SET)
    result.says("certificate", "not tried again", "`ca-certificates` (ALERT24_CA_CERTIFICATES)", "Nothing was changed")
    assert (result.code, len(server.exchanges), server.received) == (4, 1, b"")


def test_tls__trusted__is_spoken_to(cli_at: CliAt, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same server is good where its certificate is named: so it was the certificate that was refused."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    with RawServer(reply, tls()) as server:
        result = cli_at(f"https://localhost:{server.port}")(*LIST)
    assert result.code == 0
    assert server.received.startswith(b"GET /api/v1/services?")


def test_tls__several_connections__load_the_certificates_once(cli_at: CliAt, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole bundle takes longer to load than a request to answer, so no connection loads it again.

    Nor does a connection that begins while it is being loaded.
    """
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    client_tls._loaded.clear()
    loaded: list[object] = []
    load = ssl.SSLContext.load_verify_locations

    def counted(context: ssl.SSLContext, *where: Any) -> None:
        loaded.append(where)
        load(context, *where)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", counted)
    with RawServer(reply, tls()) as server:
        sent = [cli_at(f"https://localhost:{server.port}")(*LIST).code for _ in range(3)]
    assert (sent, len(server.exchanges), len(loaded)) == ([0] * 3, 3, 1)


def test_tls__trusted_for_another_host__is_refused(cli_at: CliAt, monkeypatch: pytest.MonkeyPatch) -> None:
    """A good certificate of somebody else proves nothing."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    with RawServer(reply, tls()) as server:
        result = cli_at(server.url)(*LIST)
    result.says("certificate")
    assert (result.code, len(server.exchanges), server.received) == (4, 1, b"")


PROXIES = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]


def test_proxy__http_to_this_machine__goes_past_it(sandbox: Sandbox, cli_process: CliProcess) -> None:
    """A request without TLS never leaves the machine, whatever the environment says of proxies."""
    sandbox.add_service("API", id="svc-1")
    with RawServer(reply) as proxy:
        result = cli_process(*SET, env={**dict.fromkeys(PROXIES, proxy.url), "no_proxy": "", "NO_PROXY": ""})
    assert (result.code, proxy.exchanges, sandbox.status_of("API")) == (0, [], "down")


def test_proxy__https__is_asked_for_a_tunnel_without_the_key(
    cli_at: CliAt, two_tries: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy learns the host and nothing else; when it refuses, the message says that it was the proxy."""
    del two_tries

    def refuse(exchange: Exchange) -> None:
        exchange.read()
        exchange.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with RawServer(refuse) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        result = cli_at("https://alert24.example")(*SET)
    result.says("the proxy", "Nothing was changed")
    assert result.code == 4
    assert proxy.received.startswith(b"CONNECT alert24.example:443 ")
    assert b"ak_live_" not in proxy.received
    assert b"Authorization" not in proxy.received


@pytest.mark.parametrize("name", [".netrc", "elsewhere"])
def test_netrc__for_the_host__does_not_replace_the_key(
    sandbox: Sandbox, cli_process: CliProcess, tmp_path: Path, name: str
) -> None:
    """A password that lies in ~/.netrc, or where NETRC says, for just this host stays there."""
    sandbox.add_service("API", id="svc-1")
    netrc = tmp_path / name
    netrc.write_text("machine 127.0.0.1 login me password secret\ndefault login me password secret\n", "utf-8")
    netrc.chmod(0o600)
    result = cli_process(*SET, env={"NETRC": str(netrc)} if name == "elsewhere" else {})
    assert (result.code, sandbox.writes[0].headers["Authorization"]) == (0, "write")
