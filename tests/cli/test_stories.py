"""The stories of a deployment, told against the sandbox."""

from __future__ import annotations

import pytest

from alert24_sandbox import Sandbox
from helpers.background import background
from helpers.cli import Cli
from helpers.results import state_in

ENDINGS = [
    (["success"], "operational"),
    (["failure"], "down"),
    (["failed"], "down"),
    (["timedout"], "down"),
    (["cancelled"], "degraded"),
    (["canceled"], "degraded"),
    (["skipped"], "degraded"),
    (["failure", "--rollback-outcome", "success"], "degraded"),
    (["failure", "--rollback-outcome", "failure"], "down"),
    (["success", "--rollback-outcome", "success"], "operational"),
]


@pytest.mark.parametrize(("words", "after"), ENDINGS, ids=[" ".join(words) for words, _ in ENDINGS])
def test_deployment__each_outcome__leaves_the_status_it_deserves(
    sandbox: Sandbox, cli: Cli, words: list[str], after: str
) -> None:
    """From degraded through maintenance to what the outcome deserves; skipped and rolled back put degraded back."""
    sandbox.add_service("Payments API", status="degraded")
    assert cli("start", "-s", "Payments API").code == 0
    assert sandbox.status_of("Payments API") == "maintenance"
    assert cli("finish", "--outcome", *words).code == 0
    assert sandbox.status_of("Payments API") == after
    assert state_in(cli.folder)["stage"] == "finished"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["sucess"], "'sucess' is not a valid outcome, so it counts as failure. Did you mean 'success'?"),
        (["passed"], "'passed' is not a valid outcome, so it counts as failure. Use success, failure"),
        (["failure", "--rollback-outcome", "sucess"], "'sucess' is not a valid outcome, so it counts as failure."),
    ],
)
def test_finish__mistyped_outcome__writes_and_exits_2(sandbox: Sandbox, cli: Cli, words: list[str], says: str) -> None:
    """A typo is never silent: the page is put right first, and the nearest word is suggested."""
    sandbox.add_service("API")
    cli("start", "-s", "API")
    result = cli("finish", "--outcome", *words)
    result.says("Warning:", says)
    assert (result.code, sandbox.status_of("API")) == (2, "down")
    assert cli("finish", "--outcome", "success").code == 0


def test_finish__auto__reads_gitlabs_word(sandbox: Sandbox, cli: Cli) -> None:
    """Without an outcome, CI_JOB_STATUS tells how the job ended."""
    sandbox.add_service("API")
    cli("start", "-s", "API")
    assert cli("finish", env={"CI_JOB_STATUS": "canceled"}).code == 0
    assert sandbox.status_of("API") == "degraded"


def test_finish__second_time__changes_nothing(sandbox: Sandbox, cli: Cli) -> None:
    """A second finish of the same state sends nothing, says so, and exits 0, whatever its outcome."""
    sandbox.add_service("API")
    cli("start", "-s", "API")
    cli("finish", "--outcome", "success")
    sandbox.clear_requests()
    result = cli("finish", "--outcome", "failure")
    result.says("finished before (success)", "nothing was changed")
    assert (result.code, sandbox.requests) == (0, [])


def test_finish__services_without_state__writes_by_the_outcome(sandbox: Sandbox, cli: Cli) -> None:
    """Where start's file is gone, the services may be named again."""
    sandbox.add_service("API", status="maintenance")
    assert cli("finish", "--outcome", "success", "-s", "API").code == 0
    assert sandbox.status_of("API") == "operational"


def test_finish__neither_state_nor_services__is_wrong_use(cli: Cli) -> None:
    """There is nothing to go by, and the message says what to do."""
    result = cli("finish", "--outcome", "success")
    result.says("there is no state file", "no service is named", "--state", "--service")
    assert result.code == 2


@pytest.mark.parametrize("outcome", ["cancelled", "skipped"])
def test_down_before__deployment_is_cancelled_or_skipped__stays_down(sandbox: Sandbox, cli: Cli, outcome: str) -> None:
    """A deployment that did not come to its end makes nothing better."""
    sandbox.add_service("API", status="down")
    cli("start", "-s", "API")
    assert (cli("finish", "--outcome", outcome).code, sandbox.status_of("API")) == (0, "down")


def test_down_before__start_fails_while_a_monitor_sets_operational__the_monitor_stands(
    sandbox: Sandbox, cli: Cli
) -> None:
    """Start restores its own maintenance alone, and nothing that somebody else has reported since."""
    sandbox.add_service("API", id="svc-api", status="down")
    sandbox.add_service("Web", id="svc-web", status="down")
    hold = sandbox.hold(method="PUT", path="svc-web")
    sandbox.fail(1, 404, method="PUT", path="svc-web")
    with background(lambda: cli("start", "-s", "API", "-s", "Web", "--concurrency", "1")) as start:
        hold.wait_until_reached()
        sandbox.set_status("API", "operational")
        hold.release()
    assert (start.result().code, sandbox.status_of("API"), sandbox.status_of("Web")) == (3, "operational", "down")
    assert cli("finish", "--outcome", "failure").code == 0
    assert (sandbox.status_of("API"), sandbox.status_of("Web")) == ("operational", "down")


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
