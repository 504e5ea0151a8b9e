"""Which status a service deserves: pure functions over words, no I/O and nothing of ours imported."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

OPERATIONAL = "operational"
DEGRADED = "degraded"
DOWN = "down"
MAINTENANCE = "maintenance"
PREVIOUS = "previous"

STATUSES = (OPERATIONAL, DEGRADED, DOWN, MAINTENANCE)
TARGETS = (*STATUSES, PREVIOUS)
CONFLICT_RULES = ("worst", "overwrite", "keep")
FAIL_RULES = ("never", "finish", "always")

_SEVERITY = {OPERATIONAL: 0, DEGRADED: 1, DOWN: 3}
_UNKNOWN_SEVERITY = 2  # a value we don't know is worse than degraded, but not as bad as down


class Outcome(str, Enum):
    """How a deployment ended."""

    SUCCESS = "success"
    FAILURE = "failure"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


# GitLab says failed, canceled and timedout (gitlab-runner, common/consts.go); GitHub says the others.
_SPELLINGS = {
    **{outcome.value: outcome for outcome in Outcome},
    "failed": Outcome.FAILURE,
    "timedout": Outcome.FAILURE,
    "canceled": Outcome.CANCELLED,
}


class Policy(NamedTuple):
    """What the user wants for each outcome; the defaults are design's."""

    on_success: str = OPERATIONAL
    on_unverified: str = DEGRADED
    on_failure: str = DOWN
    on_cancelled: str = DEGRADED
    on_rollback: str = PREVIOUS
    on_conflict: str = "worst"

    @classmethod
    def given(cls, *layers: Mapping[str, str]) -> Policy:
        """Return the policy that the layers of given options make; a later layer wins over an earlier one."""
        merged = {name: value for layer in layers for name, value in layer.items()}
        return cls(**merged)


class DeploymentResult(NamedTuple):
    """The outcome of a deployment and of its rollback, if there was one."""

    outcome: Outcome
    rolled_back: bool = False

    def describe(self) -> str:
        """Return the ending as a clause: `the deployment failed and was rolled back`."""
        if self.outcome is Outcome.FAILURE and self.rolled_back:
            return "the deployment failed and was rolled back"
        return {
            Outcome.SUCCESS: "the deployment succeeded",
            Outcome.FAILURE: "the deployment failed",
            Outcome.CANCELLED: "the deployment was cancelled",
            Outcome.SKIPPED: "the deployment did not run",
        }[self.outcome]


class Decision(NamedTuple):
    """The status to write (None: leave the service as it is) and the reason, a clause."""

    status: str | None
    reason: str


def read_outcome(text: str) -> tuple[Outcome, bool]:
    """Return the outcome that a word means and whether the word is known; an unknown one is a failure."""
    outcome = _SPELLINGS.get(text.strip().lower())
    return (outcome, True) if outcome else (Outcome.FAILURE, False)


def target(policy: Policy, ending: DeploymentResult, before: str | None) -> str:
    """Return the status that a service should have after the deployment.

    Args:
        policy: the user's choices.
        ending: how the deployment and its rollback ended.
        before: the status that start found, None where it is not known.
    """
    wanted = {
        Outcome.SUCCESS: policy.on_success,
        Outcome.FAILURE: policy.on_rollback if ending.rolled_back else policy.on_failure,
        Outcome.CANCELLED: policy.on_cancelled,
        Outcome.SKIPPED: PREVIOUS,
    }[ending.outcome]
    if wanted != PREVIOUS:
        return wanted
    return OPERATIONAL if before in (None, MAINTENANCE) else str(before)


def decide(policy: Policy, ending: DeploymentResult, before: str | None, current: str | None) -> Decision:
    """Return what finish writes to one service, and why.

    Args:
        policy: the user's choices.
        ending: how the deployment and its rollback ended.
        before: the status that start found, None where it is not known.
        current: the status that finish reads, None where it can't be read.
    """
    wanted = target(policy, ending, before)
    if current is None:
        return Decision(wanted, f"{ending.describe()}; its present status could not be read")
    if current == MAINTENANCE:
        return _in_maintenance(wanted, ending)
    return _conflict(policy.on_conflict, wanted, ending, current)


def _in_maintenance(wanted: str, ending: DeploymentResult) -> Decision:
    if wanted == MAINTENANCE:
        return Decision(None, f"{ending.describe()}, and it is to stay in maintenance")
    return Decision(wanted, ending.describe())


def _conflict(rule: str, wanted: str, ending: DeploymentResult, current: str) -> Decision:
    """Somebody else has written since start: by default the worse report stands."""
    if rule == "overwrite":
        return Decision(wanted, f"{ending.describe()}; written over what somebody else had set")
    if rule == "keep":
        return Decision(None, f"{ending.describe()}; kept what somebody else had set")
    if wanted == current:
        return Decision(None, f"{ending.describe()}; it was set to that already")
    if wanted != MAINTENANCE and severity(wanted) > severity(current):
        return Decision(wanted, f"{ending.describe()}; worse than what somebody else had set")
    return Decision(None, f"{ending.describe()}; kept what somebody else had set, because it is no better")


def severity(status: str) -> int:
    """Return how bad a status is: operational < degraded < any unknown value < down."""
    return _SEVERITY.get(status, _UNKNOWN_SEVERITY)


def fails(unreachable: bool, finishing: bool, rule: str) -> bool:
    """Tell whether an error fails the command.

    Args:
        unreachable: Alert24 could not be reached; anything else is the user's mistake and always fails.
        finishing: the page is left wrong (finish, set), not only a deployment unannounced (start).
        rule: the user's `fail-on-unreachable`.
    """
    if not unreachable or rule == "always":
        return True
    return rule == "finish" and finishing
