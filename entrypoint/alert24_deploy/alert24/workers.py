"""Side by side, with a deadline: daemon threads that the main thread stops waiting for when time is up.

Threads, and not only socket timeouts, because a timeout of requests bounds neither the look-up of a host's name
nor an answer that arrives a byte at a time. concurrent.futures joins its threads at exit, so it would wait for
exactly the request that hangs.
"""

from __future__ import annotations

import queue
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from ..errors import Alert24DeployError, CannotReachAlert24, Stopped
from .budget import Deadline
from .stop import Cancellation

_T = TypeVar("_T")
# A request ends by its own timeout just before the deadline and says more about why: give it that moment.
_GRACE_SECONDS = 0.25
# A signal in the very moment before a wait begins does not end it: Python looks for signals before and after.
_LOOK_SECONDS = 0.5


class TaskResult(Generic[_T]):
    """How one task ended: its number with a value or an error."""

    def __init__(self, number: int, value: _T | None, error: Alert24DeployError | None) -> None:
        """Keep them."""
        self.number = number
        self.value = value
        self.error = error


def run_concurrently(
    tasks: Sequence[Callable[[], _T]], *, concurrency: int, deadline: Deadline, cancellation: Cancellation
) -> Iterator[TaskResult[_T]]:
    """Run the tasks in daemon threads and yield each as it ends.

    When the budget is spent or a signal arrives, the tasks without an end are yielded as errors and left behind.

    Args:
        tasks: functions that raise only Alert24DeployError; anything else is a bug and raised here.
        concurrency: how many run at once.
        deadline: the seconds that all may take together.
        cancellation: a signal's request to stop.
    """
    crew = _Crew(tasks)
    if cancellation.requested:
        yield from (TaskResult(number, None, stopped(sent=False)) for number in sorted(crew.missing))
        return
    cancellation.on_request(lambda: crew.ended.put(None))
    try:
        crew.begin(min(concurrency, len(tasks)))
        yield from _collect(crew, deadline, cancellation)
    finally:
        cancellation.on_request(None)


class _Crew(Generic[_T]):
    def __init__(self, tasks: Sequence[Callable[[], _T]]) -> None:
        self.waiting = queue.SimpleQueue[tuple[int, Callable[[], _T]]]()
        self.ended = queue.SimpleQueue["tuple[int, _T | BaseException] | None"]()  # None: look at `stop`
        self.begun: set[int] = set()
        self.missing = set(range(len(tasks)))
        for numbered in enumerate(tasks):
            self.waiting.put(numbered)

    def begin(self, workers: int) -> None:
        # The workers inherit this mask. Of two signals in a row the kernel hands one to any thread that takes it, and
        # what a worker takes does not end the main thread's waiting, where alone Python runs its handlers.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
        try:
            for _ in range(workers):
                threading.Thread(target=self._work, daemon=True).start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _work(self) -> None:
        while True:
            try:
                number, task = self.waiting.get_nowait()
            except queue.Empty:
                return
            self.begun.add(number)
            try:
                self.ended.put((number, task()))
            except BaseException as error:  # noqa: BLE001 - carried to the main thread, which decides
                self.ended.put((number, error))

    def drop_waiting(self) -> None:
        """Let no worker begin another task."""
        while not self.waiting.empty():
            try:
                self.waiting.get_nowait()
            except queue.Empty:
                return


def _collect(crew: _Crew[_T], deadline: Deadline, cancellation: Cancellation) -> Iterator[TaskResult[_T]]:
    yield from _until(crew, deadline, lambda: cancellation.requested)
    crew.drop_waiting()
    if cancellation.requested:  # what is on its way may end in a moment, and then nobody has to guess
        yield from _until(crew, deadline.at_most(0), lambda: False)
    for number in sorted(crew.missing):
        yield TaskResult(number, None, _unanswered(number in crew.begun, deadline, cancellation))


def _until(crew: _Crew[_T], deadline: Deadline, enough: Callable[[], bool]) -> Iterator[TaskResult[_T]]:
    while crew.missing and not enough():
        left = deadline.left() + _GRACE_SECONDS
        try:
            ended = crew.ended.get(timeout=min(left, _LOOK_SECONDS))
        except queue.Empty:
            if left <= _LOOK_SECONDS:
                return
            continue
        if ended is not None:
            number, result = ended
            crew.missing.discard(number)
            yield _done(number, result)


def _done(number: int, result: _T | BaseException) -> TaskResult[_T]:
    if isinstance(result, Alert24DeployError):
        return TaskResult(number, None, result)
    if isinstance(result, BaseException):
        raise result
    return TaskResult(number, result, None)


def _unanswered(sent: bool, deadline: Deadline, cancellation: Cancellation) -> Alert24DeployError:
    if cancellation.requested:
        return stopped(sent)
    return CannotReachAlert24(f"there was no answer within {deadline.seconds:g} s", sent=sent)


def stopped(sent: bool) -> Stopped:
    """Return the error of a task that a signal ended."""
    why = "stopped by a signal before Alert24 answered" if sent else "stopped by a signal before it was sent"
    return Stopped(why, sent=sent)
