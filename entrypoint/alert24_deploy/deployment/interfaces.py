"""The interfaces that a deployment needs, and the values that they take and return."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ..errors import UNREACHABLE, Alert24DeployError

if TYPE_CHECKING:
    from ..state import State


@dataclass(frozen=True)
class Service:
    """A service as Alert24 shows it."""

    id: str
    name: str  # its id if it has none
    status: str | None  # None if the response had none that is text
    description: str
    updated_at: str | None = None  # when it last changed, as Alert24 writes it, None if the response does not say
    page_id: str | None = None  # of a status page that shows it


class ServiceUpdate(NamedTuple):
    """What to send to one service, or why it is left as it is."""

    service: Service  # as it was read last
    fields: Mapping[str, str] = {}  # of the PUT; none to leave the service as it is
    insist: bool = False  # whether to send it again, within the time, if Alert24 then shows another status
    before: str | None = None  # its status before the deployment
    reason: str = ""  # a clause


class UpdateIgnored(Alert24DeployError):
    """Alert24 accepted an update, but then shows something else: it counts as not written."""

    exit_code = UNREACHABLE

    def __init__(self, why: str, shown: Service) -> None:
        """Keep the reason, a clause, and the service as Alert24 shows it."""
        super().__init__(why)
        self.shown = shown


class UpdateResult(NamedTuple):
    """How an update ended."""

    update: ServiceUpdate
    error: Alert24DeployError | None  # why it was not carried out, None if it was
    shown: Service | None = None  # as Alert24 shows it afterwards, None if that is unknown


class Monitor(NamedTuple):
    """One of Alert24's monitors. Times are as Alert24 writes them."""

    id: str
    name: str
    service_id: str  # that it is linked to, empty for none
    up: bool  # whether it says that the service is up
    last_run: str | None  # None for never
    active: bool = True  # whether it runs at all
    interval: float = 600.0  # seconds between two runs
    timeout: float = 30.0  # seconds that one run may take


class StatusPageInfo(NamedTuple):
    """What Alert24 says about one of its status pages."""

    id: str
    name: str
    domain: str  # its custom domain, empty for none
    public: bool


class Change(NamedTuple):
    """A change of a service, as Alert24 records it. All of it may have been written by anybody."""

    id: str
    service_id: str
    external_id: str
    tags: tuple[str, ...] = ()
    created_at: str | None = None
    url: str = ""  # of the pipeline


class Incident(NamedTuple):
    """An incident, as Alert24 shows it."""

    id: str
    status: str
    tags: tuple[str, ...] = ()
    description: str = ""
    services: tuple[str, ...] = ()  # the affected ones, by id
    created_at: str | None = None


class ChangeLog(Protocol):
    """Where changes and incidents are recorded. Every method raises Alert24DeployError, and ends in the time given."""

    def record(self, changes: Sequence[tuple[str, Mapping[str, object]]]) -> None:
        """Add changes, each with the id of its service, once each; raise the worst error if some could not be."""

    def changes(self, service_ids: Sequence[str], since: datetime) -> Mapping[str, Sequence[Change]]:
        """Return the changes of services, at least those since a time, by service."""

    def incidents(self, since: datetime) -> Sequence[Incident]:
        """Return the incidents, at least those since a time."""

    def open_incident(self, incident: Mapping[str, object]) -> None:
        """Open an incident, once: it has a tag that no other one has."""

    def update_incident(self, incident_id: str, fields: Mapping[str, object]) -> None:
        """Change fields of an incident."""


class StatusPage(Protocol):
    """The services of a status page. Every method raises Alert24DeployError, and ends in the time given."""

    @property
    def readable(self) -> bool:
        """Whether statuses can be read here at all."""

    @property
    def skew(self) -> float:
        """Seconds that the page's clock is ahead of this machine's, as of the last response."""

    @property
    def log(self) -> ChangeLog | None:
        """Where changes and incidents are recorded, None if nothing can be."""

    @property
    def total(self) -> int:
        """How many services the organization has, as far as the last request showed it; 0 if that is unknown."""

    def read(self, service_ids: Sequence[str], *, among: int = 0, patience: float = 1.0) -> Sequence[Service]:
        """Return the services with these ids, without those that don't exist, by as few requests as possible.

        `among` is how many services the organization had, 0 if that is unknown; `patience` is the share (0 to 1) of
        the time left that this may take.
        """

    def list(self, *, patience: float = 1.0) -> Sequence[Service]:
        """Return every service of the organization."""

    def update(self, updates: Sequence[ServiceUpdate]) -> Iterator[UpdateResult]:
        """Send the updates concurrently; yield each as it ends, and those without an answer when time is up."""


class StateStore(Protocol):
    """Keeps the state between start and finish."""

    def load(self) -> State | None:
        """Return the saved state, or None; raise BrokenState if what is there is no state."""

    def save(self, state: State) -> None:
        """Save the state before returning."""


class CommandResult(NamedTuple):
    """How one of the user's commands ended."""

    code: int
    timed_out: bool = False  # whether it was ended because it took too long
    cancelled: bool = False  # whether a signal came first; then it may still be running
    began: bool = True  # whether it was started at all

    @property
    def succeeded(self) -> bool:
        """Whether the command ended by itself and with exit code 0."""
        return self.code == 0 and not self.cancelled
