"""The time that a phase may take, retries and waits included."""

from __future__ import annotations

from collections.abc import Callable


class Deadline:
    """A number of seconds that runs out."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        """Start the countdown; the clock returns seconds and never goes back, such as `time.monotonic`."""
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Return the seconds left, 0 if there are none."""
        return max(0.0, self._end - self._clock())

    def restarted(self, seconds: float) -> Deadline:
        """Return a deadline on the same clock that starts now, however much of this one is left."""
        return Deadline(seconds, self._clock)

    def part(self, share: float) -> Deadline:
        """Return a deadline of a share (0 to 1) of the seconds left, starting now."""
        return Deadline(self.left() * share, self._clock)
