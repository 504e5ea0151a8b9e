"""Which CI this is, and what to ask it with."""

from __future__ import annotations

from collections.abc import Mapping

from ...net.deadline import Deadline
from ...text import Secret
from . import github, gitlab
from .api import CiRuns, Host


def run_source(environ: Mapping[str, str], token: Secret | None, deadline: Deadline) -> CiRuns:
    """Return the record of the CI that this process runs in; without a CI, everything in it is unknown.

    The token is the user's; without one it is `GITHUB_TOKEN` or `CI_JOB_TOKEN`.
    """
    runs: type[CiRuns] = github.GitHubRuns
    host = Host(wrong="this is neither GitHub Actions nor GitLab CI, so no run can be looked up")
    if environ.get("GITHUB_ACTIONS") == "true":
        host = github.host(environ, token)
    elif environ.get("GITLAB_CI") == "true":
        runs, host = gitlab.GitLabRuns, gitlab.host(environ, token)
    return runs(host, deadline)
