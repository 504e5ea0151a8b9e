"""A status page and a store in memory, for the story's tests; what is done to them is kept in one journal."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from alert24_deploy.deployment.finish import FinishRequest, finish
from alert24_deploy.deployment.interfaces import Service, ServiceUpdate, UpdateIgnored, UpdateResult
from alert24_deploy.deployment.report import Report
from alert24_deploy.deployment.start import StartRequest, start
from alert24_deploy.errors import Alert24DeployError, Alert24Refused, CannotReachAlert24
from alert24_deploy.policy import DeploymentResult, Outcome
from alert24_deploy.state import ServiceState, State

NOW = "2026-01-02T03:04:05Z"


def service(name: str, status: str | None = "operational", description: str = "") -> Service:
    """A service whose id is its name in small letters."""
    return Service(name.lower(), name, status, description, "t0")


def outage(*, sent: bool = True) -> CannotReachAlert24:
    """No usable answer."""
    return CannotReachAlert24("no answer in time", sent=sent)


def refusal() -> Alert24Refused:
    """A no."""
    return Alert24Refused("Alert24 answered 403")


class FakePage:
    """A page whose every answer a test may spoil.

    `refuse` maps ids, and `refuse_status` statuses, to the error that a write ends in; those in `carried_out` are
    written all the same. `shown` maps ids to the statuses that Alert24 shows after the next writes, instead of what was
    written. Every write moves `updated_at`, unless `clock_moves` says otherwise.
    """

    readable = True
    skew = 0.0
    log = None

    def __init__(self, journal: list[str], services: Sequence[Service]) -> None:
        self.services = {each.id: each for each in services}
        self.journal = journal
        self.unreadable: Alert24DeployError | None = None
        self.refuse: dict[str, Alert24DeployError] = {}
        self.refuse_status: dict[str, Alert24DeployError] = {}
        self.carried_out: set[str] = set()
        self.sent: list[dict[str, str]] = []
        self.reads = 0
        self.patience = 0.0
        self.shown: dict[str, list[str]] = {}
        self.clock = itertools.count(1)
        self.clock_moves = True

    @property
    def total(self) -> int:
        """All services."""
        return len(self.services)

    def read(self, service_ids: Sequence[str], *, among: int = 0, patience: float = 1.0) -> Sequence[Service]:  # noqa: ARG002
        """Some services."""
        return [each for each in self.list(patience=patience) if each.id in service_ids]

    def list(self, *, patience: float = 1.0) -> Sequence[Service]:
        """All of them."""
        self.patience = patience
        self.reads += 1
        if self.unreadable:
            raise self.unreadable
        return list(self.services.values())

    def update(self, updates: Sequence[ServiceUpdate]) -> Iterator[UpdateResult]:
        """Write in the opposite order, because nobody may rely on the order of answers."""
        for update in reversed(updates):
            error = self.refuse.get(update.service.id) or self.refuse_status.get(update.fields.get("status", ""))
            self.sent.append(dict(update.fields))
            self.journal.append(f"write {update.service.id}")
            if error is None or update.service.id in self.carried_out:
                self._apply(update)
            shown = self.services.get(update.service.id) if error is None else None
            if error is None and shown and self.shown.get(shown.id):
                self.set(shown.id, self.shown[shown.id].pop(0))
                shown = self.services[shown.id]
                error = UpdateIgnored(f"shows {shown.status}", shown)
            yield UpdateResult(update, error, shown)

    def _apply(self, write: ServiceUpdate) -> None:
        known = self.services.get(write.service.id, write.service)
        self.services[write.service.id] = replace(known, **write.fields, updated_at=self._now())

    def set(self, service_id: str, status: str | None) -> None:
        """Somebody else writes."""
        self.services[service_id] = replace(self.services[service_id], status=status, updated_at=self._now())

    def _now(self) -> str:
        return f"t{next(self.clock)}" if self.clock_moves else "t0"

    @property
    def statuses(self) -> dict[str, str | None]:
        """What a visitor sees."""
        return {each.id: each.status for each in self.services.values()}


class FakeStore:
    """A store that keeps every state it was given; `broken` and `full` are raised by load and save."""

    def __init__(self, journal: list[str]) -> None:
        self.journal = journal
        self.saved: list[State] = []
        self.broken: Alert24DeployError | None = None
        self.full: Alert24DeployError | None = None
        self.room = 0

    def load(self) -> State | None:
        """The last state."""
        if self.broken:
            raise self.broken
        return self.saved[-1] if self.saved else None

    def save(self, state: State) -> None:
        """Keep a state, or complain once there is no more room."""
        if self.full and len(self.saved) >= self.room:
            raise self.full
        self.journal.append(f"save {state.stage.value}")
        self.broken = None
        self.saved.append(state)

    @property
    def last(self) -> State:
        """The state that the next phase will find."""
        return self.saved[-1]


class Fakes:
    """A page with a store, and the two phases on them."""

    def __init__(self, *services: Service) -> None:
        self.journal: list[str] = []
        self.page = FakePage(self.journal, services)
        self.store = FakeStore(self.journal)

    def start(self, *references: str, **options: Any) -> Report:
        """Start; every service unless some are named."""
        names = references or tuple(self.page.services)
        request = StartRequest(deployment="run-1", references=names, now=lambda: NOW)
        return start(self.page, self.store, replace(request, **options))

    def finish(self, outcome: Outcome, **options: Any) -> Report:
        """Finish."""
        return finish(self.page, self.store, self.ending(outcome, **options))

    def ending(self, outcome: Outcome, **options: Any) -> FinishRequest:
        """What a user asks of finish."""
        return replace(FinishRequest(DeploymentResult(outcome), now=lambda: NOW), **options)

    def kept(self, service_id: str) -> ServiceState:
        """What the state says about one service."""
        return next(each for each in self.store.last.services if each.id == service_id)


def actions(report: Report) -> dict[str, str]:
    """What became of each service, by id."""
    return {result.id: result.action.value for result in report.services}
