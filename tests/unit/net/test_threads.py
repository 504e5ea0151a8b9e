from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from alert24_deploy.errors import Alert24Refused, CannotReachAlert24, Interrupted
from alert24_deploy.net import threads
from alert24_deploy.net.deadline import Deadline
from alert24_deploy.net.threads import TaskResult, run_concurrently
from alert24_deploy.signals import Cancellation
from unit.exchanges import Clock


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """What hanging tasks wait for; the moment that is granted after a deadline is made short."""
    monkeypatch.setattr(threads, "_GRACE_SECONDS", 0.02)
    event = threading.Event()
    yield event
    event.set()


def ended(
    *tasks: Callable[[], object], concurrency: int = 8, seconds: float = 60, cancellation: Cancellation | None = None
) -> dict[int, TaskResult[object]]:
    """How each task ended, by its number, on a clock that stands still."""
    deadline = Deadline(seconds, cancellation or Cancellation(), Clock())
    done = list(run_concurrently(tasks, concurrency=concurrency, deadline=deadline))
    assert len({each.number for each in done}) == len(done)
    return {each.number: each for each in done}


def test_run_concurrently__tasks_that_end__each_with_its_value() -> None:
    """Every task is yielded once, under its own number."""
    tasks = [lambda number=number: number * number for number in range(50)]
    assert {number: done.value for number, done in ended(*tasks).items()} == {n: n * n for n in range(50)}


def test_run_concurrently__an_expected_error__yielded() -> None:
    """One task's failure is that task's alone."""
    error = Alert24Refused("no")

    def refused() -> None:
        raise error

    done = ended(refused, lambda: "yes")
    assert (done[0].error, done[1].value) == (error, "yes")


def test_run_concurrently__a_bug__raised() -> None:
    """A bug is not mistaken for an outage."""
    with pytest.raises(ZeroDivisionError):
        ended(lambda: 1 / 0)


def test_run_concurrently__more_tasks_than_hands__never_more_at_once() -> None:
    """`concurrency` is how many run at once: three meet at the barrier, and never a fourth."""
    barrier, lock = threading.Barrier(3), threading.Lock()
    running: list[int] = []
    most: list[int] = []

    def task() -> None:
        with lock:
            running.append(1)
            most.append(len(running))
        barrier.wait(5)
        with lock:
            running.pop()
        barrier.wait(5)

    ended(*[task] * 9, concurrency=3)
    assert max(most) == 3


def test_run_concurrently__time_is_up__who_hangs_may_have_been_sent(release: threading.Event) -> None:
    """A task that hangs is left behind, and nobody knows what became of it; one that never began changed nothing."""
    done = ended(release.wait, lambda: "yes", seconds=0)
    assert done[1].value == "yes"
    waited = ended(release.wait, lambda: "late", concurrency=1, seconds=0)
    for error, sent in ((done[0].error, True), (waited[1].error, False)):
        assert isinstance(error, CannotReachAlert24)
        assert ("within 0 s" in str(error), error.sent) == (True, sent)


def test_run_concurrently__time_is_up__nobody_begins_another_task(release: threading.Event) -> None:
    """After the deadline no further request goes out, even when the one that hung comes back."""
    late: list[str] = []
    freed = threading.Event()

    def hang() -> None:
        release.wait()
        freed.set()

    ended(hang, lambda: late.append("sent"), concurrency=1, seconds=0)
    release.set()
    assert freed.wait(5)
    assert late == []


def test_run_concurrently__stopped_before__nothing_begins() -> None:
    """After a signal no task is even begun."""
    cancellation, begun = Cancellation(), []
    cancellation.request(15)
    done = ended(lambda: begun.append(1), lambda: begun.append(2), cancellation=cancellation)
    assert begun == []
    assert all(isinstance(each.error, Interrupted) and not each.error.sent for each in done.values())


def test_run_concurrently__stopped_meanwhile__who_hangs_is_left_behind(release: threading.Event) -> None:
    """A signal ends the waiting at once; what is on its way may have been carried out, what waits was not sent."""
    cancellation = Cancellation()

    def signalled() -> None:
        cancellation.request(15)
        release.wait()

    done = ended(signalled, lambda: "late", concurrency=1, cancellation=cancellation)
    errors = [done[number].error for number in (0, 1)]
    assert [(type(error), getattr(error, "sent", None)) for error in errors] == [
        (Interrupted, True),
        (Interrupted, False),
    ]


def test_run_concurrently__stopped_meanwhile__what_ends_in_a_moment_is_taken() -> None:
    """An answer that is nearly there spares everybody guessing."""
    cancellation = Cancellation()

    def answered() -> str:
        cancellation.request(15)
        return "written"

    assert ended(answered, cancellation=cancellation)[0].value == "written"


def test_run_concurrently__afterwards__a_signal_finds_nobody() -> None:
    """The crew no longer listens when it is done."""
    cancellation = Cancellation()
    ended(lambda: "yes", cancellation=cancellation)
    assert cancellation._wake is None
