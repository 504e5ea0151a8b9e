"""A deployment that each run hears of by an event alone: no state connects its start with its finish.

What Alert24 shows takes the state's place: the changes with the deployment's id, or maintenance that began while it
went on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import NamedTuple

from ..errors import NOTHING_CHANGED, Alert24DeployError, explaining
from ..policy import MAINTENANCE
from ..state import ServiceState, Stage, State, WriteStatus
from . import lookup
from .changes import Recorded, Recording, read_time
from .interfaces import Service, StatusPage
from .overlaps import read_services, recorded_in, unrecorded
from .report import Action, ServiceResult

_TOLERANCE = timedelta(seconds=2)  # as of `reconcile`: two clocks that agree, and times in whole seconds


@dataclass(frozen=True)
class EventRequest:
    """A deployment that is looked for. Its times are those of the CI's clock, None if they are unknown."""

    deployment: str  # its id
    references: Sequence[str]
    recording: Recording | None
    began_at: datetime | None
    ended_at: datetime | None
    patience: float  # seconds after its end in which a start that had looked before may still write


class _When(str, Enum):
    """When Alert24 last changed a service: that says whose its status is."""

    BEFORE = "it was in maintenance before this deployment began"
    DURING = ""  # or unknown
    AFTER = "its maintenance began after this deployment had ended, so it belongs to a newer one or to somebody else"


class _Found(NamedTuple):
    service: Service
    when: _When
    recorded: Recorded | None  # the deployment in its changes
    records: bool  # whether its changes could be read
    skew: timedelta  # by which Alert24's clock is ahead of the CI's

    @property
    def in_own_maintenance(self) -> bool:
        return self.service.status == MAINTENANCE and self.when is _When.DURING

    @property
    def has_ended(self) -> bool:
        return self.recorded is not None and self.recorded.ended is not None

    @property
    def is_open(self) -> bool:
        """Whether a finish is to decide about it; what somebody has set since an end is nobody's to repeat."""
        if self.service.status == MAINTENANCE or self.has_ended:
            return self.in_own_maintenance or (self.recorded is not None and not self.has_ended)
        return self.records or self.when is _When.BEFORE

    @property
    def since(self) -> datetime | None:
        """Since when it is in maintenance for the deployment, by the CI's clock; None if that is unknown."""
        shown = read_time(self.service.updated_at) if self.in_own_maintenance else None
        began = self.recorded.began[0] if self.recorded else shown
        return began - self.skew if began else None

    def state(self) -> ServiceState:
        """Return what the deployment's start would have left; if there was none, it found what is shown still."""
        service, written, found_at = self.service, WriteStatus.YES, None
        before = self.recorded.before if self.recorded else None
        if not self.recorded and service.status != MAINTENANCE:
            written = WriteStatus.NO
            if self.when is _When.BEFORE:
                before, found_at = service.status, service.updated_at
        return ServiceState(service.id, service.name, before, written, done=not self.is_open, found_at=found_at)


class EventDeployment(NamedTuple):
    """What Alert24 shows of a deployment."""

    request: EventRequest
    found: Sequence[_Found]
    warnings: Sequence[str]

    @property
    def has_started(self) -> bool:
        """Whether a start has nothing left to do."""
        return all(each.in_own_maintenance and (each.recorded or not each.records) for each in self.found)

    @property
    def has_ended(self) -> bool:
        """Whether its end is recorded: a start that comes now is too late."""
        return all(each.has_ended for each in self.found)

    @property
    def is_recorded(self) -> bool:
        """Whether its start is recorded."""
        return any(each.recorded for each in self.found)

    @property
    def needs_finish(self) -> bool:
        """Whether a finish has anything to write or to record."""
        return any(each.is_open or (each.records and not each.has_ended) for each in self.found)

    def state(self, now: str) -> State:
        """Return the state as the deployment's own start would have left it, as far as that is known."""
        began = min((since for each in self.found if (since := each.since)), default=self.request.began_at)
        started_at = began.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if began else now
        state = State(self.request.deployment, Stage.STARTED, started_at, [each.state() for each in self.found])
        in_doubt = any(each.records and (each.has_ended or not each.recorded) for each in self.found)
        return replace(state, finished_at=now) if in_doubt else state  # else finish records the end without a look

    def left(self) -> list[ServiceResult]:
        """Return the results of services that stay in maintenance because it is not the deployment's."""
        stay = [each for each in self.found if each.service.status == MAINTENANCE and not each.is_open]
        return [
            ServiceResult(
                each.service.id, each.service.name, None, MAINTENANCE, Action.KEPT, each.when.value, found=MAINTENANCE
            )
            for each in stay
        ]


def find_deployment(page: StatusPage, request: EventRequest) -> EventDeployment:
    """Return what Alert24 shows of a deployment; if its changes can't be read, that is a warning.

    Raises:
        Alert24DeployError: the services could not be read; nothing was changed.
    """
    with explaining(what=lookup.FAILED, left=NOTHING_CHANGED):
        services = lookup.resolve(page, request.references)
    log, recorded, warnings = recorded_in(page, request.recording), None, []
    if log and request.recording:
        try:
            recorded = read_services(log, request.recording, [each.id for each in services])
        except Alert24DeployError as error:
            left = "Only the times of the services' statuses decide."
            warnings.append(unrecorded("It could not be checked what is recorded of the deployment", error, left))
    skew = timedelta(seconds=page.skew)
    records = recorded is not None
    found = [
        _Found(each, _when(each, request, skew), _own(recorded, each, request), records, skew) for each in services
    ]
    return EventDeployment(request, found, warnings)


def _own(recorded: dict[str, list[Recorded]] | None, service: Service, request: EventRequest) -> Recorded | None:
    every = (recorded or {}).get(service.id, [])
    return next((each for each in every if each.id == request.deployment), None)


def _when(service: Service, request: EventRequest, skew: timedelta) -> _When:
    at = read_time(service.updated_at)
    if at and request.began_at and at - skew < request.began_at - _TOLERANCE:
        return _When.BEFORE
    if at and request.ended_at and at - skew > request.ended_at + timedelta(seconds=request.patience) + _TOLERANCE:
        return _When.AFTER
    return _When.DURING
