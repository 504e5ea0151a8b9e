"""Each of the two secrets of reconcile goes to one host alone."""

from __future__ import annotations

from pytest_httpserver import HTTPServer

from alert24_sandbox import Sandbox
from helpers.ci_api import TOKEN, GitHubApi
from helpers.cli import Cli

from .reconciling import add_run, deploying, steps


def test_reconcile__two_hosts__each_gets_its_own_secret(
    cli: Cli, sandbox: Sandbox, api_key: str, httpserver: HTTPServer
) -> None:
    """GitHub never sees Alert24's key, Alert24 never sees GitHub's token, and the log shows neither."""
    github = GitHubApi(httpserver)
    add_run(github, deploying(*steps("failure")))
    sandbox.add_service("API", status="maintenance")
    env = {**github.environ, "GITHUB_RUN_ID": "7", "ALERT24_CI_TOKEN": TOKEN}
    result = cli("reconcile", "-s", "API", "--run", "42", "--verbose", env=env)
    assert sandbox.status_of("API") == "down"
    assert {request.headers["Authorization"] for request in github.requests} == {f"Bearer {TOKEN}"}
    assert not any(api_key in str(request.headers) for request in github.requests)
    assert not any(TOKEN in str(request) for request in sandbox.requests)
    assert TOKEN not in result.people + result.out
