"""The world that a simulation runs in: a page, places for states, a clock and budgets, all immutable and hashable.

A world also holds what no deployment can know: who wrote each status. The contract is checked with that.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

from alert24_deploy.deployment.interfaces import Service

MONITOR = "a monitor"
PERSON = "a person"
NOBODY = "nobody"  # who wrote what a story begins with


class Moves(Enum):
    """When a write moves a service's `updated_at`: Alert24's documentation does not say."""

    ALWAYS = "always"
    ON_CHANGE = "on a change"
    NEVER = "never"


class Shown(NamedTuple):
    """A service on the page: its status, description and `updated_at` (ticks), and who wrote its status."""

    status: str
    description: str = "text"
    at: int = 0
    author: str = NOBODY


class Position(NamedTuple):
    """How far an actor got."""

    phase: tuple[Any, ...]  # its phase, and what it carries over from the phase before
    # The answers to its calls in this phase; the real code, run again with them, is where it was.
    trace: tuple[Any, ...] = ()
    seen: tuple[Shown | None, ...] = ()  # each service as the actor saw it last
    found: tuple[Shown | None, ...] = ()  # each service as the actor's start found it

    @property
    def over(self) -> bool:
        """Whether the actor does nothing more."""
        return self.phase[0] in ("ended", "killed")


class Budget(NamedTuple):
    """How often the world may still interfere."""

    monitor: int = 0
    person: int = 0
    kills: int = 0
    faults: int = 0


class World(NamedTuple):
    """Everything that decides what may happen next."""

    services: tuple[Shown, ...]  # the services on the page
    stores: tuple[str, ...]  # the saved states, encoded; empty for none
    positions: tuple[Position, ...]  # the actors'
    clock: int  # ticks; each write that moves an `updated_at` is one
    failing: tuple[bool, ...]  # whether each service's monitor says that it isn't up
    reports: tuple[str, ...]  # the latest report of somebody else for each service, empty for none
    budget: Budget  # how often the world may still interfere
    changes: tuple[tuple[str, str, tuple[str, ...]], ...] = ()  # recorded: service, deployment, tags
    blind: bool = False  # whether a record could not be written or read, so that deployments may not know of each other
    early: bool = False  # whether a maintenance was ended while another deployment ran
    order: tuple[str, ...] = ()  # who has started, deployed and finished, if the scenario counts orders


class Call(NamedTuple):
    """One call of an interface: its kind, the service or store, and what is sent."""

    kind: str
    at: int = 0
    value: Any = ""


class Fault(Enum):
    """How a call or an actor may end badly."""

    LOST = "no answer"
    UNSENT = "no connection"
    KILLED = "killed"


def put(items: tuple[Any, ...], index: int, item: Any) -> tuple[Any, ...]:
    """Return the items with one replaced."""
    return (*items[:index], item, *items[index + 1 :])


def service_of(index: int, shown: Shown) -> Service:
    """Return a service as Alert24 shows it."""
    return Service(f"svc-{index}", f"Service {index}", shown.status, shown.description, timestamp(shown.at))


def index_of(service_id: str) -> int:
    """Return a service's place on the page."""
    return int(service_id.removeprefix("svc-"))


def timestamp(ticks: int) -> str:
    """Return a time in Alert24's words; a tick is a second."""
    return f"2026-01-01T{ticks // 3600:02}:{ticks // 60 % 60:02}:{ticks % 60:02}Z"


def write(
    world: World, index: int, moves: Moves, author: str, *, status: str | None = None, description: str | None = None
) -> World:
    """Return the world after a write to one service.

    A write that changes nothing, and moves no `updated_at`, leaves no trace at all: the author stays, too. But a finish
    that writes what somebody else has set since its read takes that for its own, as it would take a write over it.
    """
    old = world.services[index]
    wanted = Shown(old.status if status is None else status, old.description if description is None else description)
    changes = wanted[:2] != old[:2]
    if not changes and moves is not Moves.ALWAYS:
        own = author not in (MONITOR, PERSON) and status != "maintenance"
        return world._replace(services=put(world.services, index, old._replace(author=author))) if own else world
    moved = moves is not Moves.NEVER
    clock = world.clock + moved
    new = Shown(wanted.status, wanted.description, clock if moved else old.at, author if status else old.author)
    return world._replace(services=put(world.services, index, new), clock=clock)
