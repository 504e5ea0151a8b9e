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


def test_description__is_set_and_put_back(sandbox: Sandbox, cli: Cli) -> None:
    """--description shows ours during the deployment and the service's own afterwards."""
    sandbox.add_service("API", description="Main entry point")
    cli("start", "-s", "API", "--description", "Deploying 1.2")
    assert sandbox.service("API").description == "Deploying 1.2"
    assert cli("finish", "--outcome", "success").code == 0
    assert (sandbox.service("API").description, sandbox.status_of("API")) == ("Main entry point", "operational")
