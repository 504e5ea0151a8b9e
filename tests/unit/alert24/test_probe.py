from __future__ import annotations

from typing import Any

import pytest

from alert24_deploy.alert24 import probe as room
from alert24_deploy.alert24.answers import Response
from alert24_deploy.alert24.outside import Call
from alert24_deploy.alert24.probe import HttpCheck
from alert24_deploy.alert24.stop import Cancellation
from alert24_deploy.errors import CannotReachAlert24

URL = "https://shop.example/health"


def ask(monkeypatch: pytest.MonkeyPatch, reply: Response | Exception, seconds: float = 5.0, **options: Any) -> str:
    """Ask once."""

    def answer(call: Call) -> Response:
        assert (call.method, call.url, call.body) == ("GET", URL, None)
        assert call.seconds == min(seconds, 10.0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    monkeypatch.setattr(room, "call", answer)
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
def test_probe__status__must_be_in_the_range(
    monkeypatch: pytest.MonkeyPatch, status: int, statuses: tuple[int, int], well: bool
) -> None:
    """Both ends are in it."""
    reason = ask(monkeypatch, Response(status, {}, b""), statuses=statuses)
    assert (reason == "") is well
    assert well or f"it answered {status}" in reason


def test_probe__redirect__is_said_not_to_be_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The header with its token would go elsewhere."""
    assert ask(monkeypatch, Response(301, {}, b"")) == "it answered 301 (a redirect is not followed)"


@pytest.mark.parametrize(("body", "well"), [("so größer!", True), ("so GRÖSSER", False), ("", False)])
def test_probe__text__must_be_in_the_body(monkeypatch: pytest.MonkeyPatch, body: str, well: bool) -> None:
    """As it is written, in UTF-8; the answer itself is never shown."""
    reason = ask(monkeypatch, Response(200, {}, body.encode()), text="größer")
    assert reason == ("" if well else "it answered 200, but without the expected text")


def test_probe__no_answer__is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not an error."""
    assert ask(monkeypatch, CannotReachAlert24("the connection was refused"), 60) == "the connection was refused"


def test_probe__header__is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing else of ours."""
    sent: list[Call] = []

    def answer(call: Call) -> Response:
        sent.append(call)
        return Response(200, {}, b"")

    monkeypatch.setattr(room, "call", answer)
    assert HttpCheck(URL, header=("X-Token", "t"))(5, Cancellation()) == HttpCheck(URL)(5, Cancellation()) == ""
    assert [dict(call.headers) for call in sent] == [{"X-Token": "t"}, {}]


def test_probe__signal__ends_the_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked any more."""
    cancellation = Cancellation()
    cancellation.request(15)
    monkeypatch.setattr(room, "call", lambda _: pytest.fail("asked"))
    assert "stopped by a signal" in HttpCheck(URL)(5, cancellation)
