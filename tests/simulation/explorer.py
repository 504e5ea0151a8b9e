"""Goes through what may happen: all of it, breadth first, or at random by a seed; a failure becomes a short story."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

from alert24_deploy.state.codec import decode

from . import overlaps
from .invariants import of_healed
from .machine import Machine, Scenario, Step
from .reconcilers import RECONCILE
from .world import Call, Fault, World, put

LIMIT = 3_000_000


class Broken(AssertionError):
    """An invariant does not hold; the message is the story."""

    def __init__(self, scenario: Scenario, problem: str, story: Sequence[str], seed: int | None = None) -> None:
        """Keep the story."""
        begins = (
            f"{scenario.name}; the page shows {', '.join(scenario.statuses)}, updated_at moves {scenario.moves.value}"
        )
        lines = [*([f"seed {seed}"] if seed is not None else []), begins, *story, f"BROKEN: {problem}"]
        super().__init__("\n  ".join(lines))
        self.problem = problem
        self.story = story


class Explored(NamedTuple):
    """How many worlds and steps were gone through, and how many of the worlds were ends."""

    states: int
    steps: int
    ends: int


def explore(scenario: Scenario, check: Callable[[Machine, World], str] | None = None) -> Explored:
    """Go through everything that may happen, breadth first; worlds that are alike are one.

    Args:
        scenario: what it begins with.
        check: checks a world in which every actor is over; `problem_at_end` if there is none.

    Raises:
        Broken: an invariant does not hold; the story is the shortest.
    """
    machine = Machine(scenario)
    beginning = machine.beginning()
    came_from: dict[World, tuple[World, str] | None] = {beginning: None}
    level, steps, ends = [beginning], 0, 0
    while level:
        following = []
        for world in level:
            before = steps
            for step in machine.steps(world):
                steps += 1
                if step.problem:
                    raise Broken(scenario, step.problem, [*_story(came_from, world), step.label])
                if step.world not in came_from:
                    came_from[step.world] = (world, step.label)
                    following.append(step.world)
            if steps == before:
                ends += 1
                if problem := (check or problem_at_end)(machine, world):
                    raise Broken(scenario, problem, _story(came_from, world))
        level = following
        assert len(came_from) < LIMIT, f"{scenario.name} has more than {LIMIT} states"
    return Explored(len(came_from), steps, ends)


def _story(came_from: dict[World, tuple[World, str] | None], world: World) -> list[str]:
    story = []
    while link := came_from[world]:
        world, label = link
        story.append(label)
    return story[::-1]


def problem_at_end(machine: Machine, world: World) -> str:
    """Check a world in which every actor is over."""
    healed = overlaps.of_end if machine.scenario.recorded else of_healed
    return healed(machine.scenario, world) or _second_time(machine, world)


def _second_time(machine: Machine, world: World) -> str:
    """A finish or a reconcile that is run once more changes nothing."""
    for number, actor in enumerate(machine.scenario.actors):
        position = world.positions[number]
        worked = position.phase[:2] in (("ended", "finished"), ("ended", "finished before"))
        if actor.first == RECONCILE and len(actor.after) + 1 < len(machine.scenario.actors):
            continue  # others may have acted since
        if worked and _writes(machine, number, world):
            return f"{actor.name}, run once more, writes again"
    return ""


def _writes(machine: Machine, number: int, world: World) -> bool:
    """Tell whether a finish or a reconcile would write if it were run once more; a finish, on what it has saved."""
    actor, phase = machine.scenario.actors[number], world.positions[number].phase
    text = world.stores[actor.finishes_at]
    state = decode(text) if text else None
    if state is None or state.deployment != actor.deployment_id or actor.run in state.superseded:
        return False  # it is another deployment's finish that comes next
    first = (actor.first,) if actor.first == RECONCILE else ("finish", *phase[2:])
    world = world._replace(stores=put(world.stores, actor.store, text))
    position = world.positions[number]._replace(phase=first)
    while isinstance(call := machine.call(number, position), Call):
        if call.kind == "put":
            return True
        _, answer, after = machine.answer(number, call, world)
        world = after or world
        position = position._replace(trace=(*position.trace, answer))
    return False


def walk(scenario: Scenario, seed: int) -> int:
    """Go one way through what may happen, at random; return the number of steps.

    Raises:
        Broken: an invariant does not hold; the story is made as short as it goes.
    """
    labels, problem = _walk(scenario, random.Random(seed))  # noqa: S311 - a schedule is no secret
    if problem:
        story, problem = shortest(scenario, labels, problem)
        raise Broken(scenario, problem, story, seed)
    return len(labels)


def _walk(scenario: Scenario, chance: random.Random) -> tuple[list[str], str]:
    machine = Machine(scenario)
    world, labels = machine.beginning(), []
    while steps := list(machine.steps(world)):
        step = _chosen(steps, chance)
        labels.append(step.label)
        world = step.world
        if step.problem:
            return labels, step.problem
    return labels, problem_at_end(machine, world)


def _chosen(steps: Sequence[Step], chance: random.Random) -> Step:
    """Choose who acts first, then what happens: else the many reports would crowd out the calls."""
    actors = sorted({step.label.split(":")[0].split(" sets ")[0] for step in steps})
    actor = chance.choice(actors)
    return chance.choice([step for step in steps if step.label.startswith(actor)])


def replay(scenario: Scenario, labels: Sequence[str]) -> tuple[list[str], str]:
    """Follow a story as far as it goes, leaving out what can't happen; then let everybody end undisturbed."""
    machine = Machine(scenario)
    world, story = machine.beginning(), []
    wanted = list(labels)
    while steps := list(machine.steps(world)):
        by_label = {step.label: step for step in reversed(steps)}
        while wanted and wanted[0] not in by_label:
            wanted.pop(0)
        step = by_label[wanted.pop(0)] if wanted else steps[0]
        story.append(step.label)
        world = step.world
        if step.problem:
            return story, step.problem
    return story, problem_at_end(machine, world)


def shortest(scenario: Scenario, labels: Sequence[str], problem: str) -> tuple[list[str], str]:
    """Leave out steps, the longest parts first, as long as the same check still fails."""
    best = list(labels)
    size = len(best) // 2
    while size:
        for begin in range(0, len(best), size):
            story, found = replay(scenario, [*best[:begin], *best[begin + size :]])
            if found and len(story) < len(best):
                best, problem = story, found
                break
        else:
            size //= 2
    return best, problem


__all__ = ["Broken", "Explored", "Fault", "explore", "replay", "shortest", "walk"]
