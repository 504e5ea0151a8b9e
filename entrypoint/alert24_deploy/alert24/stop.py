"""One request to stop, from a signal to everything that waits."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Stop:
    """Is set once, by a signal handler, and wakes whoever waits.

    The main thread only ever sets it and asks `requested`; workers wait on it. So a signal that arrives at any
    moment finds none of its locks held by its own thread.
    """

    def __init__(self) -> None:
        """Begin with nothing requested."""
        self._event = threading.Event()
        self._wake: Callable[[], None] | None = None
        self.signal: int | None = None

    @property
    def requested(self) -> bool:
        """Whether a signal has arrived."""
        return self._event.is_set()

    def request(self, signal: int) -> None:
        """Stop everything; the first signal is the one that counts."""
        self.signal = self.signal or signal
        self._event.set()
        if self._wake:
            self._wake()

    def on_request(self, wake: Callable[[], None] | None) -> None:
        """Call `wake` when a signal arrives (None: nothing); it must be safe in a signal handler."""
        self._wake = wake

    def wait(self, seconds: float) -> bool:
        """Sleep in a worker; return True at once when a signal arrives."""
        return self._event.wait(seconds)
