"""The state of the embedded Alert24, for several threads at once; knows nothing about HTTP."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from .model import DEFAULT_MAPPING, Event, Monitor, Receiver, Service, utc_now
from .options import Options

# A sandbox may run for days, and its page needs no more history than this.
KEPT_EVENTS = 10_000


class LateWrite(NamedTuple):
    """A write that takes effect after so many more reads of its service."""

    reads: int
    changes: Mapping[str, object]
    by: str


class Store:
    """Services, events, monitors and receivers.

    Args:
        options: What `updated_at` shows.
        condition: The sandbox's lock; it is notified after every change, so that a test can wait without sleeping.
        now: The clock.
    """

    def __init__(self, options: Options, condition: threading.Condition, now: Callable[[], datetime] = utc_now) -> None:
        self._options = options
        self._condition = condition
        self._now = now
        self._services: dict[str, Service] = {}
        self._late_writes: dict[str, LateWrite] = {}
        self._monitors: dict[str, Monitor] = {}
        self._receivers: dict[str, Receiver] = {}
        self._events: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self._numbers = {"svc": 0, "mon": 0, "event": 0, "place": 0}

    def _next(self, kind: str) -> int:
        self._numbers[kind] += 1
        return self._numbers[kind]

    def _new_id(self, kind: str, taken: Mapping[str, object]) -> str:
        while True:
            candidate = f"{kind}_{self._next(kind):06d}"
            if candidate not in taken:
                return candidate

    # Services

    def add_service(
        self,
        name: str,
        *,
        service_id: str | None = None,
        status: str = "operational",
        description: str = "",
        sort_order: int | None = None,
        status_page_id: str = "sp-000001",
    ) -> Service:
        """Add a service at the end of the page, or at `sort_order`.

        Raises:
            ValueError: If the id is taken.
        """
        with self._condition:
            if service_id in self._services:
                raise ValueError(f"There is already a service with the id {service_id!r}.")
            moment = self._timestamp()
            place = self._next("place") - 1
            service = Service(
                id=service_id or self._new_id("svc", self._services),
                name=name,
                status=status,
                description=description,
                sort_order=place if sort_order is None else sort_order,
                status_page_id=status_page_id,
                created_at=moment,
                updated_at=moment,
            )
            self._services[service.id] = service
            self._condition.notify_all()
            return service

    def services(self, status: str | None = None) -> list[Service]:
        """Return all services, or those with one status, in the page's order."""
        with self._condition:
            found = [s for s in self._services.values() if status is None or s.status == status]
        return sorted(found, key=lambda service: service.sort_order)

    def get(self, service_id: str) -> Service | None:
        """Return the service with this id, if there is one."""
        with self._condition:
            return self._services.get(service_id)

    def find(self, reference: str) -> Service:
        """Return the service with this id or exact name; of several with that name, the first on the page.

        Raises:
            LookupError: If there is none.
        """
        found = self.get(reference)
        if found is None:
            found = next((s for s in self.services() if s.name == reference), None)
        if found is None:
            raise LookupError(f"The sandbox has no service {reference!r}.")
        return found

    def update(self, service_id: str, changes: Mapping[str, object], by: str) -> Service:
        """Change fields of a service; a new status becomes an event.

        Raises:
            LookupError: If the service was deleted.
        """
        with self._condition:
            before = self._services[service_id]
            after = self._services[service_id] = self._changed(before, changes)
            if after.status != before.status:
                self._events.append(self._event(before, after, by))
            self._condition.notify_all()
            return after

    def write(self, service_id: str, changes: Mapping[str, object], by: str, *, reads: int | None) -> Service:
        """Change fields of a service at once, or after so many reads of it (None: never); return what it becomes.

        A write replaces one to the same service that has not taken effect yet.
        """
        with self._condition:
            self._late_writes.pop(service_id, None)
            if reads == 0:
                return self.update(service_id, changes, by)
            if reads is not None:
                self._late_writes[service_id] = LateWrite(reads, changes, by)
            return self._changed(self._services[service_id], changes)

    def count_reads(self, service_ids: Iterable[str]) -> None:
        """Count one read of each service, and let the writes take effect that waited for it."""
        with self._condition:
            for service_id in service_ids:
                if late := self._late_writes.pop(service_id, None):
                    if late.reads > 1:
                        self._late_writes[service_id] = late._replace(reads=late.reads - 1)
                    else:
                        self.update(service_id, late.changes, late.by)

    def _changed(self, before: Service, changes: Mapping[str, object]) -> Service:
        same = all(getattr(before, name) == value for name, value in changes.items())
        moves = self._options.same_status_moves_updated_at or not same
        moment = self._timestamp() if moves else before.updated_at
        return replace(before, **changes, updated_at=moment)  # type: ignore[arg-type]

    def _timestamp(self) -> datetime:
        return self._now().replace(microsecond=0) if self._options.whole_seconds else self._now()

    def _event(self, before: Service, after: Service, by: str) -> Event:
        return Event(
            id=self._next("event"),
            time=self._now(),
            service_id=after.id,
            service=after.name,
            before=before.status,
            after=after.status,
            by=by,
        )

    def delete(self, service_id: str) -> None:
        """Delete a service with its monitors and receivers."""
        with self._condition:
            del self._services[service_id]
            self._late_writes.pop(service_id, None)
            self._monitors = {k: m for k, m in self._monitors.items() if m.service_id != service_id}
            self._receivers = {k: r for k, r in self._receivers.items() if r.service_id != service_id}
            self._condition.notify_all()

    def events(self, after: int = 0) -> list[Event]:
        """Return the events with an id above `after`, oldest first."""
        with self._condition:
            return [event for event in self._events if event.id > after]

    def last_event(self) -> int:
        """Return the id of the newest event, 0 before the first."""
        with self._condition:
            return self._numbers["event"]

    # Monitors

    def add_monitor(
        self,
        service_id: str,
        name: str,
        *,
        up: bool,
        status: str,
        interval: float,
        timeout: float,
        settings: Mapping[str, object] | None = None,
    ) -> Monitor:
        """Add a monitor of a service; `interval` and `timeout` are in seconds.

        Raises:
            ValueError: For an unknown status.
        """
        with self._condition:
            monitor_id = self._new_id("mon", self._monitors)
            now = self._now()
            made = Monitor(monitor_id, name, service_id, up, status, interval, timeout, now, now)
            return self._keep(replace(made, settings=settings or {}))

    def monitors(self, status: str | None = None) -> list[Monitor]:
        """Return all monitors, or the active or disabled ones, in the order in which they were added."""
        with self._condition:
            return [monitor for monitor in self._monitors.values() if status in (None, monitor.status)]

    def monitor(self, monitor_id: str) -> Monitor:
        """Return a monitor as it is now.

        Raises:
            LookupError: If it was deleted.
        """
        with self._condition:
            return self._monitors[monitor_id]

    def set_monitor_status(self, monitor_id: str, status: str) -> Monitor:
        """Set a monitor to `active` or `disabled`.

        Raises:
            LookupError: If it was deleted.
            ValueError: For an unknown status.
        """
        with self._condition:
            return self._keep(replace(self._monitors[monitor_id], status=status, updated_at=self._now()))

    def run_check(self, monitor_id: str, up: bool, status: str) -> Monitor:
        """Record that a monitor ran now, and write its service's status, in maintenance or not.

        Raises:
            LookupError: If the monitor was deleted, or is disabled.
        """
        with self._condition:
            monitor = self.monitor(monitor_id)
            if monitor.status == "disabled":
                raise LookupError(f"The monitor {monitor.name!r} is disabled.")
            self.update(monitor.service_id, {"status": status}, by="monitor")
            streak, now = monitor.streak + 1 if up == monitor.up else 1, self._now()
            return self._keep(replace(monitor, up=up, streak=streak, last_check_at=now, updated_at=now))

    def _keep(self, monitor: Monitor) -> Monitor:
        self._monitors[monitor.id] = monitor
        self._condition.notify_all()
        return monitor

    # Receivers

    def add_receiver(
        self,
        service_id: str,
        *,
        mapping: Mapping[str, str] | None,
        secret: str | None,
        signature_header: str,
    ) -> Receiver:
        """Add a receiver that writes to one service."""
        receiver = Receiver(
            service_id=service_id,
            token=secrets.token_urlsafe(24),
            mapping=dict(DEFAULT_MAPPING if mapping is None else mapping),
            secret=secret,
            signature_header=signature_header,
        )
        with self._condition:
            self._receivers[receiver.token] = receiver
        return receiver

    def receiver(self, token: str) -> Receiver | None:
        """Return the receiver with this token, if there is one."""
        with self._condition:
            return self._receivers.get(token)
