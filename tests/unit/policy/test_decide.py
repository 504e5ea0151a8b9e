from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import pytest

from alert24_deploy.policy import DeploymentResult, Outcome, Policy, decide, read_outcome, severity, target

# The contract, written down again from design.md, "Policy": tables to be compared with the code, not its copy.
UNDOCUMENTED = "partial-outage"
ANOTHER = "investigating"
STATUSES = ["operational", "degraded", "down", "maintenance", UNDOCUMENTED, ANOTHER, None]
WORDS = {
    "success": "success",
    "failure": "failure",
    "failed": "failure",
    "timedout": "failure",
    "timed_out": "failure",
    "stale": "failure",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "skipped": "skipped",
    "startup_failure": "skipped",
    "action_required": "skipped",
    "neutral": "skipped",
    "exploded": "failure",  # unknown: handled as a failure, never as a success
}
# Rule 1: the option that decides, by outcome, and by whether a rollback succeeded or a verification was inconclusive.
DECIDING_OPTION = {
    ("success", ""): "on_success",
    ("success", "rolled-back"): "on_success",
    ("success", "unverified"): "on_unverified",
    ("failure", ""): "on_failure",
    ("failure", "rolled-back"): "on_rollback",
    ("failure", "unverified"): "on_failure",
    ("cancelled", ""): "on_cancelled",
    ("cancelled", "rolled-back"): "on_cancelled",
    ("cancelled", "unverified"): "on_cancelled",
    ("skipped", ""): None,
    ("skipped", "rolled-back"): None,
    ("skipped", "unverified"): None,
}
DEFAULTS = {
    "on_success": "operational",
    "on_unverified": "degraded",
    "on_failure": "down",
    "on_cancelled": "degraded",
    "on_rollback": "previous",
}
PREVIOUS_MEANS = {
    "operational": "operational",
    "degraded": "degraded",
    "down": "down",
    "maintenance": "operational",
    UNDOCUMENTED: UNDOCUMENTED,
    ANOTHER: ANOTHER,
    None: "operational",
}
# Rule 2, `worst`: is the target (row) written over what somebody else reported (columns, in this order)?
REPORTED = ["operational", "degraded", UNDOCUMENTED, ANOTHER, "down"]
WRITTEN_OVER = {
    "operational": [False, False, False, False, False],
    "degraded": [True, False, False, False, False],
    UNDOCUMENTED: [True, True, False, False, False],  # two unknown values: neither is known to be worse
    ANOTHER: [True, True, False, False, False],
    "down": [True, True, True, True, False],
    "maintenance": [False, False, False, False, False],  # asks to leave the service as it is, so never worse
}


class Target(NamedTuple):
    """The status that the contract asks for, and whether it is `previous`, which replaces maintenance only."""

    status: str
    is_previous: bool


def expected_target(outcome: str, how: str, before: str | None, options: dict[str, str]) -> Target:
    """Rule 1."""
    name = DECIDING_OPTION[outcome, how]
    wanted = {**DEFAULTS, **options}[name] if name else "previous"
    if wanted == "previous" and outcome == "skipped" and before == "maintenance":
        return Target("maintenance", True)
    if wanted == "previous":
        return Target(PREVIOUS_MEANS[before], True)
    worse = (
        before in REPORTED and wanted in WRITTEN_OVER and WRITTEN_OVER[before][REPORTED.index(wanted)]
        if (wanted != "maintenance")
        else False
    )
    return Target(str(before) if outcome == "cancelled" and worse else wanted, False)


def expected_write(outcome: str, wanted: Target, current: str | None, rule: str) -> str | None:
    """Rules 2 and 5, and the plain case of a service that is in maintenance as start left it."""
    if wanted.status == "maintenance" and (outcome == "skipped" or current is None):
        return None
    if wanted.status == current:
        return None
    if current in (None, "maintenance"):
        return wanted.status
    if rule == "worst":
        over = not wanted.is_previous and WRITTEN_OVER[wanted.status][REPORTED.index(current)]
        return wanted.status if over else None
    return wanted.status if rule == "overwrite" else None


def each_option() -> Iterator[dict[str, str]]:
    """The defaults, and every option with every value."""
    yield {}
    for name, value in product(DEFAULTS, ["operational", "degraded", "down", "maintenance", "previous"]):
        yield {name: value}


def result_of(word: str, how: str = "") -> DeploymentResult:
    """The result that a word means."""
    return DeploymentResult(read_outcome(word)[0], rolled_back=how == "rolled-back", unverified=how == "unverified")


@pytest.mark.parametrize("rule", ["worst", "overwrite", "keep"])
@pytest.mark.parametrize("how", ["", "rolled-back", "unverified"])
@pytest.mark.parametrize("word", WORDS)
def test_decide__every_combination__as_the_contract_says(word: str, how: str, rule: str) -> None:
    """Every status before, every status now and every option give what design.md says."""
    for options, before, current in product(each_option(), STATUSES, STATUSES):
        wanted = expected_target(WORDS[word], how, before, options)
        decision = decide(Policy.given(options, {"on_conflict": rule}), result_of(word, how), before, current)
        case = (options, before, current)
        assert (case, decision.status) == (case, expected_write(WORDS[word], wanted, current, rule))


@pytest.mark.parametrize("word", WORDS)
def test_decide__any_outcome__gives_a_reason_that_begins_with_the_deployment(word: str) -> None:
    """A reason says how the deployment ended, whatever was decided."""
    for current in STATUSES:
        assert decide(Policy(), result_of(word), "down", current).reason.startswith("the deployment ")


@pytest.mark.parametrize("current", ["operational", "degraded", "down"])
@pytest.mark.parametrize("rule", ["worst", "keep"])
def test_decide__own_status__is_no_conflict(current: str, rule: str) -> None:
    """What this deployment, or an earlier attempt of its run, wrote is replaced like maintenance."""
    for word, wanted in (("success", "operational"), ("failure", "down"), ("skipped", "degraded")):
        decision = decide(Policy(on_conflict=rule), result_of(word), "degraded", current, own=True)
        assert decision.status == (None if wanted == current else wanted)


def test_decide__rolled_back_past_an_earlier_attempt__what_that_one_found() -> None:
    """A rollback reaches back past an earlier attempt; nothing else does."""

    def decided(policy: Policy, *result: str) -> str | None:
        return decide(policy, result_of(*result), "down", "maintenance", rollback_to="operational").status

    assert decided(Policy(), "failure", "rolled-back") == "operational"
    assert decided(Policy(), "skipped") == "down"
    assert decided(Policy(on_failure="previous"), "failure") == "down"


def test_decide__success_in_maintenance__operational() -> None:
    """A deployment that succeeds brings the service back."""
    assert decide(Policy(), DeploymentResult(Outcome.SUCCESS), "operational", "maintenance").status == "operational"


def test_decide__failure_in_maintenance__down() -> None:
    """A deployment that fails leaves the service down."""
    assert decide(Policy(), DeploymentResult(Outcome.FAILURE), "operational", "maintenance").status == "down"


def test_decide__failure_rolled_back__what_start_found() -> None:
    """A rollback that succeeded brings back what was there before the deployment."""
    assert (
        decide(Policy(), DeploymentResult(Outcome.FAILURE, rolled_back=True), "degraded", "maintenance").status
        == "degraded"
    )


def test_decide__cancelled__degraded() -> None:
    """The health after a deployment that was interrupted is unknown."""
    assert decide(Policy(), DeploymentResult(Outcome.CANCELLED), "operational", "maintenance").status == "degraded"


def test_decide__skipped_and_found_in_maintenance__stays() -> None:
    """A deployment that did not run ends no maintenance that was there before it."""
    assert decide(Policy(), DeploymentResult(Outcome.SKIPPED), "maintenance", "maintenance").status is None


def test_decide__cancelled_on_a_page_that_was_down__down() -> None:
    """A cancelled deployment never makes a page better than it was."""
    assert decide(Policy(), DeploymentResult(Outcome.CANCELLED), "down", "maintenance").status == "down"


def test_decide__success_but_a_monitor_reports_down__stays_down() -> None:
    """A deployment's success does not hide that a check fails."""
    assert decide(Policy(), DeploymentResult(Outcome.SUCCESS), "operational", "down").status is None


def test_decide__failure_but_a_monitor_reports_operational__down() -> None:
    """A check that passed during the deployment does not hide that the deployment failed."""
    assert decide(Policy(), DeploymentResult(Outcome.FAILURE), "operational", "operational").status == "down"


def test_decide__success_and_operational_already__nothing_to_write() -> None:
    """What is there already is not written again, and the reason says so."""
    decision = decide(Policy(), DeploymentResult(Outcome.SUCCESS), "operational", "operational")
    assert (decision.status, "already" in decision.reason) == (None, True)


def test_decide__unreadable__written_anyway_and_said() -> None:
    """A page stuck in maintenance is worse than a report written over, so the target is written unseen."""
    decision = decide(Policy(on_conflict="keep"), DeploymentResult(Outcome.SUCCESS), None, None)
    assert (decision.status, "could not be read" in decision.reason) == ("operational", True)


def test_decide__keep__reason_names_the_other_writer() -> None:
    """Who sees a service left alone can read why."""
    reason = decide(Policy(on_conflict="keep"), DeploymentResult(Outcome.SUCCESS), "operational", "degraded").reason
    assert "someone else" in reason


def test_target__rollback_of_a_cancelled_deployment__still_cancelled() -> None:
    """Only a failure is answered by on-rollback."""
    assert target(Policy(), DeploymentResult(Outcome.CANCELLED, rolled_back=True), "operational") == "degraded"


def test_severity__every_status__in_the_order_of_the_contract() -> None:
    """Operational < degraded < any unknown value < down."""
    levels = [severity(status) for status in ("operational", "degraded", "partial-outage", "down")]
    assert levels == sorted(set(levels))


def test_severity__two_unknown_values__equally_bad() -> None:
    """Nothing is known about which of two unknown values is worse."""
    assert severity(UNDOCUMENTED) == severity(ANOTHER)
