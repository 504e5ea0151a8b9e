"""Which CI this is, and what to ask it with."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping

from ...deployment.interfaces import OtherRuns, Run, RunSource, RunState
from ...net.deadline import Deadline
from ...signals import Cancellation
from ...text import Secret
from . import github, gitlab
from .api import CiApi


class NoRuns:
    """Stands in where no CI can be asked (a `deployment.interfaces.RunSource`): everything is unknown."""

    def __init__(self, reason: str) -> None:
        """Keep the reason, a clause."""
        self._reason = reason

    def find(
        self,
        run_id: str,
        *,
        attempt: int | None = None,
        job: str = "",
        step: str = "",
        own_steps: Collection[str] = (),
    ) -> Run:
        """Return a run of which nothing is known."""
        del run_id, job, step, own_steps
        return Run(RunState.UNKNOWN, attempt=attempt, reason=self._reason)

    def others(self, *, workflow: str = "", branch: str = "", besides: Collection[str] = ()) -> OtherRuns:
        """Return that it is unknown."""
        del workflow, branch, besides
        return OtherRuns(None, self._reason)


def run_source(
    environ: Mapping[str, str],
    token: Secret | None,
    *,
    deadline: Deadline,
    cancellation: Cancellation,
    clock: Callable[[], float] = time.monotonic,
) -> RunSource:
    """Return the record of the CI that this process runs in.

    Args:
        environ: the environment: where the API is and what the repository or project is.
        token: the user's; without one `GITHUB_TOKEN` or `CI_JOB_TOKEN`.
        deadline: how long all requests together may take.
        cancellation: a signal's request to stop.
        clock: returns seconds and never goes back.
    """
    if environ.get("GITHUB_ACTIONS") == "true":
        given = token or Secret(environ.get("GITHUB_TOKEN", "").strip())
        where = github.host(environ.get("GITHUB_API_URL", ""), given)
        api = CiApi(where, deadline=deadline, cancellation=cancellation, clock=clock)
        return github.GitHubRuns(api, environ.get("GITHUB_REPOSITORY", ""))
    if environ.get("GITLAB_CI") == "true":
        given = token or Secret(environ.get("CI_JOB_TOKEN", "").strip())
        where = gitlab.host(environ.get("CI_API_V4_URL", ""), given, is_job_token=token is None)
        api = CiApi(where, deadline=deadline, cancellation=cancellation, clock=clock)
        return gitlab.GitLabRuns(api, environ.get("CI_PROJECT_ID", ""))
    return NoRuns("this is neither GitHub Actions nor GitLab CI, so no run can be looked up")
