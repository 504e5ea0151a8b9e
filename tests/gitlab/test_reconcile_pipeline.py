"""The last job of a pipeline in a real runner: it comes after a job that failed, and ends what that has left."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from alert24_sandbox import Sandbox
from helpers.ci_api import GitLabApi, gitlab_job
from helpers.key_watch import KeyWatch

from .pipelines import Project, install_runner

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

API = "Payments API"
PIPELINE = 287


def at(hours: float) -> str:
    """The time in so many hours, as GitLab writes it."""
    return (datetime.now(timezone.utc) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


@pytest.mark.parametrize(
    ("deploy", "status", "after"), [("true", "success", "operational"), ("false", "failed", "degraded")]
)
def test_post_job__nobody_finished__ends_the_maintenance(
    sandbox: Sandbox,
    api_key: str,
    httpserver: HTTPServer,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    key_watch: KeyWatch,
    deploy: str,
    status: str,
    after: str,
) -> None:
    """The job runs whatever became of the deployment, and asks GitLab about the job that deploys."""
    install_runner()
    sandbox.add_service(API)
    gitlab = GitLabApi(httpserver)
    job = gitlab_job(status=status, started_at=at(-1), finished_at=at(1))
    gitlab.add(job, id=PIPELINE, status="running", started_at=at(-1), finished_at=None)
    outside = tmp_path_factory.mktemp("outside")
    project = Project(tmp_path / "a project", "reconcile", key_watch, outside / "home", outside / "bin")
    project.install_tool()
    project.variables |= {"ALERT24_API_URL": sandbox.url, "ALERT24_API_KEY": api_key, "DEPLOY": deploy}
    project.variables |= {**gitlab.environ, "CI_PIPELINE_ID": str(PIPELINE), "ALERT24_CI_TOKEN": "glpat-0123456789"}
    ended = project.run()
    # This runner also warns about the predefined variables that lead it to the tests' GitLab.
    assert (ended.jobs["deploy"], ended.jobs["reconcile"]) == ("PASS" if deploy == "true" else "FAIL", "PASS")
    assert [event.after for event in sandbox.events] == ["maintenance", after]
