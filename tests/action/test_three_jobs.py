"""A workflow of three jobs: what ends the deploying job, and what "Re-run jobs" repeats."""

from __future__ import annotations

from pathlib import Path

import pytest

from alert24_sandbox import Sandbox
from helpers.action_workflows import Workflow
from helpers.github_runner import JobResult, ProcessExecutor, RunningStep

pytestmark = pytest.mark.runner
FINISH = {
    "phase": "finish",
    "services": None,
    "state": "${{ needs.start.outputs.state }}",
    "outcome": "${{ needs.deploy.result }}",
}


@pytest.fixture
def workflow(tmp_path: Path, process_executor: ProcessExecutor, sandbox: Sandbox) -> Workflow:
    """Jobs that change the sandbox's two services."""
    return Workflow(tmp_path, process_executor, sandbox)


def started(workflow: Workflow) -> JobResult:
    """Run the job that starts the deployment, in attempt 1."""
    job = workflow.job(name="start", outputs={"state": "${{ steps.page.outputs.state }}"})
    workflow.page(job, {"phase": "start"})
    return job.execute()


def finished(workflow: Workflow, start: JobResult, code: int, attempt: int) -> JobResult:
    """Run the jobs that deploy and that finish, in an attempt of the same run."""
    github = {"run_attempt": str(attempt)}
    deploy = workflow.job(github=dict(github))
    deploy.run(lambda _: code, id="deploy")
    finish = workflow.job(name="finish", github=dict(github), needs={"start": start, "deploy": deploy.execute()})
    workflow.page(finish, FINISH, if_="always()")
    return finish.execute()


def test_deploying_job__cancelled_or_out_of_time__page_is_degraded(workflow: Workflow) -> None:
    """Both have the result `cancelled`; the last job runs all the same."""
    start = started(workflow)
    deploy = workflow.job()
    deploy.run(RunningStep.cancel, id="deploy")
    finish = workflow.job(name="finish", needs={"start": start, "deploy": deploy.execute()})
    workflow.page(finish, FINISH, if_="always()")
    assert (finish.execute().status, workflow.statuses()) == ("success", ("degraded", "degraded"))


def test_step_of_the_deploying_job__out_of_time__page_is_down(workflow: Workflow) -> None:
    """A step's `timeout-minutes` is a failure."""
    start = started(workflow)
    deploy = workflow.job()
    deploy.run("exec sleep 30", id="deploy", timeout=0.2)
    finish = workflow.job(name="finish", needs={"start": start, "deploy": deploy.execute()})
    workflow.page(finish, FINISH, if_="always()")
    finish.execute()
    assert workflow.statuses() == ("down", "down")


def test_state_output__lost__finish_says_what_to_name(workflow: Workflow) -> None:
    """Without the state and without services, nobody knows which page to put right: that fails the job."""
    started(workflow)
    finish = workflow.job(name="finish")
    workflow.page(finish, {**FINISH, "state": "", "outcome": "failure"})
    assert (finish.execute().step("page").exit_code, workflow.statuses()) == (2, ("maintenance", "maintenance"))


def test_state_output__lost_but_services_named__goes_by_the_outcome(workflow: Workflow) -> None:
    """With the services in the last job, too, the outcome decides."""
    started(workflow)
    finish = workflow.job(name="finish")
    workflow.page(finish, {"phase": "finish", "outcome": "failure"})
    assert (finish.execute().step("page").exit_code, workflow.statuses()) == (0, ("down", "down"))


def test_rerun_failed_jobs__second_attempt_succeeds__page_is_operational(workflow: Workflow) -> None:
    """The `down` is the first attempt's own, and the log says so instead of blaming somebody else."""
    start = started(workflow)
    assert finished(workflow, start, 1, attempt=1).status == "success"
    assert workflow.statuses() == ("down", "down")
    second = finished(workflow, start, 0, attempt=2)
    assert (second.status, workflow.statuses()) == ("success", ("operational", "operational"))
    assert "an earlier attempt of this run set that" in second.log
    assert "someone else" not in second.log


def test_rerun_failed_jobs__a_monitor_is_down__its_service_stays_down_and_is_annotated(workflow: Workflow) -> None:
    """A success hides no outage: the service that is watched keeps `down`, and the run shows why and what to do."""
    sandbox = workflow.sandbox
    monitor = sandbox.add_monitor("Payments API", "Payments check")
    start = started(workflow)
    finished(workflow, start, 1, attempt=1)
    sandbox.run_check(monitor, up=False)
    second = finished(workflow, start, 0, attempt=2)
    assert workflow.statuses() == ("down", "operational")
    (warning, *_) = second.step("page").messages("warning")
    assert "'Payments API' stays 'down'" in warning
    assert f"alert24-deploy set operational -s {sandbox.service('Payments API').id}" in warning


def test_rerun_failed_jobs__fails_again__page_stays_down(workflow: Workflow) -> None:
    """Nothing better comes of a second failure."""
    start = started(workflow)
    for attempt in (1, 2):
        finished(workflow, start, 1, attempt=attempt)
    assert workflow.statuses() == ("down", "down")


def test_rerun_of_the_finish_job__first_one_worked__changes_nothing(workflow: Workflow) -> None:
    """Whoever presses "Re-run" on the last job alone gets the same page."""
    start = started(workflow)
    for attempt in (1, 2):
        finished(workflow, start, 0, attempt=attempt)
    assert workflow.statuses() == ("operational", "operational")


def test_rerun_all_jobs__starts_anew__and_ends_by_its_own_outcome(workflow: Workflow) -> None:
    """The second attempt's start finds the `down` of the first one, and its success ends it."""
    finished(workflow, started(workflow), 1, attempt=1)
    finished(workflow, started(workflow), 0, attempt=2)
    assert workflow.statuses() == ("operational", "operational")


@pytest.mark.parametrize(
    "inputs", [{"api-key": "ak_live_" + "0" * 32}, {"on-success": "fine"}, {"api-key": None}], ids=str
)
def test_finish__mistake__names_what_is_still_in_maintenance(workflow: Workflow, inputs: dict[str, str | None]) -> None:
    """`Nothing was changed` alone would be taken for good news, in an annotation above all."""
    finish = workflow.job(name="finish", secrets={}, needs={"start": started(workflow)})
    workflow.page(finish, {**FINISH, "outcome": "success", "api-key": workflow.key, **inputs})
    (error, *_) = finish.execute().step("page").messages("error")
    assert "'Payments API' and 'Shop, front' are still in maintenance" in error
    assert "alert24-deploy set operational -s" in error
