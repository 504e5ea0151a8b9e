from __future__ import annotations

from collections.abc import Mapping

import pytest
from pytest_httpserver import HTTPServer

from alert24_deploy.ci.runs.api import CiRuns
from alert24_deploy.ci.runs.source import run_source
from alert24_deploy.net.deadline import Deadline
from alert24_deploy.signals import Cancellation
from alert24_deploy.text import Secret
from helpers.ci_api import TOKEN, GitHubApi, GitLabApi, Source


@pytest.fixture
def github(httpserver: HTTPServer) -> GitHubApi:
    """GitHub's API, with no runs."""
    return GitHubApi(httpserver)


@pytest.fixture
def gitlab(httpserver: HTTPServer) -> GitLabApi:
    """GitLab's API, with no pipelines."""
    return GitLabApi(httpserver)


@pytest.fixture
def source(quick_backoff: None) -> Source:
    """Makes the record of the CI that an environment describes; it tries again without waiting."""
    del quick_backoff

    def make(
        environ: Mapping[str, str],
        token: str | None = TOKEN,
        *,
        seconds: float = 20.0,
        cancellation: Cancellation | None = None,
    ) -> CiRuns:
        return run_source(
            environ,
            None if token is None else Secret(token),
            Deadline(seconds, cancellation or Cancellation()),
        )

    return make
