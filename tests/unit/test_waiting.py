"""Waiting in the main thread."""

from __future__ import annotations

import queue

import pytest

from alert24_deploy import signals
from alert24_deploy.signals import take


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> queue.SimpleQueue[str]:
    """A queue that is looked at very often."""
    monkeypatch.setattr(signals, "LONGEST_WAIT_SECONDS", 0.001)
    return queue.SimpleQueue()


def test_take__something_there__is_returned_at_once(ended: queue.SimpleQueue[str]) -> None:
    """What has ended already needs no waiting."""
    ended.put("done")
    assert take(ended, 0) == "done"


def test_take__nothing_in_time__empty(ended: queue.SimpleQueue[str]) -> None:
    """A wait with a limit ends by it, however often it looks."""
    with pytest.raises(queue.Empty):
        take(ended, 0.005)


def test_take__without_a_limit__tells_how_long_it_waits(ended: queue.SimpleQueue[str]) -> None:
    """Between two looks it says how many seconds have passed, until something comes."""
    seen: list[float] = []

    def waiting(seconds: float) -> None:
        seen.append(seconds)
        if len(seen) == 3:
            ended.put("done")

    assert take(ended, None, waiting) == "done"
    assert seen == sorted(seen)
