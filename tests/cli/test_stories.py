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


def test_deployment__unknown_outcome__counts_as_failure_with_a_warning(sandbox: Sandbox, cli: Cli) -> None:
    """A word that nobody knows is never taken for success."""
    sandbox.add_service("API")
    cli("start", "-s", "API")
    result = cli("finish", "--outcome", "passed")
    result.says("Warning:", "'passed'", "counts as failure")
    assert (result.code, sandbox.status_of("API")) == (2, "down")


@pytest.mark.parametrize(("word", "near"), [("sucess", "success"), ("cancelledd", "cancelled"), ("fail", "failed")])
def test_finish__mistyped_outcome__writes_and_exits_2(sandbox: Sandbox, cli: Cli, word: str, near: str) -> None:
    """A typo is never silent: the page is put right first, and the nearest word is suggested."""
    sandbox.add_service("API")
    cli("start", "-s", "API")
    result = cli("finish", "--outcome", word)
    result.says("Warning:", f"'{word}'", f"Did you mean '{near}'?")
    assert (result.code, sandbox.status_of("API")) == (2, "down")
    assert cli("finish", "--outcome", "success").code == 0


def test_finish__mistyped_rollback_outcome__exits_2(sandbox: Sandbox, cli: Cli) -> None:
    """A rollback whose outcome can't be read counts as none."""
    sandbox.add_service("API")
    cli("start", "-s", "API")
    result = cli("finish", "--outcome", "failure", "--rollback-outcome", "sucess")
    result.says("Warning:", "'sucess'", "Did you mean 'success'?")
    assert (result.code, sandbox.status_of("API")) == (2, "down")


def test_finish__auto_in_a_jobs_own_script__writes_nothing(sandbox: Sandbox, cli: Cli) -> None:
    """GitLab says `running` there: how the job ends is not known yet."""
    sandbox.add_service("API")
    cli("start", "-s", "API")
    result = cli("finish", env={"CI_JOB_STATUS": "running"})
    result.says("after_script", "'API' is still in maintenance")
    assert (result.code, sandbox.status_of("API")) == (2, "maintenance")


def test_finish__auto__reads_gitlabs_word(sandbox: Sandbox, cli: Cli) -> None:
    """Without an outcome, CI_JOB_STATUS tells how the job ended."""
    sandbox.add_service("API")
    cli("start", "-s", "API")
    assert cli("finish", env={"CI_JOB_STATUS": "canceled"}).code == 0
    assert sandbox.status_of("API") == "degraded"


def test_finish__auto_without_the_variable__says_so_and_leaves_maintenance(sandbox: Sandbox, cli: Cli) -> None:
    """Outside GitLab the outcome has to be given."""
    sandbox.add_service("API")
    cli("start", "-s", "API")
    result = cli("finish")
    result.says("--outcome is auto", "CI_JOB_STATUS", "still in maintenance", "success, failure, cancelled or skipped")
    assert (result.code, sandbox.status_of("API")) == (2, "maintenance")


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


def test_policy__given_to_start__is_remembered_and_finishs_own_wins(sandbox: Sandbox, cli: Cli) -> None:
    """Options --on-... of start hold at finish, unless finish is given others."""
    for name in ("A", "B"):
        sandbox.add_service(name)
    cli("start", "-s", "A", "--on-failure", "degraded", "--state", "a.json")
    cli("start", "-s", "B", "--on-failure", "degraded", "--state", "b.json")
    cli("finish", "--outcome", "failure", "--state", "a.json")
    cli("finish", "--outcome", "failure", "--on-failure", "operational", "--state", "b.json")
    assert [sandbox.status_of(name) for name in ("A", "B")] == ["degraded", "operational"]


def test_finish__on_success_maintenance__leaves_it_there_without_a_write(sandbox: Sandbox, cli: Cli) -> None:
    """`maintenance` as the target means that finish keeps its hands off."""
    sandbox.add_service("API")
    cli("start", "-s", "API")
    sandbox.clear_requests()
    assert cli("finish", "--outcome", "success", "--on-success", "maintenance").code == 0
    assert (sandbox.status_of("API"), sandbox.writes) == ("maintenance", [])


def test_set__by_name__writes_now(sandbox: Sandbox, cli: Cli) -> None:
    """`set` writes one status to each service named."""
    for name in ("A", "B"):
        sandbox.add_service(name)
    result = cli("set", "degraded", "-s", "a", "-s", "B")
    result.says("A: operational -> degraded", "B: operational -> degraded")
    assert (result.code, [service.status for service in sandbox.services]) == (0, ["degraded", "degraded"])


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
