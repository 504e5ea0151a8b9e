"""What may happen next in a world: every actor's next call, every report of somebody else, every kill and fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from alert24_deploy.deployment.interfaces import Change

from . import invariants, overlaps
from .actors import LONGEST, TIME, Actor, next_call
from .reconcilers import Asked
from .world import (
    MONITOR,
    PERSON,
    Budget,
    Call,
    Fault,
    Moves,
    Position,
    Shown,
    World,
    put,
    service_of,
    timestamp,
    write,
)

_REPORTED = {MONITOR: ("operational", "degraded", "down"), PERSON: ("operational", "degraded", "down", "maintenance")}
_UNDISTURBED = Budget()


@dataclass(frozen=True)
class Scenario:
    """What a simulation begins with."""

    name: str
    actors: tuple[Actor, ...]  # those who act by the real code
    statuses: tuple[str, ...] = ("operational",)  # what the page shows in the beginning, a service each
    moves: Moves = Moves.ALWAYS  # when a write moves `updated_at`
    budget: Budget = _UNDISTURBED  # how often the world may interfere
    judged: bool = False  # whether what goes wrong is counted, by the order of events, and breaks nothing

    @property
    def recorded(self) -> bool:
        """Whether deployments are recorded, so that they know of each other."""
        return any(each.records for each in self.actors)

    def actor(self, name: str) -> int:
        """Return an actor's number."""
        return next(number for number, each in enumerate(self.actors) if each.name == name)


class Step(NamedTuple):
    """One thing that may happen: what, in words; the world after it; and what it breaks, empty for nothing."""

    label: str
    world: World
    problem: str = ""


class Machine:
    """Knows what may happen next. The real code's calls are remembered: they depend on the answers alone."""

    def __init__(self, scenario: Scenario) -> None:
        """Keep the scenario."""
        self.scenario = scenario
        self._services = len(scenario.statuses)
        self._calls: dict[tuple[Any, ...], Any] = {}
        users = Counter(place for each in scenario.actors for place in {each.store, each.finishes_at})
        self._private = {place for place, count in users.items() if count == 1}

    def beginning(self) -> World:
        """Return the world before anybody has acted."""
        nothing: tuple[Any, ...] = (None,) * self._services
        stores = [place for each in self.scenario.actors for place in (each.store, each.finishes_at)]
        return World(
            tuple(Shown(status) for status in self.scenario.statuses),
            ("",) * (max(stores) + 1),
            tuple(Position((each.first,), (), nothing, nothing) for each in self.scenario.actors),
            0,
            (False,) * self._services,
            ("",) * self._services,
            self.scenario.budget,
        )

    def steps(self, world: World) -> Iterator[Step]:
        """Yield everything that may happen next."""
        pairs = list(zip(self.scenario.actors, world.positions, strict=True))
        over = {each.name for each, at in pairs if at.over}
        started = {each.name for each, at in pairs if at.phase[0] != "start"}
        acting = [
            (number, actor)
            for number, actor in enumerate(self.scenario.actors)
            if actor.name not in over and over.issuperset(actor.after) and started.issuperset(actor.once_started)
        ]
        for number, actor in acting:
            if self._concerns_nobody_else(self.call(number, world.positions[number])):
                yield from self._steps_of(number, actor, world)
                return
        for number, actor in acting:
            yield from self._steps_of(number, actor, world)
        if acting:
            yield from self._reports(world)

    def _concerns_nobody_else(self, call: Call) -> bool:
        """Tell whether it makes no difference for anybody else when a call is made: then it is made at once.

        Only the order of what can be told apart is explored (partial order reduction). A kill before the call is.
        """
        return call.kind in ("deploy", "time") or (call.kind in ("load", "save") and call.at in self._private)

    def call(self, number: int, position: Position) -> Any:
        """Return an actor's next call, or the phase that follows."""
        key = (number, position.phase, position.trace)
        if key not in self._calls:
            self._calls[key] = next_call(self.scenario.actors[number], position.phase, position.trace, self._services)
        return self._calls[key]

    def _steps_of(self, number: int, actor: Actor, world: World) -> Iterator[Step]:
        position = world.positions[number]
        call = self.call(number, position)
        for label, answer, after in self._answers(number, actor, call, world):
            problem = ""
            if after is not None and not (self.scenario.recorded or self.scenario.judged):
                problem = invariants.of_write(self.scenario, number, call, world)
            yield self._advance(number, f"{actor.name}: {label}", answer, after or world, problem)
        if not (actor.heals or actor.safe) and world.budget.kills:
            yield from self._kills(number, actor, world)

    def _kills(self, number: int, actor: Actor, world: World) -> Iterator[Step]:
        poorer = world._replace(budget=world.budget._replace(kills=world.budget.kills - 1))
        position = world.positions[number]
        if position.trace or position.phase[0] != "start":
            dead = position._replace(phase=("killed", *position.phase), trace=())
            yield Step(f"{actor.name}'s runner dies", poorer._replace(positions=put(world.positions, number, dead)))
        if position.phase[0] == "start":
            yield self._advance(number, f"{actor.name}'s start is killed", Fault.KILLED, poorer, "")

    def _advance(self, number: int, label: str, answer: Any, world: World, problem: str) -> Step:
        """Give an actor its answer; it is in its next phase as soon as the old one makes no more calls."""
        position = world.positions[number]
        ends = f"{self.scenario.actors[number].name} ends"
        shows = position.phase[0] == "finish" and self.call(number, position).kind not in ("load", "save")
        if self.scenario.judged and shows and ends not in world.order:
            world = world._replace(order=(*world.order, ends))
        position = position._replace(trace=(*position.trace, answer))
        following = self.call(number, position)
        if answer == self._just_loaded(world, number) and isinstance(following, Call) and following.kind == "save":
            # A file is read and written within microseconds here: that it changes in between is not explored.
            world = world._replace(stores=put(world.stores, following.at, following.value))
            position = position._replace(trace=(*position.trace, None))
            following = self.call(number, position)
        if not isinstance(following, Call):
            problem, world = self._ending(number, following, world, problem)
            nothing: tuple[Any, ...] = (None,) * self._services
            position = position._replace(phase=following, trace=(), seen=nothing)
        return Step(label, world._replace(positions=put(world.positions, number, position)), problem)

    def _ending(self, number: int, following: tuple[Any, ...], world: World, problem: str) -> tuple[str, World]:
        """Check the end of a phase; a scenario that is judged keeps what went wrong, and goes on."""
        rules = overlaps if self.scenario.recorded or self.scenario.judged else invariants
        problem = problem or rules.of_ending(self.scenario, number, following, world)
        if not self.scenario.judged:
            return problem, world
        phase = world.positions[number].phase[0]
        events = {"start": "starts", "finish": "finishes"}
        event = [f"{self.scenario.actors[number].name} {events[phase]}"] if phase in events else []
        return "", world._replace(early=world.early or bool(problem), order=(*world.order, *event))

    def _just_loaded(self, world: World, number: int) -> Any:
        """Return what an actor's last call has read, if it was a load."""
        call = self.call(number, world.positions[number])
        return world.stores[call.at] if call.kind == "load" else Fault.KILLED

    def _answers(self, number: int, actor: Actor, call: Call, world: World) -> Iterator[tuple[str, Any, World | None]]:
        """Yield what a call may be answered, with the world after it, None if nothing happened."""
        if call.kind == "deploy":
            yield from ((f"the deployment ends: {ending}", ending, None) for ending in call.value)
            return
        if call.kind == "put":
            yield self._put(number, actor, call, world)
        else:
            yield self.answer(number, call, world)
        if world.budget.faults and call.kind not in ("load", "monitors", "run", "time", "wait"):
            blind = call.kind in ("record", "changes") or world.positions[number].phase[0] == "start"
            poorer = world._replace(
                budget=world.budget._replace(faults=world.budget.faults - 1), blind=world.blind or blind
            )
            yield f"{call.kind} fails", Fault.UNSENT, poorer
            if call.kind == "put":
                _, _, written = self._put(number, actor, call, poorer)
                yield "put is carried out, but its answer is lost", Fault.LOST, written
            if call.kind == "record":
                yield "record is carried out, but its answer is lost", Fault.LOST, self._logged(call, poorer)[2]

    def answer(self, number: int, call: Call, world: World) -> tuple[str, Any, World | None]:
        """Return the answer to a call that leaves the page as it is."""
        if call.kind in ("record", "changes"):
            return self._logged(call, world)
        if call.kind in ("monitors", "time", "wait"):
            about = ("reads the monitors", world.failing) if call.kind == "monitors" else ("time", self._late(world))
            return (*about, None)
        if call.kind == "run":
            return (
                f"asks about {f'the run of {call.value}' if call.value else 'every run'}",
                self._asked(call.value, world),
                None,
            )
        if call.kind == "load":
            return "reads its state", world.stores[call.at], None
        if call.kind == "save":
            return "saves its state", None, world._replace(stores=put(world.stores, call.at, call.value))
        return self._read(number, call, world)

    def _logged(self, call: Call, world: World) -> tuple[str, Any, World | None]:
        if call.kind == "changes":
            return "looks at the others", _listed(call.at, world), None
        deployment, tags = call.value
        recorded = (f"svc-{call.at}", deployment, tags)
        return f"records {tags[1]}", None, world._replace(changes=(*world.changes, recorded))

    def _late(self, world: World) -> bool:
        """Tell whether the actor that lets time pass is over."""
        return any(at.phase[2:3] == ("time",) for at in world.positions)

    def _asked(self, run: str, world: World) -> Asked:
        """Return what the CI shows of a run; of one that was killed in its start it does not show whether it began."""
        pairs = list(zip(self.scenario.actors, world.positions, strict=True))
        if not run:
            return Asked(goes_on=any(not at.over for each, at in pairs if each.first == "start"))
        # The latest attempt that has begun.
        for actor, position in reversed(pairs):
            if actor.run == run and actor.first == "start" and (position.phase[0] != "start" or position.trace):
                phase = position.phase[1:] if position.phase[0] == "killed" else position.phase
                if not position.over:
                    return Asked(goes_on=True)
                if phase[0] in ("start", "deploy"):
                    return Asked(False, "", True if phase[0] == "deploy" else None)
                ending, began = phase[-2:] if phase[-1] != "killed" else phase[-3:-1]
                return Asked(False, ending if began else "", began)
        return Asked(goes_on=False)

    def _read(self, number: int, call: Call, world: World) -> tuple[str, Any, World]:
        wanted = range(self._services) if call.kind == "list" else (call.at,)
        services = tuple(service_of(index, world.services[index]) for index in wanted)
        for index in wanted:
            world = self._saw(number, index, world)
        answer = services if call.kind == "list" else services[0]
        return f"reads {' and '.join(str(each.status) for each in services)}", answer, world

    def _put(self, number: int, actor: Actor, call: Call, world: World) -> tuple[str, Any, World]:
        after = write(world, call.at, self.scenario.moves, actor.name, **dict(call.value))
        after = self._saw(number, call.at, after)
        words = " and ".join(f"{name} {value}" for name, value in call.value)
        where = f" of service {call.at}" if self._services > 1 else ""
        return f"sets {words}{where}", service_of(call.at, after.services[call.at]), after

    def _saw(self, number: int, index: int, world: World) -> World:
        position = world.positions[number]
        shown = world.services[index]
        found = position.found
        if position.phase[0] == "start" and found[index] is None:
            found = put(found, index, shown)
        position = position._replace(seen=put(position.seen, index, shown), found=found)
        return world._replace(positions=put(world.positions, number, position))

    def _reports(self, world: World) -> Iterator[Step]:
        for author, left in ((MONITOR, world.budget.monitor), (PERSON, world.budget.person)):
            if not left:
                continue
            spent = {"monitor" if author == MONITOR else "person": left - 1}
            poorer = world._replace(budget=world.budget._replace(**spent))
            for index in range(self._services):
                for status in _REPORTED[author]:
                    yield self._report(poorer, index, author, status)

    def _report(self, world: World, index: int, author: str, status: str) -> Step:
        after = write(world, index, self.scenario.moves, author, status=status)
        failing = put(after.failing, index, status != "operational") if author == MONITOR else after.failing
        where = f" of service {index}" if self._services > 1 else ""
        return Step(
            f"{author} sets {status}{where}",
            after._replace(failing=failing, reports=put(after.reports, index, status)),
        )


def _listed(index: int, world: World) -> tuple[Change, ...]:
    """Return the changes of a service; the order of all changes is the one of their times."""
    late = f"at:{TIME + LONGEST:%Y-%m-%dT%H:%M:%SZ}"
    return tuple(
        Change(f"chg-{number}", service_id, deployment, tags, timestamp(number + 7200 * (late in tags)))
        for number, (service_id, deployment, tags) in enumerate(world.changes)
        if service_id == f"svc-{index}"
    )
