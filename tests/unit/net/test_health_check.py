from __future__ import annotations

from typing import Any

import pytest

from alert24_deploy.errors import CannotReachAlert24
from alert24_deploy.net.health_check import HttpCheck
from alert24_deploy.net.transport import Request, Response, Transport
from alert24_deploy.signals import Cancellation

URL = "https://shop.example/health"


def ask(monkeypatch: pytest.MonkeyPatch, reply: Response | Exception, seconds: float = 5.0, **options: Any) -> str:
    """Ask once."""

    def answer(_: Transport, request: Request, allowed: float) -> Response:
        assert (request.method, request.url, request.body) == ("GET", URL, None)
        assert allowed == min(seconds, 10.0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    monkeypatch.setattr(Transport, "send", answer)
    return HttpCheck(URL, **options)(seconds, Cancellation())


@pytest.mark.parametrize(
    ("status", "statuses", "well"),
    [
        (200, (200, 299), True),
        (299, (200, 299), True),
        (199, (200, 299), False),
        (300, (200, 299), False),
        (302, (302, 302), True),
        (503, (500, 599), True),
        (200, (204, 204), False),
    ],
)
def test_http_check__status__must_be_in_the_range(
    monkeypatch: pytest.MonkeyPatch, status: int, statuses: tuple[int, int], well: bool
) -> None:
    """Both ends are in it."""
    reason = ask(monkeypatch, Response(status, {}, b""), statuses=statuses)
    assert (reason == "") is well
    assert well or f"it answered {status}" in reason


@pytest.mark.parametrize(("body", "well"), [("so größer!", True), ("so GRÖSSER", False), ("", False)])
def test_http_check__text__must_be_in_the_body(monkeypatch: pytest.MonkeyPatch, body: str, well: bool) -> None:
    """As it is written, in UTF-8; the answer itself is never shown."""
    reason = ask(monkeypatch, Response(200, {}, body.encode()), text="größer")
    assert reason == ("" if well else "it answered 200, but without the expected text")


def test_http_check__redirect_or_no_answer__is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not an error; with a redirect, the header with its token would go elsewhere."""
    assert ask(monkeypatch, Response(301, {}, b"")) == "it answered 301 (a redirect is not followed)"
    assert ask(monkeypatch, CannotReachAlert24("the connection was refused"), 60) == "the connection was refused"


def test_http_check__header__is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing else of ours."""
    sent: list[Request] = []

    def answer(_: Transport, request: Request, __: float) -> Response:
        sent.append(request)
        return Response(200, {}, b"")

    monkeypatch.setattr(Transport, "send", answer)
    assert HttpCheck(URL, header=("X-Token", "t"))(5, Cancellation()) == HttpCheck(URL)(5, Cancellation()) == ""
    assert [dict(request.headers) for request in sent] == [{"X-Token": "t"}, {}]


def test_http_check__signal__ends_the_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked any more."""
    cancellation = Cancellation()
    cancellation.request(15)
    monkeypatch.setattr(Transport, "send", lambda *_: pytest.fail("sent"))
    assert "stopped by a signal" in HttpCheck(URL)(5, cancellation)
