from __future__ import annotations

from alert24_deploy.deployment.ci_run import OtherRuns, RunState
from helpers.ci_api import GitHubApi, Source


def test_run_source__no_ci__unknown_with_a_reason(source: Source) -> None:
    """On a laptop or another CI there is nobody to ask."""
    runs = source({})
    reason = "this is neither GitHub Actions nor GitLab CI, so no run can be looked up"
    run = runs.find("42", attempt=2)
    assert (run.state, run.attempt, run.reason) == (RunState.UNKNOWN, 2, reason)
    assert runs.others(workflow="deploy.yml") == OtherRuns(None, reason)


def test_run_source__no_token_given__the_environments(github: GitHubApi, source: Source) -> None:
    """`GITHUB_TOKEN` is what a step's `env` calls it."""
    github.add()
    run = source({**github.environ, "GITHUB_TOKEN": " ghs_other\n"}, None).find("42")
    assert run.state is RunState.ENDED
    assert github.requests[0].headers["Authorization"] == "Bearer ghs_other"


def test_run_source__token_given__it_wins(github: GitHubApi, source: Source) -> None:
    """The input was written on purpose."""
    source({**github.environ, "GITHUB_TOKEN": "ghs_other"}, "ghs_input").find("42")
    assert github.requests[0].headers["Authorization"] == "Bearer ghs_input"


def test_run_source__no_token_at_all__unknown(github: GitHubApi, source: Source) -> None:
    """A runner hands the token to nobody by itself."""
    assert source(github.environ, None).find("42").reason == "there is no token for GitHub's API"
