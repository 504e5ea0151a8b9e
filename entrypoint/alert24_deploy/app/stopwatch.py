"""Measures the phases of a deployment."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from ..deployment.timeline import Phase

_T = TypeVar("_T")


class Stopwatch:
    """Measures phases by the wall clock as it was at first: setting the clock meanwhile changes no duration."""

    def __init__(self) -> None:
        """Begin without a phase."""
        self.phases: list[Phase] = []
        self._offset = time.time() - time.monotonic()

    def measure(self, name: str, work: Callable[[], _T], failed: Callable[[_T], object] = lambda _: False) -> _T:
        """Return what `work` returns, and record a phase; `failed` tells from the result whether it failed."""
        began = time.monotonic() + self._offset
        result = work()
        self.phases.append(Phase(name, began, time.monotonic() + self._offset, bool(failed(result))))
        return result
