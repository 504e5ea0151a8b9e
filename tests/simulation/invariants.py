"""What must never happen, checked with what no deployment can know: who wrote what the page shows.

Each check returns what is broken, empty for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .contract import chosen, fitting, rank
from .world import NOBODY, PERSON, Call, Moves, Shown, World

if TYPE_CHECKING:
    from .machine import Scenario


def of_write(scenario: Scenario, number: int, call: Call, world: World) -> str:
    """Check a write that ends a maintenance, or replaces another status, before it is carried out."""
    fields = dict(call.value) if call.kind == "put" else {}
    position = world.positions[number]
    status = fields.get("status")
    if status is None or (position.phase[0] == "start" and status == "maintenance"):
        return ""
    seen, found = position.seen[call.at], _found(scenario, number, world)[call.at]
    if position.phase[0] == "reconcile":
        return _reconciling(scenario, number, status, seen, found, world)
    if position.phase[0] == "start" or not position.phase[2]:
        return _restoring(scenario, number, status, seen, found, world)
    if seen is None or found is None:
        return ""  # it could not be read: the outcome alone decides
    return _finishing(scenario, number, status, seen, found, world)


def _restoring(
    scenario: Scenario, number: int, status: str, seen: Shown | None, found: Shown | None, world: World
) -> str:
    """A deployment that never began restores what it found, and only over the maintenance that it set itself."""
    actor, position = scenario.actors[number], world.positions[number]
    if found is None or status != found.status:
        return f"{actor.name} never began, found {found.status if found else 'nothing'} and sets {status}"
    if seen is None:
        return ""  # it could not be read: what may be stuck in maintenance is restored all the same
    if seen.status != "maintenance":
        return f"{actor.name} never began, and replaces {seen.status}, which {seen.author} set"
    answered = position.phase[-1] != "killed" and world.budget.faults == scenario.budget.faults
    if scenario.moves is Moves.ALWAYS and answered and seen.author != actor.name:
        return f"{actor.name} never began, and ends the maintenance that {seen.author} set"
    return ""


def _reconciling(
    scenario: Scenario, number: int, status: str, seen: Shown | None, found: Shown | None, world: World
) -> str:
    """Reconcile ends the maintenance of a deployment that is over, and of nobody else."""
    actor = scenario.actors[number]
    origin = scenario.actor(actor.origin)
    phase = world.positions[origin].phase
    if seen is None or seen.status != "maintenance":
        return f"{actor.name} replaces {seen.status if seen else 'something'} with {status}"
    if not world.positions[origin].over:
        return f"{actor.name} ends the maintenance of {actor.origin}, which goes on"
    answered = phase[:2] != ("killed", "start") and phase[-1] != "killed"
    answered = answered and world.budget.faults == scenario.budget.faults
    if scenario.moves is Moves.ALWAYS and answered and seen.author != actor.origin:
        return f"{actor.name} ends the maintenance that {seen.author} set, not {actor.origin}"
    began = phase[:2] == ("killed", "deploy") or phase[3:] == (True,)
    before = found.status if found else ""
    if not began and before != "maintenance" and (rank(status) < rank(before) or (status == "down" != before)):
        return f"{actor.name} sets {status}, though {actor.origin} never began and found {before}"
    ending = phase[2] if phase[3:] == (True,) else "cancelled"
    ending = "success" if ending == "unverified" else ending  # what a verification found died with the runner
    by_the_clock = world.positions[number].trace[0] == ""  # nothing named the run, so that `to` was written
    if (
        began
        and not by_the_clock
        and rank(status) < rank(fitting(actor.policy, ending, found.status if found else None))
    ):
        return f"{actor.name} sets {status}, which is better than {actor.origin}'s {ending}"
    return ""


def _finishing(scenario: Scenario, number: int, status: str, seen: Shown, found: Shown, world: World) -> str:
    actor, ending = scenario.actors[number], world.positions[number].phase[1]
    fits = _fits(scenario, number, found, world)
    if rank(status) < rank(fits):
        return f"{actor.name} ended in {ending}, which means {fits}, and sets {status}"
    conflict = seen.status != "maintenance" and not _own(scenario, number, seen, found, world)
    if conflict and rank(status) <= rank(seen.status):
        return f"{actor.name} replaces {seen.status}, which {seen.author} set, with {status}"
    return ""


def _found(scenario: Scenario, number: int, world: World) -> tuple[Shown | None, ...]:
    origin = scenario.actors[number].origin
    return world.positions[scenario.actor(origin) if origin else number].found


def _attempts(scenario: Scenario, number: int) -> Iterator[int]:
    """Yield the numbers of the earlier attempts of an actor's run."""
    actor = scenario.actors[number]
    for other, each in enumerate(scenario.actors):
        if each.run == actor.run and each.attempt < actor.attempt:
            yield other


def _fits(scenario: Scenario, number: int, found: Shown | None, world: World) -> str:
    """Return the status that fits an actor's outcome: the better one, if an earlier attempt may be reached or not."""
    actor, ending = scenario.actors[number], world.positions[number].phase[-2]
    before = found.status if found else None
    plain = fitting(actor.policy, ending, before)
    for other in _attempts(scenario, number):
        earlier = world.positions[other].found[0]
        if found and earlier and found.author == scenario.actors[other].name:
            proven = scenario.moves is Moves.ALWAYS and world.positions[other].phase[0] == "ended"
            reached = fitting(actor.policy, ending, before, earlier.status)
            return reached if proven else min(plain, reached, key=rank)
    return plain


def _own(scenario: Scenario, number: int, seen: Shown, found: Shown, world: World) -> bool:
    """Tell whether a status is no conflict."""
    actor = scenario.actors[number]
    attempts = [scenario.actors[other].name for other in _attempts(scenario, number)]
    if seen.author in (actor.name, *attempts):
        return True
    if seen == found or (scenario.moves is Moves.NEVER and seen.status == found.status):
        return True  # nobody has written, as far as anybody can see
    # By its value alone it may be the earlier attempt's; a monitor that is not up is asked, a person can't be.
    asked = [
        each for each in world.positions[number].trace if isinstance(each, tuple) and each and each[0] in (True, False)
    ]
    return bool(actor.origin and attempts and not any(each[0] for each in asked))


def of_ending(scenario: Scenario, number: int, following: tuple[Any, ...], world: World) -> str:
    """Check what a finish that worked leaves behind."""
    if following[:2] not in (("ended", "finished"), ("ended", "unsaved")):
        return ""
    for index in range(len(world.services)):
        if problem := _left_by(scenario, number, index, following, world):
            return problem
    return ""


def _left_by(scenario: Scenario, number: int, index: int, following: tuple[Any, ...], world: World) -> str:
    actor, ending, began = scenario.actors[number], following[2], following[3]
    shown, seen = world.services[index], world.positions[number].seen[index]
    found = _found(scenario, number, world)[index]
    choice = chosen(actor.policy, ending)
    if found is None or choice == "maintenance":
        return ""
    restores_nothing = (not began or ending == "skipped") and found.status == "maintenance"
    if (shown.status, shown.author) == ("maintenance", actor.name) and not restores_nothing:
        return f"{actor.name} has finished, and the maintenance that it set stays"
    if seen is None or not began or ending == "skipped" or (actor.respects and found.status == "maintenance"):
        return ""
    fits = _fits(scenario, number, found, world)
    if seen.status == "maintenance":
        return f"{actor.name} has finished, and the page stays in maintenance"
    if rank(seen.status) < rank(fits) and choice != "previous":
        return f"{actor.name} ended in {ending}, which means {fits}, and leaves {seen.status}"
    return ""


def of_healed(scenario: Scenario, world: World) -> str:
    """Check the page when every actor is over: what heals has run, or nothing needed it."""
    ends = [each.phase for each, actor in zip(world.positions, scenario.actors, strict=True) if actor.heals]
    healed = bool(ends) and all(each[:2] == ("ended", "finished") and each[3:] in ((True,), (None,)) for each in ends)
    for index, shown in enumerate(world.services):
        if (
            shown.status == "maintenance"
            and not _asked_for(scenario, index, world)
            and (healed or _orderly(scenario, world))
        ):
            return f"the page stays in maintenance, which {shown.author} set"
        best = min((rank(each) for each in _reasons(scenario, world, index)), default=0)
        if rank(shown.status) < best and shown.status != "maintenance":
            return f"the page shows {shown.status}, which nobody reported and no outcome means"
        if shown.description != "text" and (healed or _orderly(scenario, world)):
            return f"the service's own description is lost: {shown.description}"
    return ""


def _asked_for(scenario: Scenario, index: int, world: World) -> bool:
    shown = world.services[index]
    if shown.author in (PERSON, NOBODY):
        return True
    number = scenario.actor(shown.author)
    phase = world.positions[number].phase
    found = world.positions[number].found[index]
    began = phase[:2] == ("killed", "deploy") or (phase[3:] == (True,) and "skipped" not in phase)
    healers = [each for each in scenario.actors if each.heals]
    if healers and all(each.origin and each.origin != shown.author for each in healers):
        return True  # nothing that heals its author's has run
    if not began and found and found.status == "maintenance" and not any(not each.origin for each in healers):
        return True  # what it found in maintenance it leaves to its owner
    return phase[0] == "ended" and bool(phase[2:]) and chosen(scenario.actors[number].policy, phase[2]) == "maintenance"


def _orderly(scenario: Scenario, world: World) -> bool:
    """Tell whether no actor died, failed or never deployed: those leave a found maintenance to what heals."""
    unharmed = world.budget.kills == scenario.budget.kills and world.budget.faults == scenario.budget.faults
    return unharmed and all(each.phase[0] == "ended" and each.phase[2] != "skipped" for each in world.positions)


def _reasons(scenario: Scenario, world: World, index: int) -> Iterator[str]:
    """Yield every status that somebody reported last, or that an outcome means."""
    if world.reports[index]:
        yield world.reports[index]
    for number, position in enumerate(world.positions):
        found = _found(scenario, number, world)[index]
        if scenario.actors[number].first == "reconcile" and not scenario.actors[number].after:
            yield "degraded"  # the schedule's `to`, if it began before any state named the run
        yield found.status if found else scenario.statuses[index]
        if position.phase[:2] == ("killed", "deploy"):
            yield fitting(scenario.actors[number].policy, "cancelled", found.status if found else None)
        if position.phase[3:] == (True,):  # ended, or killed while it was finishing
            yield _fits(scenario, number, found, world)
            if position.phase[2] == "unverified" and position.phase[1] != "finished":
                yield "operational"  # what a verification found died with the runner, and reconcile can't know it
