"""The settings of a sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .model import STATUSES


@dataclass(frozen=True)
class Options:
    """How a sandbox behaves; all faults are off by default.

    Attributes:
        latency: Seconds before every answer of the API.
        error_rate: Share of the API's requests, 0 to 1, that fail.
        error_statuses: The status codes of those failures.
        seed: What the failures of requests and of monitors follow from.
        rate_limit: Requests that each key (or receiver) may send in a window; None for no limit.
        rate_window: The length of that window, in seconds.
        retry_after: How a 429 says when to try again: in `seconds`, by `date` (an HTTP date), or not at all (None).
        monitor_interval: Seconds between the runs of all monitors; each service that is added gets a monitor. With 0
            monitors run only on request.
        monitor_failures: Share of those runs, 0 to 1, that fail.
        monitor_statuses: The statuses of which a failed run writes one; a passing run writes `operational`.
        same_status_moves_updated_at: Whether a write that changes nothing moves `updated_at`; Alert24's documentation
            doesn't say.
        whole_seconds: Whether `updated_at` and `created_at` have a resolution of seconds, not of milliseconds.

    Raises:
        ValueError: If a value is out of range.
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
    same_status_moves_updated_at: bool = True
    whole_seconds: bool = False

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
