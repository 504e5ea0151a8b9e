"""`phase: event` as a step of a job, however its stages are run: nothing but the event connects start and finish."""

from __future__ import annotations

from pathlib import Path

import pytest

from alert24_sandbox import Sandbox
from helpers.action_workflows import Workflow, silent
from helpers.ci_api import GitHubApi, Item
from helpers.github_runner import StepResult
from helpers.github_runner.executors import Executor

HOSTILE = "Preview\n::error::pwned\n##[error]pwned\r::set-output name=changed::true"


@pytest.fixture
def workflow(tmp_path: Path, executor: Executor, sandbox: Sandbox) -> Workflow:
    """Jobs that change the sandbox's two services, with each executor in turn."""
    return Workflow(tmp_path, executor, sandbox)


def step_for(workflow: Workflow, github: GitHubApi, event: Item) -> StepResult:
    """Run a job for an event, with the job's own token."""
    context = {"event_name": "deployment_status", "api_url": github.url}
    job = workflow.job(event=event, github=context)
    workflow.page(job, {"phase": "event", "github-token": "${{ github.token }}"})
    result = job.execute()
    assert silent(result)
    assert result.post("page").conclusion == "success"
    return result.step("page")


def test_event__a_deployment__two_jobs(workflow: Workflow, github: GitHubApi) -> None:
    """One job starts, another one finishes; a late one for the start's status changes nothing."""
    started = github.deploy(42, "in_progress")
    assert step_for(workflow, github, started).outputs["changed"] == "true"
    assert workflow.statuses() == ("maintenance", "maintenance")
    step = step_for(workflow, github, github.deploy(42, "failure"))
    assert (step.outputs["changed"], workflow.statuses()) == ("true", ("down", "down"))
    assert "the deployment failed" in step.summary
    late = step_for(workflow, github, started)
    assert (late.outputs["changed"], workflow.statuses()) == ("false", ("down", "down"))
    assert "a deployment's status" in late.summary


def test_event__hostile_environment__commands_nothing(workflow: Workflow, github: GitHubApi) -> None:
    """What a platform calls an environment is shown as text, in the log and in the summary."""
    step = step_for(workflow, github, github.deploy(42, "in_progress", environment=HOSTILE))
    assert (step.conclusion, step.outputs["changed"], step.messages("error")) == ("success", "false", [])
    assert "Nothing was changed" in "\n".join(step.log)
    assert workflow.untouched()
