"""How a sandbox behaves from the first request on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .model import STATUSES


@dataclass(frozen=True)
class Options:
    """Settings of a sandbox. Everything is off unless asked for; ValueError says what can't be.

    - `latency`: seconds that every API answer takes.
    - `error_rate`: share of the API requests, 0 to 1, that get one of `error_statuses`; the choice
      follows from `seed`.
    - `rate_limit`: requests that one key (or receiver) has in `rate_window` seconds; None: no limit.
    - `retry_after`: how a 429 says when to come back: `seconds`, `date` (HTTP date), or None.
    - `monitor_interval`: seconds between the runs of the monitor loop, which gives every service a check;
      0: checks run only on request.
    - `monitor_failures`: share of those checks, 0 to 1, that fail; each writes one of
      `monitor_statuses`, a passing one `operational`: the statuses flip. It follows from `seed`, too.
    """

    latency: float = 0.0
    error_rate: float = 0.0
    error_statuses: tuple[int, ...] = (500, 502, 503)
    seed: int = 0
    rate_limit: int | None = None
    rate_window: float = 60.0
    retry_after: Literal["seconds", "date"] | None = "seconds"
    monitor_interval: float = 0.0
    monitor_failures: float = 0.25
    monitor_statuses: tuple[str, ...] = ("degraded", "down")

    def __post_init__(self) -> None:
        for name in ("error_rate", "monitor_failures"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a share from 0 to 1, not {getattr(self, name)}.")
        for name in ("latency", "monitor_interval"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is a number of seconds, not {getattr(self, name)}.")
        if self.rate_limit is not None and (self.rate_limit < 1 or self.rate_window <= 0):
            raise ValueError("rate_limit is at least 1, in a rate_window of more than 0 seconds.")
        if unknown := set(self.monitor_statuses) - set(STATUSES):
            raise ValueError(f"Unknown monitor status {unknown.pop()!r}: {', '.join(STATUSES)}.")
