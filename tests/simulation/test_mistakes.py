"""The simulation finds mistakes: each of these is made on purpose, and found by a story that explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from alert24_deploy import policy
from alert24_deploy.deployment import current, finish, start
from alert24_deploy.deployment.interfaces import Service, ServiceUpdate
from alert24_deploy.policy import Decision, DeploymentResult, Policy
from alert24_deploy.state import ServiceState, State
from simulation.actors import Actor, deployment
from simulation.explorer import Broken, explore, replay, walk
from simulation.machine import Scenario
from simulation.scenarios import ALSO_RECORDED, FIRST, RECORDED, SAME_PLACE, at_random
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


def test_a_finish_looks_only_once__found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a look after its write, a finish ends the maintenance of a deployment that has just started."""
    monkeypatch.setattr(finish, "_MOST_LOOKS", 0)
    broken = story_of(Scenario("one look", (RECORDED, ALSO_RECORDED)))
    assert "the outcomes mean" in broken.problem
