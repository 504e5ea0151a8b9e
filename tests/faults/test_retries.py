"""What is tried again, what is not, and how long is waited between."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest
from pytest_httpserver import HTTPServer

from alert24_deploy.net import retry
from alert24_deploy.signals import Cancellation
from helpers.cli import Cli, CliAt
from helpers.script import Serve, answer, echo, good

SET = ("set", "down", "-s", "svc-1")
START = ("start", "-s", "svc-1")
RETRIED = [408, 429, 500, 502, 503, 504, 520, 524, 530]
REFUSED = [400, 401, 402, 403, 405, 406, 409, 410, 413, 415, 418, 422, 423, 451, 499]
GIVEN_UP = [501, 505, 507, 511, 599]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Collects the seconds that workers wait, and lets none of them pass."""
    seconds: list[float] = []

    def wait(_: Cancellation, asked: float) -> bool:
        seconds.append(asked)
        return False

    monkeypatch.setattr(Cancellation, "wait", wait)
    return seconds


@pytest.mark.parametrize("command", [SET, START], ids=["PUT", "GET"])
@pytest.mark.parametrize("status", RETRIED)
def test_status_that_passes__is_tried_again(faulty: Cli, serve: Serve, status: int, command: tuple[str, ...]) -> None:
    """Two bad answers and a good one make a success that nobody notices."""
    script = serve(answer(status), answer(status), echo)
    result = faulty(*command)
    tries = [asked.method for asked in script.asked]
    assert (result.code, tries[:3]) == (0, [tries[0]] * 3)
    assert "Error" not in result.people


@pytest.mark.parametrize("command", [SET, START], ids=["PUT", "GET"])
@pytest.mark.parametrize("status", REFUSED)
def test_refusal__is_asked_once(faulty: Cli, serve: Serve, status: int, command: tuple[str, ...]) -> None:
    """Every other 4xx is final, with exit code 3, and Alert24's request id is told."""
    script = serve(answer(status, X_Request_Id="req-4711"))
    result = faulty(*command)
    result.says(f"Alert24 answered {status}", "req-4711", "Nothing was changed")
    assert (result.code, len(script.asked)) == (3, 1)


@pytest.mark.parametrize("status", GIVEN_UP)
def test_other_server_error__is_asked_once(faulty: Cli, serve: Serve, status: int) -> None:
    """Server errors that don't pass are not tried again; Alert24 counts as unreachable."""
    script = serve(answer(status))
    result = faulty(*SET)
    result.says(f"Alert24 answered {status}")
    assert (result.code, len(script.asked)) == (4, 1)


def test_failure_that_stays__is_told_with_its_tries(faulty: Cli, serve: Serve, two_tries: None) -> None:
    """When it is given up, the message says what Alert24 answered and how often it was asked."""
    del two_tries
    script = serve(answer(503, X_Request_Id="req-4711"))
    result = faulty(*SET)
    result.says("Could not set 'svc-1' to down", "503", "req-4711", "2 tries")
    assert (result.code, len(script.asked)) == (4, 2)


@pytest.mark.parametrize("status", [429, 503, 500])
def test_retry_after__in_seconds__is_waited(faulty: Cli, serve: Serve, waits: list[float], status: int) -> None:
    """Alert24's own word counts, whatever the status that carries it."""
    serve(answer(status, Retry_After="1"), good())
    assert faulty(*SET).code == 0
    assert waits[0] == 1


def test_retry_after__as_a_date__is_waited(faulty: Cli, serve: Serve, waits: list[float]) -> None:
    """An HTTP date means the seconds until then."""
    serve(answer(503, Retry_After=formatdate(time.time() + 20, usegmt=True)), good())
    assert faulty(*SET).code == 0
    assert 15 < waits[0] <= 20


@pytest.mark.parametrize("seconds", ["61", "3600", "9" * 30, "9" * 400])
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after__longer_than_the_time_left__gives_up_at_once(
    faulty: Cli, serve: Serve, waits: list[float], status: int, seconds: str
) -> None:
    """Nobody is helped by waiting for nothing; the message says what was asked for."""
    script = serve(answer(status, Retry_After=seconds))
    result = faulty(*SET, "--timeout", "2")
    result.says(str(status), "asks to wait", "1 try")
    assert (result.code, len(script.asked), waits) == (4, 1, [])


@pytest.mark.parametrize(
    "value", ["soon", "-1", "1.5", "", "  ", "0x10", "Thu, 99 Foo 2026", "1, 2", "\u00b2", "inf", "9" * 5000]
)
def test_retry_after__nonsense__is_ignored(
    faulty: Cli, serve: Serve, waits: list[float], monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """What can't be read leaves the wait to the usual backoff."""
    monkeypatch.setattr(retry, "_backoff", lambda _: 0.25)
    serve(answer(503, Retry_After=value), good())
    assert faulty(*SET).code == 0
    assert waits == [0.25]


@pytest.mark.parametrize("value", ["0", "Thu, 01 Jan 1970 00:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 GMT"])
def test_retry_after__already_over__does_not_hammer(
    faulty: Cli, serve: Serve, waits: list[float], monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """A server that always says `now` still gets our backoff between two tries."""
    monkeypatch.setattr(retry, "_backoff", lambda _: 0.25)
    serve(*[answer(503, Retry_After=value)] * 3, good())
    assert faulty(*SET).code == 0
    assert waits == [0.25] * 3


def test_backoff__grows_with_full_jitter_up_to_ten_seconds(
    cli_at: CliAt, httpserver: HTTPServer, serve: Serve, waits: list[float]
) -> None:
    """Without a word from Alert24 each wait is a random part of 0.5, 1, 2, 4, 8 and then 10 seconds."""
    serve(*[answer(503)] * 60, good())
    assert cli_at(httpserver.url_for("").rstrip("/"))(*SET).code == 0
    bounds = [min(10, 0.5 * 2**number) for number in range(60)]
    assert all(0 <= wait <= bound for wait, bound in zip(waits, bounds, strict=True))
    assert max(waits) > 5
    assert len(set(waits)) > 50


def test_long_wait__is_told_to_whoever_watches(faulty: Cli, serve: Serve, waits: list[float]) -> None:
    """A wait of seconds is said, so that the log does not look stuck."""
    serve(answer(503, Retry_After="20"), good())
    faulty(*SET).says("trying again in 20 s")
    assert waits == [20]
