"""Two deployments with the same state file: no finish takes the other's deployment for its own.

The simulation (tests/simulation) found these stories.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from alert24_deploy.deployment.finish import finish
from alert24_deploy.errors import Alert24Refused
from alert24_deploy.policy import DeploymentResult, Outcome
from alert24_deploy.state import Stage, State

from .fakes import Fakes, refusal, service


def follow(fakes: Fakes, *story: str) -> Fakes:
    """Let two deployments, `a` and `b`, begin and end; `set ...` is somebody else."""
    for step in story:
        verb, who, *outcome = step.split()
        if verb == "set":
            fakes.page.set("api", who)
        elif verb == "finish":
            result = DeploymentResult(Outcome(outcome[0]), rolled_back=outcome[1:] == ["rolled-back"])
            fakes.finish(result.outcome, owner=who, result=result)
        elif verb == "refuse":  # a start that can't look up its services replaces the state, and never began
            fakes.page.unreadable = refusal()
            with pytest.raises(Alert24Refused):
                fakes.start(deployment=f"run-{who}", owner=who)
            fakes.page.unreadable = None
        else:
            fakes.start(deployment=f"run-{who}", owner=who)
        if verb == "kill":  # after it has saved what it found
            fakes.store.saved.pop()
            assert fakes.store.last.stage is Stage.STARTING
    return fakes


@pytest.mark.parametrize(
    ("before", "story", "after"),
    [
        # A deployment that never began has nothing to say about the one that goes on, or has finished.
        ("down", ["kill a", "start b", "finish a failure"], "maintenance"),
        ("operational", ["kill a", "start b", "finish b success", "finish a failure"], "operational"),
        # The later start took the maintenance over, and never began: nobody else would end it.
        ("operational", ["start a", "kill b", "finish a success", "finish b failure"], "operational"),
        ("operational", ["start a", "kill b", "finish a failure", "finish b failure"], "down"),
        ("operational", ["start a", "refuse b", "finish a success"], "operational"),
        ("operational", ["start a", "refuse b", "finish b failure", "finish a success"], "operational"),
        # The other one found maintenance, which says nothing about the status before.
        ("down", ["start a", "start b", "finish b skipped", "finish a failure rolled-back"], "down"),
        # A second finish must not end the other deployment.
        ("operational", ["start a", "finish a success", "start b", "finish a failure"], "maintenance"),
        # The first finish came between the later start's save and its write, and says nothing about that write.
        (
            "operational",
            [
                *("start a", "set operational", "kill b", "set operational", "finish a success"),
                *("set maintenance", "finish b failure"),
            ],
            "operational",
        ),
    ],
)
def test_finish__another_deployment_has_replaced_the_state__each_ends_its_own(
    before: str, story: list[str], after: str
) -> None:
    """Its outcome never turns another's page down, and its own maintenance always ends."""
    assert follow(Fakes(service("API", before)), *story).page.statuses == {"api": after}


def test_finish__of_a_start_that_was_killed__names_the_deployment_that_goes_on() -> None:
    """And forgets the one that never began."""
    fakes = follow(Fakes(service("API")), "kill a", "start b")
    (warning,) = fakes.finish(Outcome.FAILURE, owner="a", dry_run=True).warnings
    assert ("run-b" in warning, fakes.store.last.settled) == (True, ("a",))
    follow(fakes, "finish a failure")
    assert fakes.store.last.settled == ()


def test_finish__a_later_start_was_killed__its_other_services_stay_on_record() -> None:
    """What only the later start has set is restored by that one's own finish."""
    fakes = Fakes(service("API"), service("Web", "degraded"))
    fakes.start("API", deployment="run-a", owner="a")
    follow(fakes, "kill b", "finish a success")
    assert (fakes.page.statuses, fakes.store.last.inherited) == ({"api": "operational", "web": "maintenance"}, ())
    follow(fakes, "finish b failure")
    assert fakes.page.statuses == {"api": "operational", "web": "degraded"}


class ReplacedMeanwhile:
    """A store whose state another process replaces after it was loaded first."""

    def __init__(self, fakes: Fakes, *later: State) -> None:
        self._fakes = fakes
        self._later: list[list[State]] = [list(later)]
        self.save = fakes.store.save

    def load(self) -> State | None:
        """Return what is there, then let the other process write, or delete."""
        state = self._fakes.store.load()
        if self._later:
            self._fakes.store.saved = self._later.pop()
        return state


@pytest.mark.parametrize("killed", [True, False])
def test_finish__another_deployment_starts_or_goes_on_while_it_writes__leaves_that_ones_state(killed: bool) -> None:
    """A start that is just saving is no dead one: else its failure would never show."""
    fakes = follow(Fakes(service("API")), "start a", "start b")
    second = fakes.store.saved.pop()
    if not killed:
        fakes.store.saved.pop()
    finish(fakes.page, ReplacedMeanwhile(fakes, second), fakes.ending(Outcome.SUCCESS, owner="a"))
    assert (fakes.store.last.stage, fakes.store.last.deployment) == (Stage.STARTED, "run-b")
    assert fakes.store.last.superseded == (() if killed else ("a",))
    follow(fakes, "finish b failure")
    assert fakes.page.statuses == {"api": "down"}


@pytest.mark.parametrize("other", [True, False])
def test_finish__the_state_that_was_replaced_is_gone_meanwhile__the_page_is_right(other: bool) -> None:
    """A third deployment's state is left alone; where there is none, what is done is kept."""
    fakes = follow(Fakes(service("API")), "start a", "kill b")
    third = [replace(fakes.store.last, deployment="run-c", superseded=())] if other else []
    finish(fakes.page, ReplacedMeanwhile(fakes, *third), fakes.ending(Outcome.SUCCESS, owner="a"))
    assert fakes.page.statuses == {"api": "operational"}
    assert [(each.deployment, each.stage) for each in fakes.store.saved] == (
        [("run-c", Stage.STARTING)] if other else [("run-b", Stage.FINISHED)]
    )
