"""A request to cancel, and waiting in the main thread, which misses none."""

from __future__ import annotations

import queue
import signal
import threading

import pytest

from alert24_deploy import signals
from alert24_deploy.errors import Interrupted
from alert24_deploy.net.deadline import Deadline
from alert24_deploy.net.threads import run_concurrently
from alert24_deploy.signals import Cancellation, take


def test_request__the_first_signal_counts_and_whoever_waits_is_woken() -> None:
    """It begins with nothing requested, and waiting ends by itself; the exit code names the first signal."""
    cancellation, calls = Cancellation(), []
    assert (cancellation.requested, cancellation.signal, cancellation.wait(0)) == (False, None, False)
    cancellation.on_request(lambda: calls.append("woken"))
    cancellation.request(2)
    assert (cancellation.requested, cancellation.signal, cancellation.wait(60)) == (True, 2, True)
    cancellation.on_request(None)
    cancellation.request(15)
    assert (cancellation.signal, cancellation.last_signal, calls) == (2, 15, ["woken"])


def test_stop__signal_inside_the_handler_of_another__does_not_wait_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python runs a handler between two steps of another: what the first one holds, the second must not need."""
    cancellation = Cancellation()

    class Interrupted(threading.Event):
        """An event in the middle of whose setting the next signal arrives."""

        depth = 0

        def set(self) -> None:
            self.depth += 1
            assert self.depth == 1
            cancellation.request(signal.SIGTERM)
            super().set()

    monkeypatch.setattr(cancellation, "_event", Interrupted())
    cancellation.request(signal.SIGINT)
    assert (cancellation.requested, cancellation.signal) == (True, signal.SIGINT)


@pytest.mark.timeout(10)
def test_workers__signal_that_wakes_nobody__is_noticed_soon() -> None:
    """A signal in the moment before a wait begins does not end it; the next look does."""
    cancellation, released = Cancellation(), threading.Event()

    def task() -> None:
        released.wait(0.1)  # by now the main thread waits
        cancellation._event.set()
        released.wait()

    try:
        (done,) = run_concurrently([task], concurrency=1, deadline=Deadline(600, cancellation))
    finally:
        released.set()
    assert isinstance(done.error, Interrupted)


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
