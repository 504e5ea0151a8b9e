"""What the story needs from outside, and the values that pass between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ..errors import Alert24DeployError

if TYPE_CHECKING:
    from ..state import State


@dataclass(frozen=True)
class Service:
    """A service as Alert24 shows it; `status` is None where the answer had none that is text."""

    id: str
    name: str
    status: str | None
    description: str


class ServiceUpdate(NamedTuple):
    """What to send to one service: the fields of the PUT."""

    service: Service
    fields: Mapping[str, str]


class UpdateResult(NamedTuple):
    """How a write ended: `error` is None where Alert24 accepted it."""

    write: ServiceUpdate
    error: Alert24DeployError | None


class Monitor(NamedTuple):
    """A monitor of Alert24's own; `last_run` is Alert24's word for when it ran last, None for never."""

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
        """Return every service of the organisation."""

    def write(self, writes: Sequence[ServiceUpdate]) -> Iterator[UpdateResult]:
        """Send the writes side by side; yield each as it ends, and those without an answer when time is up."""


class StateStore(Protocol):
    """Where the state is kept between start and finish."""

    def load(self) -> State | None:
        """Return the saved state, or None; raise BrokenState where it is none."""

    def save(self, state: State) -> None:
        """Save the state before returning."""
