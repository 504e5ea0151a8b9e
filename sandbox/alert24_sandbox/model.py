"""The data of the embedded Alert24: services, status changes, monitors and receivers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

STATUSES = ("operational", "degraded", "down", "maintenance")
MONITOR_STATUSES = ("active", "disabled")
# From the best to the worst; an unknown one counts as degraded.
ORDER = {"operational": 0, "maintenance": 1, "degraded": 2, "down": 3}
CHECK_TYPES = ("http", "tcp", "ping", "dns")

# The documented fields of a monitor that the sandbox only shows, with their defaults; the thresholds' and
# `ssl_check_enabled`'s are those of the documented example.
MONITOR_SETTINGS: Mapping[str, object] = {
    "description": None,
    "check_type": "http",
    "target_url": "",
    "method": "GET",
    "headers": None,
    "expected_status_code": 200,
    "follow_redirects": True,
    "keyword_match": None,
    "ssl_check_enabled": True,
    "failure_threshold": 3,
    "success_threshold": 1,
}

# The mapping that Alert24 documents for a new receiver: `maintenance` is not in it.
DEFAULT_MAPPING: Mapping[str, str] = {
    "operational": "operational",
    "degraded": "degraded",
    "down": "down",
}


def utc_now() -> datetime:
    """Return the time of the wall clock, in UTC."""
    return datetime.now(timezone.utc)


def timestamp(moment: datetime) -> str:
    """Return a time in ISO 8601, in UTC with milliseconds, as Alert24 writes it."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def overall(statuses: Iterable[str]) -> str:
    """Return the worst of the statuses; `operational` if there are none."""
    worst = max(statuses, key=lambda status: ORDER.get(status, ORDER["degraded"]), default="operational")
    return worst if worst in STATUSES else "degraded"


@dataclass(frozen=True)
class Service:
    """A service of the status page as it was at one moment."""

    id: str
    name: str
    status: str
    description: str
    sort_order: int
    status_page_id: str
    created_at: datetime
    updated_at: datetime

    def to_json(self) -> dict[str, object]:
        """Return the service as the API shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "status": self.status,
            "status_page_id": self.status_page_id,
            "sort_order": self.sort_order,
            "created_at": timestamp(self.created_at),
            "updated_at": timestamp(self.updated_at),
        }


@dataclass(frozen=True)
class Event:
    """A change of a status.

    `by` is `alert24-deploy` (by its User-Agent), `hand` (any other client of the API), `monitor`, `webhook`, or what
    `Sandbox.set_status` was given.
    """

    id: int
    time: datetime
    service_id: str
    service: str
    before: str
    after: str
    by: str

    def describe(self) -> str:
        """Return the event as a line of text."""
        writer = "a monitor" if self.by == "monitor" else self.by
        time = self.time.strftime("%H:%M:%S.%f")[:-5]
        return f"{time}  {self.service}  {self.before} -> {self.after}  ({writer})"

    def to_json(self) -> dict[str, object]:
        """Return the event as `/events` lists it."""
        return {
            "id": self.id,
            "time": timestamp(self.time),
            "service_id": self.service_id,
            "service": self.service,
            "from": self.before,
            "to": self.after,
            "by": self.by,
        }


@dataclass(frozen=True)
class Monitor:
    """A monitor of one service as it was at one moment.

    Attributes:
        up: Whether its last check passed.
        status: `active` or `disabled`; a disabled monitor never runs.
        interval: The seconds between two checks, as documented: a sandbox runs monitors on request, or all together.
        timeout: The seconds that one check may take; only shown.
        last_check_at: When it last ran; None if it never did.
        updated_at: When it last ran or was changed.
        streak: How many checks in a row ended as the last one did.
        settings: The other documented fields; only shown. Thresholds have no effect: every check writes.
    """

    id: str
    name: str
    service_id: str
    up: bool
    status: str
    interval: float
    timeout: float
    created_at: datetime
    updated_at: datetime
    last_check_at: datetime | None = None
    streak: int = 0
    settings: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.status not in MONITOR_STATUSES:
            raise ValueError(f"{self.status!r} is not a monitor's status: use {' or '.join(MONITOR_STATUSES)}.")

    @property
    def next_check_time(self) -> datetime | None:
        """When it is due next; None if it is disabled (what Alert24 shows then is not documented)."""
        if self.status == "disabled":
            return None
        return (self.last_check_at or self.created_at) + timedelta(seconds=self.interval)

    def to_json(self) -> dict[str, object]:
        """Return the monitor as the API shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "linked_service_id": self.service_id,
            **MONITOR_SETTINGS,
            **self.settings,
            "status": self.status,
            "current_status": "up" if self.up else "down",
            "consecutive_failures": 0 if self.up else self.streak,
            "consecutive_successes": self.streak if self.up else 0,
            "last_check_at": timestamp(self.last_check_at) if self.last_check_at else None,
            "last_response_time": None,
            "next_check_time": timestamp(self.next_check_time) if self.next_check_time else None,
            "check_interval_seconds": self.interval,
            "timeout_seconds": self.timeout,
            "created_at": timestamp(self.created_at),
            "updated_at": timestamp(self.updated_at),
        }


@dataclass(frozen=True)
class Receiver:
    """A webhook receiver: its token allows setting the status of one service."""

    service_id: str
    token: str = field(repr=False)
    mapping: Mapping[str, str]
    secret: str | None = field(repr=False)
    signature_header: str
