"""The simulation finds mistakes: each of these is made on purpose, and found by a story that explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from alert24_deploy import policy
from alert24_deploy.deployment import changes, current, finish, start
from alert24_deploy.deployment.changes import Recording
from alert24_deploy.deployment.interfaces import Service, ServiceUpdate
from alert24_deploy.deployment.overlaps import Overlaps
from alert24_deploy.policy import Decision, DeploymentResult, Policy
from alert24_deploy.state import ServiceState, State
from simulation.actors import Actor, deployment
from simulation.explorer import Broken, explore, replay, walk
from simulation.machine import Scenario
from simulation.scenarios import (
    ALSO_RECORDED,
    FIRST,
    RECORDED,
    RECORDED_LAST_JOB,
    RECORDED_NEXT,
    SAME_PLACE,
    TIME_PASSES,
    at_random,
)
from simulation.world import Budget

AFTER_A = Actor("B", deployment, after=("A",))


def story_of(scenario: Scenario) -> Broken:
    """Explore a scenario that must fail, and show that its story leads there again."""
    with pytest.raises(Broken) as raised:
        explore(scenario)
    assert replay(scenario, raised.value.story)[1] == raised.value.problem
    return raised.value


def test_previous_reaches_back_always__found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The status from before a failed deployment is no status that a later deployment found."""
    real = start._found

    def reaching_back(request: start.StartRequest, update: ServiceUpdate, earlier: start._Earlier) -> ServiceState:
        found = real(request, update, earlier)
        left = earlier.service(found.id)
        return replace(found, before=left.before if left and left.after else found.before)

    monkeypatch.setattr(start, "_found", reaching_back)
    broken = story_of(Scenario("reaching back", (FIRST, AFTER_A)))
    assert "and sets operational" in broken.problem
    assert len(broken.story) <= 20


def test_conflict_ignored__found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A success must not hide what a monitor reported meanwhile."""

    def ignored(rules: Policy, result: DeploymentResult, wanted: str, current: str) -> Decision:
        assert rules
        assert current
        return Decision(wanted, result.describe())

    monkeypatch.setattr(policy, "_conflict", ignored)
    broken = story_of(Scenario("no conflicts", (FIRST,), budget=Budget(monitor=1)))
    assert "which a monitor set" in broken.problem


def test_never_began_taken_for_a_failure__found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start that was killed must not turn the page down."""
    monkeypatch.setattr(State, "never_began", property(lambda _: False))
    broken = story_of(Scenario("a killed start", (FIRST,), budget=Budget(kills=1)))
    assert "never began, found operational and sets down" in broken.problem


def test_a_finish_saves_over_another_deployments_state__found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The deployment that started meanwhile must not be taken for finished: its failure would never show."""
    monkeypatch.setattr(finish, "_save", lambda store, state: store.save(state))
    broken = story_of(Scenario("overwritten", (FIRST, SAME_PLACE)))
    assert "maintenance" in broken.problem or "operational" in broken.problem


def test_a_start_that_fails_restores_nothing__found(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody restores stays in maintenance."""
    monkeypatch.setattr(finish, "services_to_finish", lambda state, **_: [] if state.never_began else _all(state))
    broken = story_of(Scenario("not restored", (FIRST,), budget=Budget(kills=1)))
    assert "the maintenance that it set stays" in broken.problem


def _all(state: State) -> list[ServiceState]:
    return [each for each in state.services if not (each.done or each.left_alone)]


def test_random_walk__finds_a_mistake__prints_its_seed_and_a_shorter_story(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too large to explore fails with a seed, and with a story without what does not matter."""

    def unread(services: Mapping[str, Service]) -> dict[str, Service]:
        return {key: replace(each, status="maintenance") for key, each in services.items()}

    real = current.read_page

    def mistaken(*given: Any, **more: Any) -> Any:
        read = real(*given, **more)
        return read._replace(services=unread(read.services))

    monkeypatch.setattr(finish, "read_page", mistaken)
    with pytest.raises(Broken, match="seed") as raised:
        sum(walk(at_random(), seed) for seed in range(1000))
    assert 0 < len(raised.value.story) < 80


def _never(*_: object, **__: object) -> bool:
    return False


def _ended_by_nobody(self: Recording, deployment: str, *given: Any) -> dict[str, object]:
    return _END(self, f"{deployment}-x", *given)


def _longest_of_all(self: Recording, deployment: str, *given: Any) -> dict[str, object]:
    return _BEGIN(self._replace(max_duration=10**9), deployment, *given)


def _every_base(one: changes.Recorded, *_: object) -> str | None:
    return one.before or "operational"


_END, _BEGIN = Recording.end, Recording.begin
_PLAIN = replace(RECORDED, endings=("success", "failure"))
_OTHER = replace(_PLAIN, name="B", store=1, safe=True)
_LATER = replace(RECORDED_NEXT, timed=True, asks=False, after=("A", "time"), endings=("success",))
_RECORDED_MISTAKES = (
    ("a-finish-looks-only-once", finish, "_MOST_LOOKS", 0, (RECORDED, ALSO_RECORDED), "while"),
    ("no-outcome-is-superseded-by-its-lane", changes, "_superseded", _never, (_PLAIN, _OTHER), "the outcomes mean"),
    ("the-end-of-another-one-is-recorded", Recording, "end", _ended_by_nobody, (_PLAIN, _OTHER), "not recorded"),
    ("nobody-is-waited-for", Overlaps, "_goes_on", _never, (_PLAIN, _OTHER), "while"),
    (
        "max-duration-is-forgotten",
        Recording,
        "begin",
        _longest_of_all,
        (replace(_PLAIN, asks=False, timed=True), TIME_PASSES, _LATER),
        "maintenance",
    ),
    (
        "the-status-from-before-is-lost",
        changes,
        "_base",
        _every_base,
        tuple(replace(each, endings=("skipped",)) for each in (RECORDED, ALSO_RECORDED)),
        "the outcomes mean",
    ),
    (
        "a-dead-one-that-others-waited-for-is-left",
        Overlaps,
        "relied_on",
        _never,
        (*(replace(each, endings=("success",)) for each in (_PLAIN, _OTHER)), RECORDED_LAST_JOB),
        "maintenance",
    ),
)


@pytest.mark.parametrize(
    ("name", "where", "what", "mistake", "actors", "shown"),
    _RECORDED_MISTAKES,
    ids=[each[0] for each in _RECORDED_MISTAKES],
)
def test_recorded_deployments__a_mistake__found(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    where: object,
    what: str,
    mistake: object,
    actors: tuple[Actor, ...],
    shown: str,
) -> None:
    """Each mistake in what deployments make of each other's records ends in a story."""
    monkeypatch.setattr(where, what, mistake)
    deaths = Budget(kills=len(actors) // 3)
    assert shown in story_of(Scenario(name, actors, statuses=("down",), budget=deaths)).problem
