"""What must hold of deployments that are recorded, checked with what no deployment can know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .contract import Ran, counts, page_together, rank
from .invariants import of_healed
from .world import MONITOR, PERSON, Position, World

if TYPE_CHECKING:
    from .actors import Actor
    from .machine import Scenario

_OUTCOMES = {"unverified": "success", "rolled back": "failure"}


def of_ending(scenario: Scenario, number: int, following: tuple[Any, ...], world: World) -> str:
    """While another deployment runs, a finish leaves the page in maintenance, unless it couldn't know that."""
    if following[0] != "ended" or following[1] == "failed" or world.blind or world.reports[0]:
        return ""
    running = [
        actor.name
        for other, (actor, position) in enumerate(zip(scenario.actors, world.positions, strict=True))
        if other != number and _runs(actor, position, world)
    ]
    shown = world.services[0]
    looks_again = any(
        actor.name == shown.author and at.phase[0] in ("finish", "reconcile", "killed") and other != number
        for other, (actor, at) in enumerate(zip(scenario.actors, world.positions, strict=True))
    )
    if running and shown.status != "maintenance" and not looks_again:
        return f"{scenario.actors[number].name} leaves {shown.status} while {running[0]} runs"
    return ""


def _runs(actor: Actor, position: Position, world: World) -> bool:
    """Tell whether a deployment runs: how it ends is decided at once, but shows with its finish's first call."""
    if position.phase[0] == "deploy":
        return True
    ended = any(deployment == actor.deployment_id and "phase:end" in tags for _, deployment, tags in world.changes)
    return position.phase[0] == "finish" and position.phase[2] and not (ended or any(position.seen))


def of_end(scenario: Scenario, world: World) -> str:
    """After the last end, the page shows the worst outcome that counts."""
    if world.blind or not _put_right(scenario, world):
        stuck = world.services[0].status == "maintenance"
        unclear = _unclear(world) if stuck else world.blind  # without a record, nobody knows what was before
        return "" if unclear else of_healed(scenario, world)
    if problem := _recorded(scenario, world):
        return problem
    every = list(_deployments(scenario, world))
    expected, shown = _expected(scenario, world, every), world.services[0]
    worst = max((rank(each.asks) for each in every if each.ended and each.asks and counts(each, every)), default=0)
    if world.reports[0]:  # it may have been there before a start, or be lost between a finish's look and its write
        seen = {scenario.statuses[0], world.reports[0], *(each.found for each in every)} - {"maintenance"}
        expected |= {each for each in seen if each and (rank(each) >= worst or shown.author in (MONITOR, PERSON))}
    if shown.status in expected or not expected:
        return ""
    return f"the page shows {shown.status} in the end, and the outcomes mean {' or '.join(sorted(expected))}"


def _put_right(scenario: Scenario, world: World) -> bool:
    """Tell whether what every finish that failed or died has left was seen by somebody who heals."""
    pairs = list(zip(scenario.actors, world.positions, strict=True))
    healed = {actor.origin for actor, at in pairs if actor.heals and at.phase[:2] == ("ended", "finished")}
    left = [actor.name for actor, at in pairs if at.phase[0] == "killed" or at.phase[1] == "failed"]
    # A finish that ends between its last write and the look after it may leave what nobody sees.
    wrong = any(
        at.phase[:2] == ("killed", "finish") and at.seen[0] and at.seen[0].author == actor.name for actor, at in pairs
    )
    wrong = wrong or any(at.phase[1] == "failed" for _, at in pairs)
    return not wrong and all("" in healed or name in healed for name in left)


def judged(scenario: Scenario, world: World) -> str:
    """Return what is wrong with the page after all have ended, however little they knew: a word, or empty."""
    every = list((_deployments if scenario.recorded else _in_order)(scenario, world))
    expected, shown = _expected(scenario, world, every), world.services[0].status
    if shown in expected or not expected:
        return ""
    return "stuck" if shown == "maintenance" else "lost"


def _expected(scenario: Scenario, world: World, every: Sequence[Ran]) -> set[str]:
    """Return what the page may show, nothing if that is unknown.

    Reconcile replaces nothing but maintenance. If there is none left, it only records the end of who has died.
    """
    died = {actor.name for actor, at in zip(scenario.actors, world.positions, strict=True) if at.phase[0] == "killed"}
    without = [each._replace(ended=None) if each.name in died else each for each in every]
    known = [each for each in (every, without) if any(one.ended is not None for one in each)]
    return {status for each in known for status in page_together(each)}


def _in_order(scenario: Scenario, world: World) -> Iterator[Ran]:
    """Yield the deployments of a scenario that is judged by the order in which they have started and ended."""
    for actor, position in zip(scenario.actors, world.positions, strict=True):
        if f"{actor.name} starts" in world.order:
            began = world.order.index(f"{actor.name} starts")
            ends = [each for each in (f"{actor.name} ends", f"{actor.name} finishes") if each in world.order]
            yield _ran(actor, position, began, world.order.index(ends[0]) if ends else None, ())


def _unclear(world: World) -> bool:
    """Tell whether a deployment that did not run, or died, may have left the page to another one that it can't see."""
    return any(at.phase[0] == "killed" or at.phase[2] == "skipped" or not at.phase[3] for at in world.positions)


def _recorded(scenario: Scenario, world: World) -> str:
    """Each deployment is recorded once, and its end with the outcome that it had."""
    if len(set(world.changes)) < len(world.changes):
        return f"a change is recorded twice: {world.changes}"
    for one in _deployments(scenario, world):
        phase = world.positions[scenario.actor(one.name)].phase
        if phase[0] == "ended" and phase[1] != "failed" and one.ended is None:
            return f"{one.name} has finished, and its end is not recorded"
        tags = world.changes[one.ended][2] if one.ended is not None else ()
        if tags and f"outcome:{_OUTCOMES.get(one.ending, one.ending)}" not in tags:
            return f"{one.name} ended in {one.ending}, and is recorded with {tags}"
        status = next((tag[len("status:") :] for tag in tags if tag.startswith("status:")), None)
        if tags and status != one.asks:
            return f"{one.name} ended in {one.ending}, which asks for {one.asks}, and is recorded with {status}"
    return ""


def _deployments(scenario: Scenario, world: World) -> Iterator[Ran]:
    """Yield the deployments that are recorded, in the order of their starts."""
    began: dict[str, int] = {}
    ended: dict[str, int] = {}
    for place, (_, deployment, tags) in enumerate(world.changes):
        began.setdefault(deployment, place)
        if "phase:end" in tags:
            ended[deployment] = place
    for actor, position in zip(scenario.actors, world.positions, strict=True):
        if actor.deployment_id in began and actor.first == "start":
            end = ended.get(actor.deployment_id)
            yield _ran(actor, position, began[actor.deployment_id], end, world.changes[end or 0][2])


def _ran(actor: Actor, position: Position, began: int, ended: int | None, tags: tuple[str, ...]) -> Ran:
    found = position.found[0]
    ending = _ending(position.phase, tags)
    before = found.status if found else None
    return Ran(actor.name, actor.lane, actor.run, actor.attempt, began, ended, ending, actor.policy, before)


def _ending(phase: tuple[Any, ...], tags: tuple[str, ...]) -> str:
    """Return how a deployment ended; if its runner died, as reconcile finds out or its finish had recorded."""
    if phase[:2] == ("killed", "start"):
        return "skipped"
    if phase[:2] == ("killed", "deploy"):
        return "cancelled"
    ending, began = phase[2:4]
    if not began:
        return "skipped"
    if phase[0] == "killed" and ending == "unverified" and "status:degraded" not in tags:
        return "success"  # what a verification found died with the runner
    return str(ending)
