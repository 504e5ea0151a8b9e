"""Places in a script where the test is told that they are reached: no test has to sleep."""

from __future__ import annotations

import os
import select
from pathlib import Path


class Gate:
    """A named pipe. A script runs `here`, and the test's `wait` returns; the script does not stop there."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.here = f"echo reached > '{path}'"
        self._end = os.open(path, os.O_RDWR | os.O_NONBLOCK)  # both ends, so that no script waits for a reader

    def wait(self, seconds: float = 15.0) -> None:
        """Return when a script gets there; TimeoutError where none does."""
        ready, _, _ = select.select([self._end], [], [], seconds)
        if not ready:
            raise TimeoutError(f"No script got there in {seconds} s.")
        os.read(self._end, 4096)

    def close(self) -> None:
        """Let go of the pipe."""
        os.close(self._end)
