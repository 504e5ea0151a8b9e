"""A workflow of three jobs: what ends the deploying job, and what "Re-run jobs" repeats."""

from __future__ import annotations

from collections.abc import Callable
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


def finished(
    workflow: Workflow, start: JobResult, script: Callable[[RunningStep], int | None] | str, attempt: int = 1
) -> JobResult:
    """Run the jobs that deploy and that finish, in an attempt of the same run."""
    github = {"run_attempt": str(attempt)}
    deploy = workflow.job(github=dict(github))
    deploy.run(script, id="deploy", timeout=0.2 if isinstance(script, str) else None)
    finish = workflow.job(name="finish", github=dict(github), needs={"start": start, "deploy": deploy.execute()})
    workflow.page(finish, FINISH, if_="always()")
    return finish.execute()


def succeeds(_: RunningStep) -> int:
    """A deployment that succeeds."""
    return 0


def fails(_: RunningStep) -> int:
    """A deployment that fails."""
    return 1


@pytest.mark.parametrize(
    ("script", "after"), [(RunningStep.cancel, "degraded"), ("exec sleep 30", "down")], ids=["cancelled", "step"]
)
def test_deploying_job__cancelled_or_out_of_time__page_follows(
    workflow: Workflow, script: Callable[[RunningStep], None] | str, after: str
) -> None:
    """A job out of time has the result `cancelled`, a step out of time `failure`; the last job runs all the same."""
    assert finished(workflow, started(workflow), script).status == "success"
    assert workflow.statuses() == (after, after)


@pytest.mark.parametrize(
    ("with_", "code", "after"), [(FINISH, 2, "maintenance"), ({"phase": "finish"}, 0, "down")], ids=["none", "services"]
)
def test_state_output__lost__only_services_that_are_named_are_finished(
    workflow: Workflow, with_: dict[str, str | None], code: int, after: str
) -> None:
    """Without the state and without services, nobody knows which page to put right: that fails the job."""
    started(workflow)
    finish = workflow.job(name="finish")
    workflow.page(finish, {**with_, "state": "", "outcome": "failure"})
    assert (finish.execute().step("page").exit_code, workflow.statuses()) == (code, (after, after))


def test_rerun_failed_jobs__second_attempt_succeeds__page_is_operational(workflow: Workflow) -> None:
    """The `down` is the first attempt's own, and the log says so instead of blaming somebody else."""
    start = started(workflow)
    assert finished(workflow, start, fails).status == "success"
    assert workflow.statuses() == ("down", "down")
    second = finished(workflow, start, succeeds, attempt=2)
    assert (second.status, workflow.statuses()) == ("success", ("operational", "operational"))
    assert "an earlier attempt of this run set that" in second.log
    assert "someone else" not in second.log


def test_rerun_failed_jobs__a_monitor_is_down__its_service_stays_down_and_is_annotated(workflow: Workflow) -> None:
    """A success hides no outage: the service that is watched keeps `down`, and the run shows why and what to do."""
    sandbox = workflow.sandbox
    monitor = sandbox.add_monitor("Payments API", "Payments check")
    start = started(workflow)
    finished(workflow, start, fails)
    sandbox.run_check(monitor, up=False)
    second = finished(workflow, start, succeeds, attempt=2)
    assert workflow.statuses() == ("down", "operational")
    (warning, *_) = second.step("page").messages("warning")
    assert "'Payments API' stays 'down'" in warning
    assert f"alert24-deploy set operational -s {sandbox.service('Payments API').id}" in warning


@pytest.mark.parametrize("script", [fails, succeeds])
def test_rerun__same_outcome__page_stays(workflow: Workflow, script: Callable[[RunningStep], int]) -> None:
    """Nothing better comes of a second failure, and whoever re-runs the last job alone gets the same page."""
    start = started(workflow)
    for attempt in (1, 2):
        finished(workflow, start, script, attempt)
    assert set(workflow.statuses()) == {"down" if script is fails else "operational"}


def test_rerun_all_jobs__starts_anew__and_ends_by_its_own_outcome(workflow: Workflow) -> None:
    """The second attempt's start finds the `down` of the first one, and its success ends it."""
    for attempt, script in enumerate((fails, succeeds), 1):
        finished(workflow, started(workflow), script, attempt)
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
