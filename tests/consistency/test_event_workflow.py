"""The workflow for deployments that another platform reports, and what Argo CD is told to report."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from pytest_httpserver import HTTPServer

from helpers.ci_api import GitHubApi, Item
from helpers.github_runner import ProcessExecutor

from .stage import EXAMPLES, Stage
from .workflow import Workflow

pytestmark = [pytest.mark.runner, pytest.mark.slow]
Run = Callable[..., str]


@pytest.fixture
def github(httpserver: HTTPServer) -> GitHubApi:
    """GitHub's API."""
    return GitHubApi(httpserver, "/api/v3")


@pytest.fixture
def run(stage: Stage, github: GitHubApi) -> Run:
    """Runs the workflow for an event, and returns the page's status."""
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    executor = ProcessExecutor(Path(sys.executable).parent, measured)
    context = {"api_url": github.url, "repository": "octo/shop", "event_name": "deployment_status"}
    stage.sandbox.add_service("Website")

    def start(event: Item, expected: str = "success") -> str:
        results = Workflow(stage, executor, "deployment-status.yml", github=context, event=event).run()
        assert results["page"].status == expected
        assert not results["page"].leaks
        return stage.sandbox.status_of("Website")

    return start


@pytest.mark.parametrize(("end", "after"), [("success", "operational"), ("failure", "degraded")])
def test_workflow__production__maintenance_and_the_final_status(
    run: Run, stage: Stage, github: GitHubApi, end: str, after: str
) -> None:
    """A failed build leaves what was there before, which the changes know."""
    stage.sandbox.set_status("Website", "degraded")
    shown = [run(github.deploy(42, state, environment="Production")) for state in ("pending", "in_progress", end)]
    assert shown == ["maintenance", "maintenance", after]
    assert len(stage.sandbox.changes) == 2


@pytest.mark.parametrize("environment", ["Preview", "Production 2", "staging"])
def test_workflow__any_other_environment__starts_no_job(run: Run, github: GitHubApi, environment: str) -> None:
    """No runner is needed for a preview."""
    assert run(github.deploy(42, "in_progress", environment=environment), "skipped") == "operational"


def test_argo_cd__its_reports__do_the_same(run: Run, github: GitHubApi) -> None:
    """Each trigger sends a template that is there, and their states are a start and two ends."""
    data = yaml.safe_load((EXAMPLES / "argo-cd" / "notifications.yaml").read_text())["data"]
    sent = [name for each in yaml.safe_load(data["trigger.github-deployment"]) for name in each["send"]]
    templates = [yaml.safe_load(data[f"template.{name}"])["github"]["deployment"] for name in sent]
    assert {f"template.{name}" for name in sent} == {key for key in data if key.startswith("template.")}
    shown = [run(github.deploy(42, each["state"], environment=each["environment"])) for each in templates]
    assert shown == ["maintenance", "operational", "operational"]
