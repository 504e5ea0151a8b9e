"""What a deployment needs from outside, as interfaces, and the values that pass between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ..errors import Alert24DeployError

if TYPE_CHECKING:
    from ..state import State


@dataclass(frozen=True)
class Service:
    """A service as Alert24 shows it; `status` is None if the response had none that is text."""

    id: str
    name: str
    status: str | None
    description: str


class ServiceUpdate(NamedTuple):
    """What to send to one service: the fields of the PUT."""

    service: Service
    fields: Mapping[str, str]


class UpdateResult(NamedTuple):
    """How an update ended: `error` is None if Alert24 accepted it."""

    update: ServiceUpdate
    error: Alert24DeployError | None


class Monitor(NamedTuple):
    """One of Alert24's monitors; `last_run` is when it last ran, in Alert24's words, None for never."""

    id: str
    name: str
    service_id: str
    up: bool
    last_run: str | None


class StatusPage(Protocol):
    """The services of a status page. Every method raises Alert24DeployError, and ends in the time given."""

    @property
    def readable(self) -> bool:
        """Whether statuses can be read here at all."""

    def find(self, service_id: str, *, patience: float = 1.0) -> Service | None:
        """Return the service with an id, or None; `patience` is the share of the time left that it may take."""

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
    """How one of the user's commands ended.

    Attributes:
        code: its exit code.
        timed_out: whether it was ended because it took too long.
        cancelled: whether a signal came first; then it may still be running.
    """

    code: int
    timed_out: bool = False
    cancelled: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether the command ended by itself and with exit code 0."""
        return self.code == 0 and not self.cancelled
