"""The data of the embedded Alert24: services, status changes, monitors and receivers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

STATUSES = ("operational", "degraded", "down", "maintenance")
MONITOR_STATUSES = ("active", "disabled")
CHECK_TYPES = ("http", "tcp", "ping", "dns")

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
        check_type: `http`, `tcp`, `ping` or `dns`; only shown.
        target_url: What it checks; only shown.
    """

    id: str
    name: str
    service_id: str
    up: bool
    status: str
    interval: float
    timeout: float
    created_at: datetime
    last_check_at: datetime | None = None
    check_type: str = "http"
    target_url: str = ""

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
            "check_type": self.check_type,
            "target_url": self.target_url,
            "status": self.status,
            "current_status": "up" if self.up else "down",
            "last_check_at": timestamp(self.last_check_at) if self.last_check_at else None,
            "next_check_time": timestamp(self.next_check_time) if self.next_check_time else None,
            "check_interval_seconds": self.interval,
            "timeout_seconds": self.timeout,
        }


@dataclass(frozen=True)
class Receiver:
    """A webhook receiver: its token allows setting the status of one service."""

    service_id: str
    token: str = field(repr=False)
    mapping: Mapping[str, str]
    secret: str | None = field(repr=False)
    signature_header: str
