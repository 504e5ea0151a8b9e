"""Concurrency with a deadline: worker threads that the main thread stops waiting for when time is up.

Threads, and not only socket timeouts, because no timeout of requests bounds the look-up of a host's name. The
process ends by `os._exit`, so that a thread that hangs does not delay it.
"""

from __future__ import annotations

import queue
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from ..errors import Alert24DeployError, CannotReachAlert24, Interrupted
from ..signals import ENDING, LONGEST_WAIT_SECONDS
from .deadline import Deadline

_T = TypeVar("_T")
# A request ends by its own timeout just before the deadline and says more about why: give it that moment.
_GRACE_SECONDS = 0.25


# No NamedTuple: in Python 3.10 it can't be generic.
@dataclass(frozen=True)
class TaskResult(Generic[_T]):
    """How one task ended: its number, and a value or an error."""

    number: int
    value: _T | None
    error: Alert24DeployError | None


def run_concurrently(
    tasks: Sequence[Callable[[], _T]], *, concurrency: int, deadline: Deadline
) -> Iterator[TaskResult[_T]]:
    """Run the tasks in threads and yield each as it ends.

    When the time is over or a signal arrives, the tasks that have not ended are yielded as errors and abandoned. Tasks
    raise only Alert24DeployError; anything else is a bug and raised here.
    """
    cancellation = deadline.cancellation
    if cancellation.requested:
        yield from (TaskResult(number, None, interrupted(sent=False)) for number in range(len(tasks)))
        return
    ended: queue.SimpleQueue[Future[_T] | None] = queue.SimpleQueue()  # None: a signal has arrived
    cancellation.on_request(lambda: ended.put(None))
    # A worker must not take signals: one that it took would not end the main thread's waiting.
    workers = ThreadPoolExecutor(max(1, min(concurrency, len(tasks))), initializer=_block_signals)
    try:
        running = {workers.submit(task): number for number, task in enumerate(tasks)}
        for future in running:
            future.add_done_callback(ended.put)
        yield from _collect(running, ended, deadline)
    finally:
        cancellation.on_request(None)
        workers.shutdown(wait=False, cancel_futures=True)


def run_all(tasks: Sequence[Callable[[], _T]], *, concurrency: int, deadline: Deadline) -> list[_T]:
    """Return what the tasks return, in their order, or raise the first error; see `run_concurrently`."""
    values: dict[int, _T] = {}
    for result in run_concurrently(tasks, concurrency=concurrency, deadline=deadline):
        if result.error:
            raise result.error
        values[result.number] = result.value  # type: ignore[assignment]  # without an error there is a value
    return [values[number] for number in range(len(tasks))]


def run_alone(task: Callable[[], _T], deadline: Deadline) -> _T:
    """Return what a task returns that runs in a thread of its own, or raise its error."""
    return run_all([task], concurrency=1, deadline=deadline)[0]


def _block_signals() -> None:
    if sys.platform != "win32":  # there, the main thread takes every signal
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)


def _collect(
    running: dict[Future[_T], int],
    ended: queue.SimpleQueue[Future[_T] | None],
    deadline: Deadline,
) -> Iterator[TaskResult[_T]]:
    cancellation = deadline.cancellation

    def until(seconds: Callable[[], float], *, stop_on_signal: bool) -> Iterator[TaskResult[_T]]:
        while running and not (stop_on_signal and cancellation.requested):
            left = seconds()
            try:
                future = ended.get(timeout=min(left, LONGEST_WAIT_SECONDS))
            except queue.Empty:
                if left <= LONGEST_WAIT_SECONDS:
                    return
                continue
            if future in running:  # not a signal, nor a task that was cancelled before it began
                yield _result(running.pop(future), future)

    yield from until(lambda: deadline.left() + _GRACE_SECONDS, stop_on_signal=True)
    unsent = [running.pop(future) for future in list(running) if future.cancel()]
    if cancellation.requested:  # requests that were sent may end in a moment, and then their result is known
        grace = deadline.restarted(0)
        yield from until(lambda: grace.left() + _GRACE_SECONDS, stop_on_signal=False)
    for number in sorted([*unsent, *running.values()]):
        yield TaskResult(number, None, _unanswered(number not in unsent, deadline))


def _result(number: int, future: Future[_T]) -> TaskResult[_T]:
    try:
        return TaskResult(number, future.result(), None)
    except Alert24DeployError as error:
        return TaskResult(number, None, error)


def _unanswered(sent: bool, deadline: Deadline) -> Alert24DeployError:
    if deadline.cancellation.requested:
        return interrupted(sent)
    return CannotReachAlert24(f"there was no answer within {deadline.seconds:g} s", sent=sent)


def interrupted(sent: bool) -> Interrupted:
    """Return the error of a request that a signal ended; `sent` says whether it had been sent."""
    when = "before the answer came" if sent else "before it was sent"
    return Interrupted(f"stopped by a signal {when}", sent=sent)
