"""Signals: one request to cancel, from the handler to everything that waits, and waiting that misses none."""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

EXIT_CODE_BASE = 128  # a shell's exit code for a process that a signal ended, less the signal's number
# Every signal that ends a program from outside: Ctrl-C, a runner's cancellation, a terminal or ssh session that went.
# Windows has no SIGHUP, but SIGBREAK: Ctrl-Break, which GitHub's runner sends after Ctrl-C (ProcessInvoker.cs).
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
ENDING = tuple(signal.Signals[name] for name in _NAMES if name in signal.Signals.__members__)
# Python runs signal handlers between its own steps only: a signal that arrives just before a wait begins would be
# noticed after it. So nothing waits longer than this in one go.
LONGEST_WAIT_SECONDS = 0.5
_T = TypeVar("_T")


class Cancellation:
    """Is requested once, by a signal handler, and wakes everything that waits.

    The main thread only ever requests it and asks `requested`; workers wait on it. So a signal that arrives at any
    moment finds none of its locks held by its own thread.
    """

    def __init__(self) -> None:
        """Begin with nothing requested."""
        self._event = threading.Event()
        self._set: threading.Event | None = None
        self._wake: Callable[[], None] | None = None
        self.signal: int | None = None
        self.last_signal: int | None = None

    @property
    def requested(self) -> bool:
        """Whether a signal has arrived."""
        return self._event.is_set()

    @property
    def exit_code(self) -> int:
        """The exit code of a process that the first signal ended; SIGINT's if there was none."""
        return EXIT_CODE_BASE + (self.signal or signal.SIGINT)

    @property
    def name(self) -> str:
        """The name of the signal that arrived last, such as SIGTERM."""
        return signal.Signals(self.last_signal or signal.SIGINT).name

    def request(self, number: int) -> None:
        """Cancel everything; `signal` stays the first one, which decides the exit code, `last_signal` is this one."""
        self.signal = self.signal or number
        self.last_signal = number
        event = self._event
        if self._set is not event:  # a second signal interrupts this very handler, which holds the event's lock
            self._set = event
            event.set()
        if self._wake:
            self._wake()

    def on_request(self, wake: Callable[[], None] | None) -> None:
        """Call `wake` when a signal arrives (None: nothing); it must be safe in a signal handler."""
        self._wake = wake

    def forget_exit_code(self) -> None:
        """Let the signal decide no exit code any more: the command that it ended has one of its own."""
        self.signal = None

    def reset(self) -> None:
        """Forget the request, so that the next signal is noticed again; `signal` stays the first one."""
        self._event = threading.Event()  # a new one: clearing takes a lock that the handler may need

    def sleep(self, seconds: float | None) -> bool:
        """Sleep in the main thread (None: for ever); return True at once when a signal arrives."""
        woken: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.on_request(lambda: woken.put(None))
        try:
            if not self.requested:
                take(woken, seconds)
        except queue.Empty:
            return False
        finally:
            self.on_request(None)
        return True

    def wait(self, seconds: float) -> bool:
        """Sleep in a worker; return True at once when a signal arrives."""
        return self._event.wait(seconds)


def install_signal_handlers() -> Cancellation:
    """Handle the signals that end a program, and return what they request.

    A container's first process has no default action for SIGTERM, so without a handler a cancelled job would wait
    until it is killed. A signal that is ignored (nohup ignores SIGHUP) stays ignored.
    """
    cancellation = Cancellation()

    def handle(number: int, _: FrameType | None) -> None:
        cancellation.request(number)

    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN or number == signal.SIGINT:
            signal.signal(number, handle)
    return cancellation


def take(ended: queue.SimpleQueue[_T], seconds: float | None, waiting: Callable[[float], None] | None = None) -> _T:
    """Return the next item of a queue; for the main thread, which notices signals meanwhile.

    Args:
        ended: the queue.
        seconds: how long to wait at most, None for as long as it takes.
        waiting: called about twice a second with the seconds that have passed.

    Raises:
        queue.Empty: there was none in time.
    """
    began = time.monotonic()
    end = None if seconds is None else began + seconds
    while True:
        left = LONGEST_WAIT_SECONDS if end is None else max(0.0, end - time.monotonic())
        try:
            return ended.get(timeout=min(left, LONGEST_WAIT_SECONDS))
        except queue.Empty:
            if end is not None and left <= LONGEST_WAIT_SECONDS:
                raise
            if waiting:
                waiting(time.monotonic() - began)
