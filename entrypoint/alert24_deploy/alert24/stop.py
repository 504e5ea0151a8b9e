"""One request to stop, from a signal to everything that waits."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from ..waiting import take


class Cancellation:
    """Is set once, by a signal handler, and wakes whoever waits.

    The main thread only ever sets it and asks `requested`; workers wait on it. So a signal that arrives at any
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

    def request(self, signal: int) -> None:
        """Stop everything; `signal` stays the first one, which decides the exit code, `latest` is this one."""
        self.signal = self.signal or signal
        self.last_signal = signal
        event = self._event
        if self._set is not event:  # a second signal interrupts this very handler, which holds the event's lock
            self._set = event
            event.set()
        if self._wake:
            self._wake()

    def on_request(self, wake: Callable[[], None] | None) -> None:
        """Call `wake` when a signal arrives (None: nothing); it must be safe in a signal handler."""
        self._wake = wake

    def answered(self) -> None:
        """Let the signal decide no exit code any more: what it ended has told its own."""
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
