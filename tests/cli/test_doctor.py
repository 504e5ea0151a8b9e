"""`doctor` names the cause and what to do, survives whatever is wrong, and shows no secret."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from alert24_deploy import text
from alert24_deploy.app import doctor, doctor_evidence
from alert24_sandbox import Sandbox
from alert24_sandbox.model import utc_now
from helpers.cli import Cli
from helpers.key_watch import KeyWatch
from helpers.processes import CliProcess
from helpers.raw_server import Exchange, RawServer

KEY = "ak_live_" + "0123456789abcdefghijklmnopqrstuv"
ELSEWHERE = "https://alert24.example"  # not this machine, so that a proxy is used
CERTIFICATE = Path(__file__).parents[1] / "faults" / "self-signed.pem"

pytestmark = pytest.mark.expects_warnings("a line of doctor may be a warning")


@pytest.fixture(autouse=True)
def no_documented_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test asks a host on the internet."""
    monkeypatch.setattr(doctor_evidence, "DOCUMENTED_URLS", ())


class Setup:
    """What a scenario can break: the command's environment, and servers of its own."""

    def __init__(self, cli: Cli, sandbox: Sandbox, server: HTTPServer, patch: pytest.MonkeyPatch) -> None:
        self.cli, self.sandbox, self.server, self.patch = cli, sandbox, server, patch
        self.servers = ExitStack()

    def env(self, **variables: str) -> None:
        """Set variables without their prefix."""
        self.cli.environ.update({f"ALERT24_{name.upper()}": value for name, value in variables.items()})

    def other(self, answer: Callable[[Exchange], None], tls: ssl.SSLContext | None = None) -> RawServer:
        """Begin a server."""
        return self.servers.enter_context(RawServer(answer, tls))

    def key(self) -> str:
        """The key that works."""
        return self.cli.environ["ALERT24_API_KEY"]


@pytest.fixture
def setup(cli: Cli, sandbox: Sandbox, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Setup]:
    """A setup in which everything is right, with the service `API`."""
    sandbox.add_service("API", id="svc-1")
    sandbox.add_monitor("API", "API check", interval=60, timeout=30)
    cli.environ["ALERT24_SERVICES"] = "API"
    made = Setup(cli, sandbox, httpserver, monkeypatch)
    with made.servers:
        yield made


def closed_port() -> int:
    """Return a port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def unknown_to_dns(setup: Setup) -> None:
    """A host whose name nobody knows."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    setup.patch.setattr(socket, "getaddrinfo", unknown)
    setup.env(api_url=ELSEWHERE)


def proxy(setup: Setup, url: str) -> None:
    """A proxy in the environment, and a host that is not this machine."""
    setup.patch.setenv("HTTPS_PROXY", url)
    setup.env(api_url=ELSEWHERE)


def asking_proxy(setup: Setup) -> None:
    """A proxy that wants a password."""

    def ask(exchange: Exchange) -> None:
        exchange.read()
        exchange.send(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

    proxy(setup, setup.other(ask).url)


def untrusted(setup: Setup) -> None:
    """A certificate that nobody has signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server = setup.other(lambda exchange: exchange.send(b""), context)
    setup.env(api_url=f"https://localhost:{server.port}")


def redirecting(setup: Setup) -> None:
    """A host that leads elsewhere, to a URL with secrets in it."""
    target = {"Location": f"https://me:{KEY}@login.example/x?token={KEY}"}
    setup.server.expect_request(re.compile(".*")).respond_with_data(status=302, headers=target)
    setup.env(api_url=setup.server.url_for("").rstrip("/"))


def wrong_host(setup: Setup) -> None:
    """A host that is not Alert24's."""
    setup.server.expect_request(re.compile(".*")).respond_with_data("<html>Not here", status=404)
    setup.env(api_url=setup.server.url_for("").rstrip("/"))


def other_documented_host(setup: Setup) -> None:
    """The key of one of the two documented hosts at the other one."""
    setup.patch.setattr(doctor_evidence, "DOCUMENTED_URLS", (setup.sandbox.url,))
    setup.env(api_url=setup.servers.enter_context(Sandbox()).url)


def revoked(setup: Setup) -> None:
    """A key that is no longer valid."""
    setup.sandbox.revoke(setup.key())


def other_organization(setup: Setup) -> None:
    """A key of an organization without this service."""
    other = setup.servers.enter_context(Sandbox())
    other.add_service("Shop")
    setup.env(api_url=other.url, api_key=other.add_key(["write"]))


def clock_off(setup: Setup, minutes: float) -> None:
    """A host whose clock is ahead of this machine's."""
    server = setup.servers.enter_context(Sandbox(now=lambda: utc_now() + timedelta(minutes=minutes)))
    server.add_service("API")
    setup.env(api_url=server.url, api_key=server.add_key(["write"]))


class Cause(NamedTuple):
    """What breaks a setup, and what doctor says of it."""

    breaks: Callable[[Setup], object]
    check: str
    level: str
    words: str
    code: int


CAUSES = {
    "key missing": Cause(lambda s: s.env(api_key=""), "key", "problem", "ALERT24_API_KEY is empty or not set", 2),
    "key quoted": Cause(lambda s: s.env(api_key=f'"{s.key()}"'), "key", "problem", "has quotes around it", 2),
    "key a placeholder": Cause(lambda s: s.env(api_key="${{ secrets.X }}"), "key", "problem", "is a placeholder", 2),
    "key with a newline": Cause(lambda s: s.env(api_key=f"{KEY}\n{KEY}"), "key", "problem", "a line break", 2),
    "key unknown": Cause(lambda s: s.env(api_key=KEY), "read scope", "problem", "Invalid API key", 3),
    "key revoked": Cause(revoked, "read scope", "problem", "has been revoked", 3),
    "key read-only": Cause(
        lambda s: s.env(api_key=s.sandbox.add_key(["read"])), "write scope", "problem", "can probably not write", 3
    ),
    "key without monitors": Cause(
        lambda s: s.env(api_key=s.sandbox.add_key(["services"]), verify_checks="true"),
        "read scope",
        "problem",
        "can't read monitors",
        3,
    ),
    "key of another organization": Cause(other_organization, "services", "problem", "there is no service 'API'", 3),
    "host wrong": Cause(wrong_host, "host", "problem", "answers 404 and not as Alert24 does", 3),
    "host the other documented one": Cause(other_documented_host, "read scope", "problem", "is it the one of your", 3),
    "host redirecting": Cause(redirecting, "host", "problem", "302, a redirect to login.example, and", 3),
    "host refusing": Cause(
        lambda s: s.env(api_url=f"http://127.0.0.1:{closed_port()}"), "host", "problem", "(Connection refused)", 4
    ),
    "host unknown to DNS": Cause(unknown_to_dns, "host", "problem", "(Name or service not known)", 4),
    "host by plain http": Cause(lambda s: s.env(api_url="http://alert24.example"), "settings", "problem", "http://", 2),
    "host down": Cause(lambda s: s.sandbox.fail(times=None, status=503), "host", "problem", "answers 503", 4),
    "proxy refused": Cause(
        lambda s: proxy(s, f"http://127.0.0.1:{closed_port()}"), "host", "problem", "the proxy could not be reached", 4
    ),
    "proxy asking for a password": Cause(asking_proxy, "host", "problem", "407 Proxy Authentication Required", 4),
    "proxy malformed": Cause(lambda s: proxy(s, "http://me:a/b@proxy:80"), "proxy", "problem", "can't be used", 2),
    "CA unknown": Cause(untrusted, "host", "problem", "not accepted (self", 4),
    "CA bundle missing": Cause(
        lambda s: s.patch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem"), "certificates", "problem", "'/nowhere.pem'", 2
    ),
    "CA bundle empty": Cause(
        lambda s: s.patch.setenv("REQUESTS_CA_BUNDLE", "/dev/null"), "certificates", "problem", "/dev/null", 2
    ),
    "service unknown": Cause(lambda s: s.env(services="APY"), "services", "problem", "'APY' (did you mean 'API'?)", 3),
    "option of another command": Cause(
        lambda s: s.env(on_failure="of"), "settings", "problem", "not a valid status for ALERT24_ON_FAILURE", 2
    ),
    "variable misspelled": Cause(lambda s: s.env(service="API"), "settings", "warning", "ALERT24_SERVICES", 0),
    "clock a day behind": Cause(lambda s: clock_off(s, 1440), "clock", "warning", "1440 min behind", 0),
    "clock minutes ahead": Cause(lambda s: clock_off(s, -10), "clock", "warning", "10 min ahead", 0),
    "monitor too slow": Cause(
        lambda s: s.env(verify_timeout="1m", verify_checks="true"), "services", "problem", "90 s, but ALERT24_VERIFY", 2
    ),
    "monitor slower than another check": Cause(
        lambda s: s.env(verify_timeout="1m"), "services", "warning", "needs up to 90 s", 0
    ),
}


@pytest.mark.parametrize("cause", CAUSES.values(), ids=CAUSES)
def test_doctor__broken_setup__names_the_cause(setup: Setup, cause: Cause) -> None:
    """The check that it concerns says it with the exit code; every check speaks, and no other one raises an alarm."""
    cause.breaks(setup)
    result = setup.cli("doctor", "--json")
    findings = result.document["findings"]
    alarms = [each for each in findings if each["level"] in ("warning", "problem")]
    found = next(each for each in alarms if each["check"] == cause.check)
    assert (found["level"], result.code, result.document["exit_code"]) == (cause.level, cause.code, cause.code)
    assert cause.words.casefold() in f"{found['text']} {found['remedy']}".casefold()
    assert found["remedy"] or cause.level == "warning"
    assert {"key", "proxy", "certificates", "host", "clock", "versions", "run"} <= {each["check"] for each in findings}
    # A proxy or a bundle that can't be used spoils the exchange as well.
    assert {each["check"] for each in alarms} <= {cause.check, "host"}
    assert setup.sandbox.status_of("API") == "operational"


def test_doctor__all_is_well__one_line_a_finding(setup: Setup) -> None:
    """Each line begins with its level, and the worst one is `ok`; on stdout, because it was asked for."""
    result = setup.cli("doctor")
    lines = [re.match(r"(ok|note|warning|problem) +([a-z ]+): (.+)$", line) for line in result.out.splitlines()]
    assert (result.code, result.people, {line and line[1] for line in lines}) == (0, "", {"ok"})
    assert {line and line[2] for line in lines} == set(doctor.CHECKS) - {"settings", "other host"}
    assert "urllib3 2." in result.out
    assert "the median of 3" in result.out
    assert "'API' is operational; its id is svc-1" in result.out


def test_doctor__requests__are_six_and_write_nothing(setup: Setup) -> None:
    """Three without the key, one for the services, one for the monitors, and an update of an id that nothing has."""
    before = setup.sandbox.services
    setup.cli("doctor")
    asked = [(each.method, each.path, each.headers.get("Authorization")) for each in setup.sandbox.requests]
    services = "/api/v1/services"
    assert asked[:5] == [
        *[("GET", services, None)] * 3,
        ("GET", services, "write"),
        ("GET", "/api/v1/monitoring", "write"),
    ]
    assert re.fullmatch(rf"{services}/alert24-deploy-doctor-[0-9a-f]{{32}}", asked[5][1])
    assert (len(asked), asked[5][0], setup.sandbox.services) == (6, "PUT", before)


@pytest.mark.parametrize("breaks", [wrong_host, redirecting])
def test_doctor__host_that_is_not_alert24__never_gets_the_key(setup: Setup, breaks: Callable[[Setup], None]) -> None:
    """The first request goes without it."""
    breaks(setup)
    setup.cli("doctor")
    assert [request.headers.get("Authorization") for request, _ in setup.server.log] == [None] * 3


def test_doctor__other_documented_host__never_gets_the_key(setup: Setup) -> None:
    """It is asked whether it is there, and no more."""
    other_documented_host(setup)
    setup.cli("doctor")
    assert [(each.method, each.headers.get("Authorization")) for each in setup.sandbox.requests] == [("GET", None)]


def test_doctor__api_url_is_wrong__key_is_not_sent_to_the_default_host(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key of a host that was mistyped is none of the default host's business."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("a host was looked up"))
    setup.env(api_url="htps://alert24.example")
    assert setup.cli("doctor").code == 2


def test_doctor__server_says_nothing__ends_with_the_time_and_the_other_lines(setup: Setup) -> None:
    """One host that hangs does not hide what is known without it."""
    server = setup.other(Exchange.hang)
    setup.env(api_url=server.url)
    began = time.monotonic()
    result = setup.cli("doctor", "--timeout", "0.5")
    assert time.monotonic() - began < 20
    assert (result.code, "no answer" in result.out, "proxy: None" in result.out) == (4, True, True)


def test_doctor__look_up_of_the_host_hangs__ends_with_the_time(setup: Setup) -> None:
    """No timeout bounds the look-up of a name, and what needs no host is said all the same."""
    released = threading.Event()
    setup.patch.setattr(socket, "getaddrinfo", lambda *_, **__: released.wait(50) and [])
    setup.env(api_url=ELSEWHERE)
    try:
        result = setup.cli("doctor", "--timeout", "0.3")
    finally:
        released.set()
    assert (result.code, "no answer within 0.3 s" in result.out, "proxy: None" in result.out) == (4, True, True)


def test_doctor__stopped_by_a_signal__ends(setup: Setup, tool_process: CliProcess) -> None:
    """Ctrl-C is answered at once. The process asks no host on the internet, because the proxy is not there."""
    hold = setup.sandbox.hold()
    running = tool_process.begin("doctor", env={"HTTPS_PROXY": f"http://127.0.0.1:{closed_port()}"})
    hold.wait_until_reached()
    running.signal(signal.SIGINT)
    assert running.end().code == 130


def test_doctor__a_check_with_a_bug__hides_no_other(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the other checks find is there all the same; the exit code is that of a bug."""
    monkeypatch.setitem(doctor.CHECKS, "proxy", lambda _: 1 / 0)
    result = setup.cli("doctor")
    assert (result.code, "proxy: This check has a bug (ZeroDivisionError)" in result.out) == (70, True)
    assert "ok       run:" in result.out


def test_doctor__receivers_and_no_key__is_a_note(setup: Setup) -> None:
    """Nothing can be read from a receiver."""
    setup.env(api_key="", services="", webhook_urls=setup.sandbox.add_receiver("API"))
    result = setup.cli("doctor")
    assert (result.code, "1 receiver can't be checked without writing" in result.out) == (0, True)


def test_doctor__fork__says_why_there_is_no_key(setup: Setup) -> None:
    """A run without secrets has no key to check."""
    setup.env(api_key="")
    setup.cli.environ.update(GITHUB_ACTIONS="true", GITHUB_ACTOR="dependabot[bot]", GITHUB_TOKEN="t" * 20)
    result = setup.cli("doctor")
    assert "A run that Dependabot started gets no secrets." in result.out
    assert "run: GitHub Actions: GITHUB_TOKEN is set." in result.out


def test_doctor__key_in_a_file__is_checked(setup: Setup, key_file: Callable[[str], str]) -> None:
    """The file's option is named, and a line break at the end of a file is no mistake."""
    path = key_file(f"{setup.key()}\n")
    result = setup.cli("doctor", "--api-key-file", path, env={"ALERT24_API_KEY": None})
    assert (result.code, "The key in --api-key-file has blanks around it, which are ignored" in result.out) == (0, True)
    result = setup.cli("doctor", "--api-key-file", "nowhere", env={"ALERT24_API_KEY": None})
    assert (result.code, "settings: The key file 'nowhere'" in result.out) == (2, True)


def test_doctor__another_package_has_replaced_urllib3__is_a_warning(
    setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The metadata of an installed package that brings files of the same name."""
    info = tmp_path / "site" / "urllib3_future-2.12.900.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: urllib3-future\nVersion: 2.12.900\n")
    (info / "top_level.txt").write_text("urllib3\n")
    monkeypatch.syspath_prepend(info.parent)
    result = setup.cli("doctor")
    assert "warning  versions: Another package has replaced urllib3: urllib3-future." in result.out


FREE = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=5)
# A core for each, because the program strikes out a key that it knows, wherever it stands.
CORES = ("k3yOfMine", "l0ginName", "passw0rdOfMine", "t0kenOfMine", "passw0rdInUrl")


def around(core: str) -> st.SearchStrategy[str]:
    """Texts with a core that must not be shown."""
    return st.tuples(FREE, FREE).map(lambda ends: f"{ends[0]}{core}{ends[1]}")


@given(texts=st.tuples(*map(around, CORES)))
@example(texts=("k3yOfMine", "l0ginName", "a/passw0rdOfMine", "t0kenOfMine", "x y/passw0rdInUrl?"))
@example(texts=("'k3yOfMine", "l0ginName", "#passw0rdOfMine", " t0kenOfMine", "me:passw0rdInUrl@host:99999"))
@example(texts=("<k3yOfMine", "l0ginName/", "passw0rdOfMine", "t0kenOfMine", "user@host/?passw0rdInUrl"))
@settings(max_examples=25)
def test_doctor__whatever_is_secret__is_not_shown(texts: tuple[str, str, str, str, str]) -> None:
    """Neither a key of any form, nor a proxy's user name and password, nor a token is in what people paste."""
    key, login, password, token, url = texts
    here = {
        "ALERT24_API_KEY": key,
        "ALERT24_API_URL": ELSEWHERE if set(url) <= set("passw0rdInUrl") else f"https://me:{url}@alert24.example",
        "ALERT24_WEBHOOK_URLS": f"https://alert24.example/{token}",
        "ALERT24_ROLLBACK_URL": f"ftp://{token}",
        "ALERT24_VERIFY_HEADER": f"Authorization {token}",
        "ALERT24_ROLLBACK_SECRET": token,
        "GITHUB_ACTIONS": "true",
        "GITHUB_TOKEN": token,
        "CI_JOB_TOKEN": token,
    }
    address = f"http://{login}:{password}@127.0.0.1:9"
    proxies = {"HTTPS_PROXY": address, "https_proxy": address}
    with mock.patch.dict(os.environ, proxies), mock.patch.object(text, "_secrets", []):  # known by no other example
        result = Cli(here, Path(), KeyWatch())("doctor", "--json", "--timeout", "5")
    shown = (result.out + result.people).casefold()
    assert [core for core in CORES if core.casefold() in shown] == []
    assert len(result.document["findings"]) > 5
