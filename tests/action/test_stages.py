"""What a team sees of its deployments, told through the action: as processes, and as containers of the real image."""

from __future__ import annotations

import html
from collections.abc import Mapping
from pathlib import Path

import pytest

from alert24_sandbox import Sandbox
from helpers.action_workflows import Killable, Workflow, silent
from helpers.github_runner import RunningStep
from helpers.github_runner.executors import Executor

BEFORE = ("operational", "degraded")
DURING = ("maintenance", "maintenance")
# What the job that finishes knows: the state, and how the other job ended.
FINISH = {
    "phase": "finish",
    "services": None,
    "state": "${{ needs.deploy.outputs.state }}",
    "outcome": "${{ needs.deploy.result }}",
}


@pytest.fixture
def workflow(tmp_path: Path, executor: Executor, sandbox: Sandbox) -> Workflow:
    """Jobs that change the sandbox's two services, with each executor in turn."""
    return Workflow(tmp_path, executor, sandbox)


@pytest.mark.parametrize(
    ("with_", "code", "after"),
    [
        ({}, 0, ("operational", "operational")),
        ({}, 1, ("down", "down")),
        ({"on-success": "previous"}, 0, BEFORE),
        ({"on-failure": "degraded"}, 1, ("degraded", "degraded")),
    ],
)
def test_auto__job_ends__page_follows(
    workflow: Workflow, with_: Mapping[str, str], code: int, after: tuple[str, ...]
) -> None:
    """The page is in maintenance while the job deploys, and then shows how it ended."""
    seen: list[tuple[str, ...]] = []
    job = workflow.job()
    workflow.page(job, with_)
    job.run(workflow.noting(seen, code), id="deploy")
    result = job.execute()
    assert (seen, workflow.statuses()) == ([DURING], after)
    assert [result.step("page").conclusion, result.post("page").conclusion] == ["success", "success"]
    assert {tuple(request.json) for request in workflow.sandbox.writes} == {("status",)}
    assert silent(result)


def test_auto__cancelled__degraded(workflow: Workflow) -> None:
    """A cancelled job leaves the services degraded: nobody knows how far it got."""
    job = workflow.job()
    workflow.page(job)
    job.run(RunningStep.cancel, id="deploy")
    result = job.execute()
    assert (workflow.statuses(), result.status) == (("degraded", "degraded"), "cancelled")
    assert silent(result)


@pytest.mark.parametrize(("rollback", "after"), [(0, BEFORE), (1, ("down", "down"))])
def test_auto__rolled_back__previous_if_it_worked(workflow: Workflow, rollback: int, after: tuple[str, ...]) -> None:
    """Outcomes of later steps reach post: a rollback that worked brings the statuses of before."""
    job = workflow.job()
    outcomes = {"outcome": "${{ steps.deploy.outcome }}", "rollback-outcome": "${{ steps.rollback.outcome }}"}
    workflow.page(job, outcomes)
    job.run(lambda _: 1, id="deploy", continue_on_error=True)
    job.run(lambda _: rollback, id="rollback", if_="steps.deploy.outcome == 'failure'", continue_on_error=True)
    result = job.execute()
    assert (workflow.statuses(), result.status) == (after, "success")


def test_auto__outcome_of_a_step__wins_over_the_job(workflow: Workflow) -> None:
    """A job that fails after its deployment succeeded leaves the page operational."""
    job = workflow.job()
    workflow.page(job, {"outcome": "${{ steps.deploy.outcome }}"})
    job.run(lambda _: 0, id="deploy")
    job.run(lambda _: 1, id="report")
    result = job.execute()
    assert (workflow.statuses(), result.status) == (("operational", "operational"), "failure")


def test_auto__outputs_and_summary__tell_what_was_done(workflow: Workflow) -> None:
    """Later steps can ask what changed, and the run's page tells the story."""
    outputs = {"changed": "${{ steps.page.outputs.changed }}", "services": "${{ steps.page.outputs.services }}"}
    job = workflow.job(outputs=outputs)
    workflow.page(job)
    result = job.execute()
    assert (result.outputs["changed"], '"Shop, front"' in result.outputs["services"]) == ("true", True)
    summary = result.post("page").summary
    assert ("Payments API" in summary, "```mermaid\ngantt\n" in summary) == (True, True)
    last = [request.path for request in workflow.sandbox.requests if request.path.endswith("/status-pages")]
    assert last == [workflow.sandbox.requests[-1].path]


@pytest.mark.parametrize(
    ("with_", "told"),
    [
        ({"services": "Payment API"}, "there is no service 'Payment API'"),
        ({"on-failure": "broken"}, "'broken' is not a valid"),
    ],
)
def test_auto__mistake__stands_in_the_summary(workflow: Workflow, with_: Mapping[str, str], told: str) -> None:
    """Whoever opens the run's page reads there what is wrong, as in the annotation."""
    job = workflow.job()
    workflow.page(job, with_)
    page = job.execute().step("page")
    assert told in html.unescape(page.summary)
    assert any(told in text for text in page.messages("error"))


def test_auto__start_refused_half_way__page_as_before(workflow: Workflow) -> None:
    """A service that vanishes during start stops the job, with the page as it was; the summary says what was done."""
    workflow.sandbox.fail(1, 404, method="PUT", path=workflow.sandbox.service("Shop, front").id)
    job = workflow.job()
    workflow.page(job)
    job.run(lambda _: 0, id="deploy")
    result = job.execute()
    assert (workflow.statuses(), result.status) == (BEFORE, "failure")
    assert (result.step("page").exit_code, result.step("deploy").outcome) == (3, "skipped")
    assert result.post("page").conclusion == "success"
    summary = html.unescape(result.step("page").summary)
    assert ("was restored" in summary, "answered 404" in summary) == (True, True)
    assert silent(result)


def test_auto__monitor_says_down__stays_down(workflow: Workflow) -> None:
    """What a monitor found during the deployment isn't painted over by its success."""
    job = workflow.job()
    workflow.page(job)

    def outage(_: RunningStep) -> None:
        workflow.sandbox.set_status("Payments API", "down")

    job.run(outage, id="deploy")
    job.execute()
    assert workflow.statuses() == ("down", "operational")


@pytest.mark.parametrize("kills", [False, True], ids=["cancelled", "killed"])
def test_auto__cancelled_or_killed_during_start__post_restores(workflow: Workflow, kills: bool) -> None:
    """A start that ends between two writes has left word: post puts the page back, and nothing goes down."""
    killable, sandbox = Killable(workflow.executor), workflow.sandbox
    workflow.executor = killable
    first, second = (service.id for service in sandbox.services)
    held = sandbox.hold(method="PUT", path=second)
    job = workflow.job()
    workflow.page(job)

    def end() -> None:
        held.wait_until_reached(timeout=30)
        sandbox.wait_for(lambda: sandbox.status_of(first) == "maintenance", timeout=30)
        if kills:
            killable.kill()
            held.cut()
        else:
            job.cancel()

    result = job.execute_with(end)
    assert sandbox.status_of(first) == "operational"
    assert workflow.statuses() == BEFORE or not kills
    expected = "failure" if kills else "cancelled"
    assert (result.step("page").outcome, result.post("page").conclusion) == (expected, "success")
    assert "down" not in {event.after for event in sandbox.events}
    assert silent(result)


@pytest.mark.parametrize(("code", "after"), [(0, ("operational", "operational")), (1, ("down", "down"))])
def test_two_jobs__state_between__finish_by_result(workflow: Workflow, code: int, after: tuple[str, ...]) -> None:
    """One job starts, another finishes by the first one's result, with nothing but the state between them."""
    first = workflow.job(outputs={"state": "${{ steps.page.outputs.state }}"})
    workflow.page(first, {"phase": "start"})
    first.run(lambda _: code, id="deploy")
    deployed = first.execute()
    assert workflow.statuses() == DURING
    second = workflow.job(needs={"deploy": deployed})
    workflow.page(second, FINISH, if_="always()")
    finished = second.execute()
    assert workflow.statuses() == after
    assert silent(deployed, finished)


def test_two_jobs__start_failed__finish_writes_nothing(workflow: Workflow) -> None:
    """A deployment that never began doesn't turn the page down, in whatever job it is finished."""
    first = workflow.job(outputs={"state": "${{ steps.page.outputs.state }}"})
    workflow.page(first, {"phase": "start", "services": "Nobody"})
    deployed = first.execute()
    second = workflow.job(needs={"deploy": deployed})
    workflow.page(second, FINISH, if_="always()")
    finished = second.execute()
    assert (deployed.status, finished.status, workflow.untouched()) == ("failure", "success", True)


def test_set__one_status__is_set(workflow: Workflow) -> None:
    """A step may set a status by itself; post then has nothing to do."""
    job = workflow.job()
    workflow.page(job, {"phase": "set", "status": "degraded", "services": "Payments API"})
    result = job.execute()
    assert (workflow.statuses(), len(workflow.sandbox.writes)) == (("degraded", "degraded"), 1)
    assert result.status == "success"


def test_environment__odd_job__changes_nothing(workflow: Workflow, tmp_path: Path) -> None:
    """What a job sets for its own Pythons, or in the runner's own names, reaches neither stage."""
    job = workflow.job(env=_odd_environment(tmp_path))
    evil = job.directories.workspace / "evil"
    evil.mkdir()
    for module in ("sitecustomize", "requests", "json", "alert24_deploy", "startup"):
        (evil / f"{module}.py").write_text("raise SystemExit('hijacked')\n", "utf-8")
        (job.directories.workspace / f"{module}.py").write_text("raise SystemExit('hijacked')\n", "utf-8")
    job.env["PYTHONPATH"] = str(evil)
    job.env["PYTHONSTARTUP"] = str(evil / "startup.py")
    workflow.page(job)
    job.run(lambda _: 0, id="deploy")
    result = job.execute()
    assert (result.status, workflow.statuses()) == ("success", ("operational", "operational"))
    assert "hijacked" not in result.log
    assert silent(result)


def test_environment__misspelled_variable__is_annotated_once(workflow: Workflow) -> None:
    """A secret that signs nothing because of a typo in its name is reported by main, and not again by post."""
    job = workflow.job(env={"ALERT24_WEBHOOK_SECRT": "x", "ALERT24_REGION": "eu"})
    workflow.page(job)
    job.run(lambda _: 0, id="deploy")
    result = job.execute()
    told = "The environment variable ALERT24_WEBHOOK_SECRT is unknown and ignored. Did you mean ALERT24_WEBHOOK_SECRET?"
    assert (result.step("page").messages("warning"), result.post("page").messages("warning")) == ([told], [])
    assert result.status == "success"


def _odd_environment(tmp_path: Path) -> dict[str, str]:
    nowhere = dict.fromkeys(("GITHUB_EVENT_PATH", "HOME", "PYTHONHOME", "RUNNER_TEMP"), "/nowhere")
    github = {"ACTIONS": "false", "EVENT_NAME": "pull_request", "RUN_ID": "::error::no", "STATE": ""}
    python = {"INSPECT": "1", "IOENCODING": "ascii", "UTF8": "0"}
    return {
        **nowhere,
        **{f"GITHUB_{name}": value for name, value in github.items()},
        **{f"PYTHON{name}": value for name, value in python.items()},
        "GITHUB_OUTPUT": str(tmp_path / "lost"),
        "GITHUB_STEP_SUMMARY": "/dev/full",
        "INPUT_API-KEY": "not the key",
        "STATE_deployment": "{}",
    }


@pytest.mark.parametrize("debug", [False, True])
def test_key__echoed_by_the_server__is_nowhere(workflow: Workflow, debug: bool) -> None:
    """A key of which the runner wasn't told, in the error of a server that repeats it, is nowhere to be read."""
    workflow.sandbox.fail(None, 403, body={"error": {"type": "x", "message": f"Bad key {workflow.key}", "status": 403}})
    job = workflow.job(secrets={}, watched=[workflow.key], debug=debug)
    workflow.page(job, {"api-key": workflow.key})
    result = job.execute()
    assert (result.step("page").exit_code, result.status) == (3, "failure")
    assert silent(result)


def test_unreachable__at_finish__fails_the_job_only_then(workflow: Workflow) -> None:
    """By default a deployment goes on without the page, and a page left wrong fails the job at its end."""
    job = workflow.job()
    workflow.page(job, {"timeout": "1s"})

    def break_down(_: RunningStep) -> None:
        workflow.sandbox.fail(None, 503)

    job.run(break_down, id="deploy")
    result = job.execute()
    assert (result.step("page").conclusion, result.post("page").exit_code) == ("success", 4)
    assert (result.status, workflow.statuses()) == ("failure", DURING)
