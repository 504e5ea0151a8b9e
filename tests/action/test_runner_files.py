"""The runner's own files and streams: unusable ones are found before anything is changed, or change nothing."""

from __future__ import annotations

import html
from pathlib import Path

import pytest

from alert24_sandbox import Sandbox
from helpers.action_workflows import ChangedEnvironment, Workflow
from helpers.broken_streams import WAYS, BreakingExecutor
from helpers.github_runner import ProcessExecutor

pytestmark = [pytest.mark.runner, pytest.mark.slow]

BEFORE = ("operational", "degraded")
UNUSABLE = [None, "/nowhere/file", "/dev/full"]  # not provided, missing, full
FINISH = {"phase": "finish", "services": None, "state": "${{ needs.deploy.outputs.state }}"}


@pytest.mark.parametrize("path", UNUSABLE)
@pytest.mark.parametrize(("phase", "variable"), [("auto", "GITHUB_STATE"), ("start", "GITHUB_OUTPUT")])
def test_start__state_can_not_be_handed_over__refused_with_nothing_changed(
    tmp_path: Path, process_executor: ProcessExecutor, sandbox: Sandbox, phase: str, variable: str, path: str | None
) -> None:
    """Nobody could finish what was started, so nothing is started; the message names the way out."""
    workflow = Workflow(tmp_path, ChangedEnvironment(process_executor, "main", {variable: path}), sandbox)
    job = workflow.job()
    workflow.page(job, {"phase": phase})
    result = job.execute()
    assert (result.step("page").exit_code, result.post("page").exit_code, workflow.untouched()) == (2, 0, True)
    (message,) = result.step("page").messages("error")
    assert all(word in message for word in (variable, "Nothing was changed", "Forgejo", "act_runner", "run`"))
    assert variable in html.unescape(result.step("page").summary)


@pytest.mark.parametrize("path", UNUSABLE)
@pytest.mark.parametrize(("code", "status"), [(0, "operational"), (1, "down")])
def test_auto__outputs_can_not_be_set__deployment_counts(
    tmp_path: Path, process_executor: ProcessExecutor, sandbox: Sandbox, path: str | None, code: int, status: str
) -> None:
    """Outputs are for later steps: the page doesn't depend on them."""
    workflow = Workflow(tmp_path, ChangedEnvironment(process_executor, "main", {"GITHUB_OUTPUT": path}), sandbox)
    job = workflow.job()
    workflow.page(job)
    job.run(lambda _: code, id="deploy")
    result = job.execute()
    assert (result.step("page").exit_code, result.post("page").exit_code) == (0, 0)
    assert workflow.statuses() == (status, status)
    assert len(result.step("page").messages("warning")) == (1 if path else 0)


@pytest.mark.parametrize("path", UNUSABLE)
@pytest.mark.parametrize("in_post", [True, False])
def test_end__no_file_is_usable__page_is_right(
    tmp_path: Path, process_executor: ProcessExecutor, sandbox: Sandbox, in_post: bool, path: str | None
) -> None:
    """After post, or after a finish in a later job, nobody reads what it saves."""
    changes = dict.fromkeys(("GITHUB_STATE", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"), path)
    workflow = Workflow(tmp_path, ChangedEnvironment(process_executor, "post", changes), sandbox)
    first = workflow.job(outputs={"state": "${{ steps.page.outputs.state }}"})
    workflow.page(first, {"phase": "auto" if in_post else "start"})
    deployed = first.execute()
    if in_post:
        assert (deployed.post("page").exit_code, workflow.statuses()) == (0, ("operational", "operational"))
        return
    workflow.executor = ChangedEnvironment(process_executor, "main", {"GITHUB_OUTPUT": path})
    second = workflow.job(needs={"deploy": deployed})
    workflow.page(second, {**FINISH, "outcome": "failure"})
    assert (second.execute().step("page").exit_code, workflow.statuses()) == (0, ("down", "down"))


def test_finish__in_the_starting_job__takes_the_jobs_status(
    tmp_path: Path, process_executor: ProcessExecutor, sandbox: Sandbox
) -> None:
    """Without an outcome, the job that started the deployment knows how it went."""
    workflow = Workflow(tmp_path, process_executor, sandbox)
    job = workflow.job()
    workflow.page(job, {"phase": "start"})
    job.run(lambda _: 1, id="deploy")
    workflow.page(job, {**FINISH, "state": "${{ steps.page.outputs.state }}"}, id="end", if_="always()")
    assert (job.execute().step("end").exit_code, workflow.statuses()) == (0, ("down", "down"))


def test_finish__in_a_job_with_the_same_id__asks_for_the_outcome(
    tmp_path: Path, process_executor: ProcessExecutor, sandbox: Sandbox
) -> None:
    """Jobs of two reusable workflows, or of a matrix, share their id: the other one's success says nothing."""
    workflow = Workflow(tmp_path, process_executor, sandbox)
    first = workflow.job(outputs={"state": "${{ steps.page.outputs.state }}"})
    workflow.page(first, {"phase": "start"})
    second = workflow.job(needs={"deploy": first.execute()})
    workflow.page(second, FINISH)
    page = second.execute().step("page")
    assert (page.exit_code, workflow.statuses()) == (2, ("maintenance", "maintenance"))
    assert "started in another job" in page.messages("error")[0]


@pytest.mark.parametrize("event", ["pull_request", "pull_request_review", "pull_request_review_comment"])
def test_fork__each_event__succeeds_with_a_notice(
    tmp_path: Path, process_executor: ProcessExecutor, sandbox: Sandbox, event: str
) -> None:
    """Every event of a fork's pull request runs without the key: that is told, and the job goes on."""
    repositories = {"head": {"repo": {"full_name": "someone/shop"}}, "base": {"repo": {"full_name": "octo/shop"}}}
    workflow = Workflow(tmp_path, process_executor, sandbox)
    job = workflow.job(secrets={}, event={"pull_request": repositories}, github={"event_name": event})
    workflow.page(job)
    result = job.execute()
    assert (result.status, workflow.untouched()) == ("success", True)
    assert result.step("page").messages("notice")


@pytest.mark.parametrize(("code", "status"), [(0, "operational"), (1, "down")])
@pytest.mark.parametrize("how", WAYS)
def test_auto__log_is_broken__page_is_right(
    tmp_path: Path, programs: Path, sandbox: Sandbox, how: str, code: int, status: str
) -> None:
    """Neither stage needs anybody to read what it prints."""
    workflow = Workflow(tmp_path, BreakingExecutor(programs, how), sandbox)
    job = workflow.job(debug=True)
    workflow.page(job)
    job.run(lambda _: code, id="deploy")
    result = job.execute()
    assert (result.step("page").exit_code, result.post("page").exit_code) == (0, 0)
    assert workflow.statuses() == (status, status)
    assert result.step("page").outputs["changed"] == "true"


@pytest.mark.parametrize("how", WAYS)
def test_auto__log_is_broken_and_a_mistake__keeps_its_code(
    tmp_path: Path, programs: Path, sandbox: Sandbox, how: str
) -> None:
    """The summary still says what is wrong."""
    workflow = Workflow(tmp_path, BreakingExecutor(programs, how), sandbox)
    job = workflow.job()
    workflow.page(job, {"services": "Nobody"})
    result = job.execute()
    assert (result.step("page").exit_code, workflow.untouched()) == (3, True)
    assert "'Nobody'" in html.unescape(result.step("page").summary)
