from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from alert24_deploy import __version__
from alert24_deploy.alert24.client import Alert24, Call
from alert24_deploy.errors import Alert24DeployError, Alert24Refused, CannotReachAlert24, WrongSetting
from alert24_deploy.net.deadline import Deadline
from alert24_deploy.net.transport import Transient
from unit.exchanges import KEY, URL, Line, Reply

ASK = Call("GET", "/api/v1/services/svc-1")


def exchanged(line: Line, request: Call = ASK) -> Any:
    """The JSON of an answer."""
    return line.api.exchange(request, line.deadline, lambda answer: answer)


def failed(line: Line, request: Call = ASK) -> Alert24DeployError:
    """How an exchange fails."""
    with pytest.raises(Alert24DeployError) as caught:
        exchanged(line, request)
    return caught.value


def test_exchange__any__carries_the_key_and_a_name() -> None:
    """The request says who asks, and for what; a netrc, which the library reads, does not replace the key."""
    line = Line(Reply())
    exchanged(line)
    (sent,) = line.requests
    assert (sent.method, sent.url) == ("GET", f"{URL}/api/v1/services/svc-1")
    assert sent.headers["Authorization"] == f"Bearer {KEY}"
    assert sent.headers["User-Agent"] == f"alert24-deploy/{__version__}"
    assert sent.headers["Accept"] == "application/json"


@pytest.fixture(autouse=True)
def netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A netrc with a password for every host."""
    path = tmp_path / "netrc"
    path.write_text("machine alert24.test login me password other\ndefault login me password other\n")
    path.chmod(0o600)
    monkeypatch.setenv("NETRC", str(path))


def test_exchange__body__sent_as_json_and_nothing_else() -> None:
    """A write has the fields that were asked for."""
    line = Line(Reply())
    exchanged(line, Call("PUT", "/x", body={"status": "down"}))
    assert json.loads(line.requests[0].body or "") == {"status": "down"}
    assert line.requests[0].headers["Content-Type"] == "application/json"


def test_exchange__query__in_the_address() -> None:
    """A list is asked for by limit and offset."""
    line = Line(Reply())
    exchanged(line, Call("GET", "/x", query={"limit": 100, "offset": 0}))
    assert line.requests[0].url == f"{URL}/x?limit=100&offset=0"


@pytest.mark.parametrize(("seconds", "timeout"), [(60, (5, 10)), (3, (3, 3))])
def test_exchange__time__bounds_connecting_and_answering(seconds: float, timeout: tuple[float, float]) -> None:
    """Five seconds to connect and ten to answer, but no more than is left."""
    line = Line(Reply(), seconds=seconds)
    exchanged(line)
    assert line.adapter.sent[0].timeout == timeout


def test_exchange__no_time__nothing_is_sent() -> None:
    """After the end no request goes out."""
    line = Line(Reply(), seconds=0)
    error = failed(line)
    assert isinstance(error, CannotReachAlert24)
    assert (line.requests, error.sent) == ([], False)
    assert "Check `api-url`, the proxy and the network." in error.remedy


PLACES = [
    "",
    "/elsewhere",
    "http://[::1",
    "https://host:port/",
    "//",
    "\\\\evil",
    "mailto:me",
    "https://a" * 99,
    "\xff",
]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: repr(place)[:20])
def test_exchange__redirect_to_any_place__not_followed(place: str) -> None:
    """The key goes nowhere else. The place is foreign text, which the library looks at all the same."""
    line = Line(Reply(302, headers={"Location": place}), Reply())
    assert isinstance(failed(line), Alert24Refused)
    assert len(line.requests) == 1


def test_exchange__answer_is_not_the_documented_json__asked_again() -> None:
    """A proxy's page of HTML may be gone a moment later."""
    line = Line(Reply(body=b"<html>"), Reply())
    assert exchanged(line) == {}


def test_exchange__reader_is_not_content__asked_again() -> None:
    """JSON of another kind than documented counts as no answer."""
    line = Line(Reply(body=b"[]"), Reply(body=b'{"data": 1}'))

    def read(answer: Any) -> Any:
        if not isinstance(answer, dict):
            raise Transient("not the documented JSON")
        return answer

    assert line.api.exchange(ASK, line.deadline, read) == {"data": 1}


def test_exchange__certificates_that_are_not_there__wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typo in REQUESTS_CA_BUNDLE is a mistake of the user, told before anything is sent, and no bug of ours."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/certificates.pem")
    line = Line(Reply())
    secure = Alert24("https://127.0.0.1:1", KEY, deadline=Deadline(5, line.cancellation, line.clock))
    with pytest.raises(WrongSetting) as caught:
        secure.exchange(ASK, line.deadline, lambda answer: answer)
    assert "/nowhere/certificates.pem" in str(caught.value)
    assert "`ca-certificates` (ALERT24_CA_CERTIFICATES)" in caught.value.remedy


LOOPBACK = ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"]


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in which everything goes through a proxy."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://proxy.example:3128")
        monkeypatch.setenv(name.lower(), "http://proxy.example:3128")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("proxied")
@pytest.mark.parametrize("url", LOOPBACK)
def test_exchange__http_to_this_machine__never_through_a_proxy(url: str) -> None:
    """The key would leave the machine in the clear."""
    line = Line(Reply(), url=url)
    exchanged(line)
    assert not set(line.adapter.sent[0].proxies) & {"http", "https", "all"}


@pytest.mark.usefixtures("proxied")
def test_exchange__https_to_alert24__through_the_proxy() -> None:
    """Where a company has a proxy, Alert24 is on its other side."""
    line = Line(Reply())
    exchanged(line)
    assert line.adapter.sent[0].proxies["https"] == "http://proxy.example:3128"


def test_trace__every_exchange__one_line_without_the_key() -> None:
    """Who asks for details sees each request, its status, its time and its name."""
    line = Line(Reply(headers={"X-Request-Id": "7f3a"}, seconds=0.25))
    exchanged(line, Call("GET", "/x", query={"limit": 100}))
    assert line.traced == ['GET /x {"limit": 100}: 200 in 250 ms, request 7f3a']


def test_trace__no_answer__says_why() -> None:
    """A request without an answer is told too."""
    line = Line(requests.exceptions.SSLError(), Reply())
    failed(line)
    assert line.traced == ["GET /api/v1/services/svc-1: the server's certificate or TLS was not accepted"]


def test_connection__shown__without_the_key() -> None:
    """A connection that lands in a log doesn't tell the key."""
    line = Line(Reply())
    assert KEY not in repr(line.api)
    assert KEY not in repr(vars(line.api))
