"""Somebody else writes while the deployment runs: monitors, people, a status that nobody knows."""

from __future__ import annotations

import pytest

from alert24_sandbox import Sandbox
from helpers.cli import Cli

WORST = [
    # outcome, what the monitor wrote meanwhile, what the page shows in the end
    ("success", "operational", "operational"),
    ("success", "degraded", "degraded"),
    ("success", "down", "down"),
    ("success", "major_outage", "major_outage"),
    ("failure", "operational", "down"),
    ("failure", "degraded", "down"),
    ("failure", "down", "down"),
    ("failure", "major_outage", "down"),
    ("cancelled", "operational", "degraded"),
    ("cancelled", "degraded", "degraded"),
    ("cancelled", "down", "down"),
    ("cancelled", "major_outage", "major_outage"),
]


@pytest.mark.parametrize(("outcome", "meanwhile", "after"), WORST)
def test_conflict__worst__the_worse_report_stands(
    sandbox: Sandbox, cli: Cli, outcome: str, meanwhile: str, after: str
) -> None:
    """By default finish writes only where its status is worse than what somebody else has reported."""
    sandbox.add_service("API")
    cli("start", "-s", "API")
    sandbox.set_status("API", meanwhile)
    sandbox.clear_requests()
    result = cli("finish", "--outcome", outcome)
    if outcome == "success" and after != "operational":
        result.says("Warning:", f"'API' stays '{after}'")
    assert result.code == 0
    assert sandbox.status_of("API") == after
    assert len(sandbox.writes) == (after != meanwhile)


@pytest.mark.parametrize(("rule", "after"), [("overwrite", "operational"), ("keep", "degraded"), ("worst", "degraded")])
def test_conflict__each_rule__does_as_it_says(sandbox: Sandbox, cli: Cli, rule: str, after: str) -> None:
    """--on-conflict decides, given to finish."""
    sandbox.add_service("API")
    cli("start", "-s", "API")
    sandbox.set_status("API", "degraded")
    result = cli("finish", "--outcome", "success", "--on-conflict", rule)
    result.says("someone else set", *(["The deployment succeeded, but"] if after == "degraded" else []))
    assert (result.code, sandbox.status_of("API")) == (0, after)


def test_conflict__monitor_of_one_service__does_not_touch_the_others(sandbox: Sandbox, cli: Cli) -> None:
    """Each service is decided by itself."""
    sandbox.add_service("A", monitors=["check"])
    sandbox.add_service("B")
    cli("start", "-s", "A", "-s", "B")
    sandbox.run_check(sandbox.monitors[0], up=False)
    result = cli("finish", "--outcome", "success")
    result.says("The deployment succeeded, but 'A' stays 'down'")
    assert result.code == 0
    assert [sandbox.status_of(name) for name in "AB"] == ["down", "operational"]


@pytest.mark.parametrize("number", [1, 2])
def test_finish__statuses_cannot_be_read__writes_the_target_and_warns(sandbox: Sandbox, cli: Cli, number: int) -> None:
    """A page stuck in maintenance is the worse fault."""
    names = [word for name in "AB"[:number] for word in ("-s", name)]
    for name in "AB":
        sandbox.add_service(name)
    cli("start", *names)
    sandbox.fail(times=None, status=501, method="GET")
    result = cli("finish", "--outcome", "failure")
    result.says("Warning:", "could not be read", "501")
    assert result.code == 0
    assert [sandbox.status_of(name) for name in "AB"[:number]] == ["down"] * number


@pytest.mark.parametrize("before", ["operational", "degraded", "down", "partial_outage"])
def test_skipped__puts_back_what_start_found(sandbox: Sandbox, cli: Cli, before: str) -> None:
    """`previous` is the status from before; where Alert24 refuses its own, the service must not stay in maintenance."""
    sandbox.add_service("API", status=before)
    cli("start", "-s", "API")
    result = cli("finish", "--outcome", "skipped")
    known = before != "partial_outage"
    assert (result.code, sandbox.status_of("API")) == (0, before if known else "operational")


def test_description__is_set_and_put_back(sandbox: Sandbox, cli: Cli) -> None:
    """--description shows ours during the deployment and the service's own afterwards."""
    sandbox.add_service("API", description="Main entry point")
    cli("start", "-s", "API", "--description", "Deploying 1.2")
    assert sandbox.service("API").description == "Deploying 1.2"
    assert cli("finish", "--outcome", "success").code == 0
    assert (sandbox.service("API").description, sandbox.status_of("API")) == ("Main entry point", "operational")


def test_description__empty_before__is_empty_again(sandbox: Sandbox, cli: Cli) -> None:
    """A service without a description has none afterwards."""
    sandbox.add_service("API", description="")
    cli("start", "-s", "API", "--description", "Deploying")
    cli("finish", "--outcome", "success")
    assert sandbox.service("API").description == ""


def test_description__kept_status__is_put_back_alone(sandbox: Sandbox, cli: Cli) -> None:
    """Where somebody else's status stands, the description is still ours to put back, and nothing else is sent."""
    sandbox.add_service("API", description="Own")
    cli("start", "-s", "API", "--description", "Deploying")
    sandbox.set_status("API", "down")
    cli("finish", "--outcome", "success")
    assert sandbox.writes[-1].json == {"description": "Own"}
    assert (sandbox.service("API").description, sandbox.status_of("API")) == ("Own", "down")


def test_description__written_by_somebody_else_meanwhile__is_left(sandbox: Sandbox, cli: Cli) -> None:
    """A description that is no longer ours is not put back over."""
    sandbox.add_service("API", description="Own")
    cli("start", "-s", "API", "--description", "Deploying")
    cli("set", "maintenance", "-s", "API", "--description", "A person wrote this")
    cli("finish", "--outcome", "success")
    assert (sandbox.service("API").description, sandbox.status_of("API")) == ("A person wrote this", "operational")
