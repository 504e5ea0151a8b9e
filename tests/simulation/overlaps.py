"""What must hold of deployments that are recorded: stated once more, with what no deployment can know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .contract import chosen, fitting, rank
from .world import World

if TYPE_CHECKING:
    from .machine import Scenario

_SETTLES = ("success", "unverified", "rolled back")


def of_ending(scenario: Scenario, number: int, following: tuple[Any, ...], world: World) -> str:
    """While another deployment runs, a finish leaves the page in maintenance."""
    if following[0] != "ended":
        return ""
    running = [
        actor.name
        for other, (actor, position) in enumerate(zip(scenario.actors, world.positions, strict=True))
        if other != number and position.phase[0] == "deploy"
    ]
    if running and world.services[0].status != "maintenance":
        return f"{scenario.actors[number].name} leaves {world.services[0].status} while {running[0]} runs"
    return ""


def of_end(scenario: Scenario, world: World) -> str:
    """After the last end, the page shows the worst outcome that counts."""
    expected, shown = _expected(scenario, world), world.services[0].status
    return "" if shown in expected else f"the page shows {shown} in the end, and the outcomes mean {expected}"


def _expected(scenario: Scenario, world: World) -> set[str]:
    """Return what the page may show: one status, or two if a start had read the page before another one's end."""
    names = {actor.deployment_id: actor for actor in scenario.actors}
    order = [(names[deployment].name, tags[1]) for _, deployment, tags in world.changes]
    began = {name: place for place, (name, phase) in enumerate(order) if phase == "phase:begin"}
    ended = {name: place for place, (name, phase) in enumerate(order) if phase == "phase:end"}
    endings = {actor.name: position.phase[2] for actor, position in zip(scenario.actors, world.positions, strict=True)}
    lanes = {actor.name: actor.lane for actor in scenario.actors}

    def counts(name: str) -> bool:
        return not any(lanes[x] == lanes[name] and began[x] > began[name] and endings[x] in _SETTLES for x in began)

    found = {actor.name: position.found[0] for actor, position in zip(scenario.actors, world.positions, strict=True)}
    claims = {
        name: fitting(_actor(scenario, name).policy, endings[name], shown.status if (shown := found[name]) else None)
        for name in began
        if counts(name)
    }
    asked = {
        name: claims[name] for name in claims if chosen(_actor(scenario, name).policy, endings[name]) != "previous"
    }
    last = max(ended, key=lambda name: ended[name])
    finder = last if counts(last) else max(began, key=lambda name: began[name])
    base = _before(scenario, world, finder, began, ended, set(asked))
    if any(ended[name] > began[last] for name in asked if name != last):
        base = ""
    statuses = list(asked.values())
    if base and chosen(_actor(scenario, last).policy, endings[last]) == "previous":
        statuses.append(base)
    if not statuses and not base and endings[last] == "skipped":
        return {"maintenance", "operational"}  # the page was in maintenance before them all
    others = {max(asked.values(), key=rank)} if asked and last not in asked else set()
    return {max(statuses or [base or "operational"], key=rank), *others}


def _actor(scenario: Scenario, name: str) -> Any:
    return scenario.actors[scenario.actor(name)]


def _before(
    scenario: Scenario, world: World, name: str, began: dict[str, int], ended: dict[str, int], asked: set[str]
) -> str:
    found = world.positions[scenario.actor(name)].found[0]
    if found and found.status != "maintenance":
        return found.status
    around = [x for x in began if began[x] < began[name]]
    nearest = max(around, key=lambda x: began[x], default="")
    if not nearest:
        return ""
    if ended[nearest] < ended[name] and nearest in asked:
        return ""  # what that one asks for stands
    return _before(scenario, world, nearest, began, ended, asked)
