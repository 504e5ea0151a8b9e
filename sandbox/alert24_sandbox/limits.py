"""The rate limit: how many requests each caller may send in a window of time."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime

from .answers import ApiError
from .options import Options


class RateLimit:
    """Limits requests in fixed windows; a window begins with a caller's first request after the last window ended."""

    def __init__(self, options: Options, monotonic: Callable[[], float], now: Callable[[], datetime]) -> None:
        self._options = options
        self._monotonic = monotonic
        self._now = now
        self._windows: dict[str, tuple[float, int]] = {}
        self._lock = threading.Lock()

    def count(self, caller: str) -> None:
        """Count one request of a caller.

        Raises:
            ApiError: A 429 if the caller has used up its window.
        """
        limit = self._options.rate_limit
        if limit is None:
            return
        moment = self._monotonic()
        with self._lock:
            began, used = self._windows.get(caller, (moment, 0))
            if moment >= began + self._options.rate_window:
                began, used = moment, 0
            self._windows[caller] = (began, used + 1)
        if used >= limit:
            wait = began + self._options.rate_window - moment
            raise ApiError(429, "Rate limit exceeded.", self._retry_after(wait))

    def _retry_after(self, wait: float) -> dict[str, str]:
        seconds = math.ceil(wait)
        if self._options.retry_after is None:
            return {}
        if self._options.retry_after == "date":
            return {"Retry-After": format_datetime(self._now() + timedelta(seconds=seconds), usegmt=True)}
        return {"Retry-After": str(seconds)}
