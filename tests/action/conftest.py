from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from alert24_sandbox import Sandbox
from helpers.ci_api import TOKEN, GitHubApi
from helpers.event_runs import EventRuns
from helpers.key_watch import KeyWatch


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """An Alert24 with two services, one of them degraded."""
    with Sandbox() as sandbox:
        sandbox.add_service("Payments API")
        sandbox.add_service("Shop, front", status="degraded")
        yield sandbox


@pytest.fixture
def github(httpserver: HTTPServer) -> GitHubApi:
    """GitHub's API, with no deployments."""
    return GitHubApi(httpserver)


@pytest.fixture
def runs(
    sandbox: Sandbox, github: GitHubApi, tmp_path: Path, key_watch: KeyWatch, monkeypatch: pytest.MonkeyPatch
) -> EventRuns:
    """Runs for deployments of the service `svc-1`, with a token for GitHub's API."""
    sandbox.add_service("Website", id="svc-1")
    with_ = {"api-key": sandbox.add_key(["write"]), "api-url": sandbox.url, "services": "svc-1", "phase": "event"}
    workflow = {"GITHUB_WORKFLOW_REF": "octo/shop/.github/workflows/status.yml@main", "GITHUB_JOB": "page"}
    environ = {**github.environ, **workflow}
    return EventRuns(tmp_path, {**with_, "github-token": TOKEN}, environ, monkeypatch, key_watch)
