"""Decides which status a service gets at finish: pure functions without I/O, which import nothing of the package."""

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
_UNKNOWN_SEVERITY = 2  # an unknown value is worse than degraded, but not as bad as down


class Outcome(str, Enum):
    """How a deployment ended."""

    SUCCESS = "success"
    FAILURE = "failure"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


# GitLab's job statuses (gitlab-runner, common/consts.go) and GitHub's conclusions (REST API, "Workflow runs").
OUTCOME_WORDS = {
    **{outcome.value: outcome for outcome in Outcome},
    **dict.fromkeys(("failed", "timedout", "timed_out", "stale"), Outcome.FAILURE),
    "canceled": Outcome.CANCELLED,
    **dict.fromkeys(("startup_failure", "action_required", "neutral"), Outcome.SKIPPED),
}


class Policy(NamedTuple):
    """The user's choice for each outcome."""

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
    """How a deployment ended."""

    outcome: Outcome
    rolled_back: bool = False  # whether a failed deployment was rolled back successfully
    unverified: bool = False  # whether nothing proved a successful deployment healthy, nor unhealthy
    clause: str = ""  # describes it in other words, if the outcome stands for something that is not known

    @property
    def settles(self) -> bool:
        """Whether the deployment left the services as they should be, so that earlier outcomes of its lane are over."""
        return self.outcome is Outcome.SUCCESS or self.rolled_back

    def describe(self) -> str:
        """Return the result as a clause: `the deployment failed and was rolled back`."""
        if self.clause:
            return self.clause
        if self.outcome is Outcome.FAILURE and self.rolled_back:
            return "the deployment failed and was rolled back"
        if self.outcome is Outcome.SUCCESS and self.unverified:
            return "the deployment succeeded, but could not be verified"
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
    """Return the outcome that a text means and whether it is a known one; an unknown text is a failure."""
    outcome = OUTCOME_WORDS.get(text.strip().lower())
    return (outcome, True) if outcome else (Outcome.FAILURE, False)


def target(policy: Policy, result: DeploymentResult, before: str | None, rollback_to: str | None = None) -> str:
    """Return the status that a service should have after the deployment; see `decide` for the arguments."""
    wanted = option(policy, result)
    if wanted == PREVIOUS:
        previous = (rollback_to if result.rolled_back else None) or before
        if previous == MAINTENANCE and result.outcome is Outcome.SKIPPED:
            return MAINTENANCE
        return OPERATIONAL if previous in (None, MAINTENANCE) else str(previous)
    if result.outcome is Outcome.CANCELLED and wanted != MAINTENANCE and before not in (None, MAINTENANCE):
        return max(wanted, str(before), key=severity)
    return wanted


def option(policy: Policy, result: DeploymentResult) -> str:
    """Return the user's choice for a result."""
    return {
        Outcome.SUCCESS: policy.on_unverified if result.unverified else policy.on_success,
        Outcome.FAILURE: policy.on_rollback if result.rolled_back else policy.on_failure,
        Outcome.CANCELLED: policy.on_cancelled,
        Outcome.SKIPPED: PREVIOUS,
    }[result.outcome]


def decide(
    policy: Policy,
    result: DeploymentResult,
    before: str | None,
    current: str | None,
    *,
    own: bool = False,
    rollback_to: str | None = None,
    wanted: str | None = None,
) -> Decision:
    """Return what finish writes to one service, and why.

    Args:
        policy: the user's choices.
        result: how the deployment ended.
        before: the status that start found, None if unknown.
        current: the status now, None if it can't be read.
        own: whether this deployment, or an earlier attempt of the same run, wrote the current status, or no one has
            written since start: then it is no conflict.
        rollback_to: the status from before an earlier attempt of the same run, for a rollback.
        wanted: the status that this outcome and those of other deployments make, None if there are no others.
    """
    together = wanted is not None
    wanted = wanted or target(policy, result, before, rollback_to)
    reason = result.describe()
    if wanted == MAINTENANCE and (current in (None, MAINTENANCE) or result.outcome is Outcome.SKIPPED):
        if together:
            return Decision(None, f"{reason}, and another deployment goes on or asks for maintenance")
        stays = "it was in maintenance before" if result.outcome is Outcome.SKIPPED else "it stays in maintenance"
        return Decision(None, f"{reason}, and {stays}")
    if current is None:
        return Decision(wanted, f"{reason}; its current status could not be read")
    if current == wanted:
        return Decision(None, f"{reason}; the page shows that already")
    if current == MAINTENANCE or own:
        return Decision(wanted, reason)
    return _conflict(policy, result, wanted, current)


def _conflict(policy: Policy, result: DeploymentResult, wanted: str, current: str) -> Decision:
    """Someone else has written since start: by default the worse status wins."""
    reason = result.describe()
    if policy.on_conflict == "overwrite":
        return Decision(wanted, f"{reason}; overwrites what someone else set")
    if policy.on_conflict == "keep":
        return Decision(None, f"{reason}; what someone else set is kept")
    previous = option(policy, result) == PREVIOUS  # it replaces maintenance only
    if not previous and wanted != MAINTENANCE and severity(wanted) > severity(current):
        return Decision(wanted, f"{reason}; worse than what someone else set")
    return Decision(None, f"{reason}; what someone else set is kept, because it is no better")


def severity(status: str) -> int:
    """Return how bad a status is: operational < degraded < any unknown value < down."""
    return _SEVERITY.get(status, _UNKNOWN_SEVERITY)
