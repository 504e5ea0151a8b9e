"""What is tried again, what is not, and how long is waited between."""

from __future__ import annotations

import pytest

from alert24_deploy.signals import Cancellation
from helpers.cli import Cli
from helpers.script import Serve, answer, echo, good

SET = ("set", "down", "-s", "svc-1")
START = ("start", "-s", "svc-1")
RETRIED = [408, 429, 500, 502, 503, 504, 520, 524, 530]
REFUSED = [400, 401, 402, 403, 405, 406, 409, 410, 413, 415, 418, 422, 423, 451, 499]


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


@pytest.mark.parametrize("status", [429, 503, 500])
def test_retry_after__in_seconds__is_waited(faulty: Cli, serve: Serve, waits: list[float], status: int) -> None:
    """Alert24's own word counts, whatever the status that carries it."""
    serve(answer(status, Retry_After="1"), good())
    assert faulty(*SET).code == 0
    assert 1 <= waits[0] <= 1.5


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
