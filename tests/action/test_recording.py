"""What the action tells Alert24 of a deployment, however it ends, and what it says about others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from alert24_sandbox import Sandbox
from helpers.action_workflows import Workflow, silent
from helpers.github_runner import RunningStep
from helpers.github_runner.executors import Executor

ONE = {"services": "Payments API"}
RECORDED = {**ONE, "record-change": "true", "incident-on-failure": "true"}
FAILED = ("Deployment failed", "deployment", "outcome:failure")


@pytest.fixture
def workflow(tmp_path: Path, executor: Executor, sandbox: Sandbox) -> Workflow:
    """Jobs that change the sandbox's services, with each executor in turn."""
    return Workflow(tmp_path, executor, sandbox)


@pytest.mark.parametrize(
    ("deploy", "rollback", "expected", "incidents"),
    [
        (lambda _: 0, None, ("Deployment succeeded", "deployment", "outcome:success"), []),
        (lambda _: 1, None, FAILED, ["open"]),
        (RunningStep.cancel, None, ("Deployment was cancelled", "deployment", "outcome:cancelled"), []),
        (lambda _: 1, 0, ("Deployment failed and was rolled back", "rollback", "outcome:failure"), []),
        (lambda _: 1, 1, FAILED, ["open"]),
    ],
    ids=["success", "failure", "cancelled", "rolled back", "rollback failed"],
)
def test_post__however_the_job_ends__records_it(
    workflow: Workflow,
    deploy: Callable[[RunningStep], int],
    rollback: int | None,
    expected: tuple[str, str, str],
    incidents: list[str],
) -> None:
    """Failed and cancelled deployments are changes, too, and one that was rolled back is of that type."""
    job = workflow.job()
    workflow.page(job, {**RECORDED, "rollback-outcome": "${{ steps.undo.outcome }}"})
    job.run(deploy, id="deploy")
    if rollback is not None:
        job.run(lambda _: rollback, id="undo", if_="failure()")
    result = job.execute()
    begin, end = (each.fields for each in workflow.sandbox.changes)
    assert (begin["summary"], begin["change_type"], begin["source"]) == (
        "Deployment started",
        "deployment",
        "github_actions",
    )
    summary, change_type, outcome = expected
    assert (str(end["summary"]).partition(" after ")[0], end["change_type"]) == (summary, change_type)
    assert outcome in end["tags"]  # type: ignore[operator]
    assert begin["external_id"] == end["external_id"]
    assert [each.fields["status"] for each in workflow.sandbox.incidents] == incidents
    assert silent(result)


def test_overlap__recorded__the_first_post_waits_and_names_the_run(workflow: Workflow) -> None:
    """Whoever leaves the page in maintenance warns with the other run's id and link; the last one ends it."""
    other = workflow.job(github={"run_id": "7"})
    workflow.page(other, {**RECORDED, "phase": "start"})
    assert other.execute().step("page").conclusion == "success"
    job = workflow.job()
    workflow.page(job, RECORDED)
    (warning,) = job.execute().post("page").messages("warning")
    assert "'Payments API' stays in maintenance, because another deployment still runs: github-7-" in warning
    assert "/actions/runs/7)" in warning
    assert workflow.statuses()[0] == "maintenance"


def test_overlap__not_recorded__notices_of_both(workflow: Workflow) -> None:
    """Without records, an annotation says that maintenance was taken over, and another that it may have ended early."""
    first, second = workflow.job(), workflow.job()
    workflow.page(first, {**ONE, "phase": "start"})
    first.execute()
    workflow.page(second, ONE)
    result = second.execute()
    (taken_over,) = result.step("page").messages("notice")
    assert "'Payments API' was in maintenance already, which somebody else set" in taken_over
    (ended_early,) = result.post("page").messages("notice")
    assert "`record-change` lets deployments wait for each other" in ended_early
    assert workflow.statuses()[0] == "operational"


def test_key_without_the_right__warnings_that_name_the_scope(
    tmp_path: Path, executor: Executor, sandbox: Sandbox
) -> None:
    """A key with the scope `services` alone sets the statuses, and the job succeeds."""
    workflow = Workflow(tmp_path, executor, sandbox, scopes=("services",))
    job = workflow.job()
    workflow.page(job, RECORDED)
    result = job.execute()
    for stage in (result.step("page"), result.post("page")):
        assert stage.conclusion == "success"
        assert any("Create a key with the `write` scope" in each for each in stage.messages("warning"))
    assert workflow.statuses()[0] == "operational"


def test_finish__in_another_job__records_as_start_did(workflow: Workflow) -> None:
    """The state remembers what is recorded, and in which lane, so that a later success resolves the incident."""
    for outcome in ("failure", "success"):
        start = workflow.job(outputs={"state": "${{ steps.page.outputs.state }}"}, name="start")
        workflow.page(start, {**RECORDED, "phase": "start"})
        finish = workflow.job(needs={"deploy": start.execute()}, name=f"after-{outcome}")
        state = {"phase": "finish", "services": None, "state": "${{ needs.deploy.outputs.state }}"}
        workflow.page(finish, {**state, "outcome": outcome})
        assert finish.execute().step("page").conclusion == "success"
    assert len(workflow.sandbox.changes) == 4
    assert [each.fields["status"] for each in workflow.sandbox.incidents] == ["resolved"]
