"""`phase: reconcile` in a job: what it makes of another job's deployment, by the state that this job left."""

from __future__ import annotations

from pathlib import Path

import pytest

from alert24_sandbox import Sandbox
from helpers.action_workflows import Workflow, silent
from helpers.github_runner import JobResult
from helpers.github_runner.executors import Executor

START = {"phase": "start"}
RECONCILE = {"phase": "reconcile", "services": None, "state": "${{ needs.deploy.outputs.state }}"}


@pytest.fixture
def workflow(tmp_path: Path, executor: Executor, sandbox: Sandbox) -> Workflow:
    """Jobs that change the sandbox's two services, with each executor in turn."""
    return Workflow(tmp_path, executor, sandbox)


@pytest.fixture
def deployed(workflow: Workflow) -> JobResult:
    """A job that started a deployment, and that nobody finished."""
    job = workflow.job(outputs={"state": "${{ steps.page.outputs.state }}"})
    workflow.page(job, START)
    return job.execute()


@pytest.mark.parametrize(
    ("with_", "after"),
    [
        ({"outcome": "success"}, ("operational", "operational")),
        ({"outcome": "failure"}, ("down", "down")),
        ({"outcome": "failure", "on-failure": "previous"}, ("operational", "degraded")),
        ({}, ("degraded", "degraded")),
    ],
)
def test_reconcile__state_of_a_lost_job__as_finish_would(
    workflow: Workflow, deployed: JobResult, with_: dict[str, str], after: tuple[str, ...]
) -> None:
    """The job's own outcome counts if it is given, never the status of the job that reconciles."""
    job = workflow.job(needs={"deploy": deployed})
    workflow.page(job, {**RECONCILE, **with_})
    result = job.execute()
    assert (result.step("page").conclusion, workflow.statuses()) == ("success", after)
    assert result.step("page").outputs["changed"] == "true"
    assert "maintenance reconciled" in result.step("page").summary
    assert silent(result)


def test_reconcile__twice__writes_once(workflow: Workflow, deployed: JobResult) -> None:
    """The second time no service is in maintenance, whatever the old state says."""
    for changed in ("true", "false"):
        job = workflow.job(needs={"deploy": deployed})
        workflow.page(job, {**RECONCILE, "outcome": "success"})
        assert job.execute().step("page").outputs["changed"] == changed
    assert len(workflow.sandbox.writes) == 4


def test_reconcile__a_recorded_deployment__its_end_is_recorded_once(workflow: Workflow) -> None:
    """Nobody waits for a lost job whose maintenance has been ended; the state remembers that it records."""
    lost = workflow.job(outputs={"state": "${{ steps.page.outputs.state }}"})
    workflow.page(lost, {**START, "services": "Payments API", "record-change": "true"})
    deployed = lost.execute()
    for _ in range(2):
        job = workflow.job(needs={"deploy": deployed}, name="heal")
        workflow.page(job, {**RECONCILE, "outcome": "failure"})
        assert job.execute().step("page").conclusion == "success"
    begin, end = (each.fields for each in workflow.sandbox.changes)
    assert str(end["summary"]).startswith("Deployment failed after ")
    lane = [tag for tag in begin["tags"] if tag.startswith("lane:")]  # type: ignore[attr-defined]
    assert lane == ["lane:octo/shop / deploy"]
    assert set(lane) <= set(end["tags"])  # type: ignore[call-overload]


def test_reconcile__receivers__refused(workflow: Workflow) -> None:
    """A receiver can't be read, so nobody knows what to end."""
    job = workflow.job()
    workflow.page(
        job, {"phase": "reconcile", "api-key": None, "services": None, "webhook-urls": f"{workflow.sandbox.url}/x"}
    )
    step = job.execute().step("page")
    assert step.conclusion == "failure"
    assert "can't be reconciled" in step.messages("error")[0]
    assert workflow.untouched()
