from __future__ import annotations

import json
import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Response

from alert24_deploy.ci.runs.api import CiRuns
from alert24_deploy.ci.runs.github import host
from alert24_deploy.ci.runs.source import run_source
from alert24_deploy.deployment.ci_run import OtherRuns, RunState
from alert24_deploy.net import transport
from alert24_deploy.net.deadline import Deadline
from alert24_deploy.signals import Cancellation
from alert24_deploy.text import Secret
from helpers.ci_api import TOKEN, GitHubApi, Source, answer
from unit.exchanges import Clock, FakeStop

WRONG_TOKEN = "the token for GitHub's API is a key of Alert24's, or holds a character that no token has"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["completed", "success", "2026-11-24"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from("status conclusion jobs steps name id workflow_runs run_attempt updated_at".split()), inner
        )
    ),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (401, "it does not know the token"),
        (403, "the token can't read runs; it needs the permission `actions: read`"),
        (404, "there is no such run or workflow, or the token can't read it"),
    ],
)
def test_get__refused__unknown_at_once_with_what_to_do(
    github: GitHubApi, source: Source, status: int, hint: str
) -> None:
    """Asking again would not help."""
    github.instead.append(answer({"message": "Not today", "status": str(status)}, status, X_Request_Id="7f3a"))
    run = source(github.environ).find("42")
    assert run.state is RunState.UNKNOWN
    assert run.reason.startswith(f"GitHub answered {status} (request 7f3a): {hint}")
    assert run.reason.endswith("it says 'Not today'")
    assert len(github.requests) == 1


@pytest.mark.parametrize("body", ["no JSON", '["x"]', '{"message": 7}', '{"message": null}'])
def test_get__refusal_without_a_message__none_is_shown(github: GitHubApi, source: Source, body: str) -> None:
    """Only text in the documented place is shown."""
    github.instead.append(Response(body, 418))
    assert source(github.environ).find("42").reason == "GitHub answered 418"


def test_get__refusal_echoes_the_token__it_is_struck_out(github: GitHubApi, source: Source) -> None:
    """A server may say what it was given."""
    github.instead.append(answer({"message": f"Bad token {TOKEN}\n::error::x"}, 401))
    reason = source(github.environ).find("42").reason
    assert TOKEN not in reason
    assert "Bad token ***" in reason
    assert reason.isprintable()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_get__redirect__not_followed(github: GitHubApi, source: Source, status: int) -> None:
    """The token would go along."""
    github.instead.append(Response("", status, {"Location": f"{github.url}/repos/octo/new"}))
    reason = source(github.environ).find("42").reason
    assert reason == f"GitHub answered {status}: a redirect, which is not followed because the token would go along"
    assert len(github.requests) == 1


@pytest.mark.parametrize(
    "response",
    [
        Response("", 408),
        Response("", 503),
        Response("", 530),
        Response("<html>"),
        Response("", 403, {"Retry-After": "0"}),
    ],
    ids=["408", "503", "530", "no JSON", "a rate limit"],
)
def test_get__failure_that_passes__tried_again(github: GitHubApi, source: Source, response: Response) -> None:
    """An outage of seconds, a proxy's page or GitHub's own limit is no reason to leave a page wrong."""
    github.add()
    github.instead.append(response)
    assert source(github.environ).find("42").state is RunState.ENDED


def test_get__json_null__no_outage(github: GitHubApi, source: Source) -> None:
    """It is JSON, so asking again would not help."""
    github.instead.append(answer(None))
    assert source(github.environ).find("42").reason == "GitHub answered, but not with the JSON that it documents"
    assert len(github.requests) == 1


def test_get__rate_limit_is_used_up__unknown_at_once(github: GitHubApi, source: Source) -> None:
    """It is reset within the hour, which nobody waits for."""
    github.instead.append(Response("", 403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "99999999999"}))
    run = source(github.environ).find("42")
    assert (run.state, run.reason) == (RunState.UNKNOWN, "GitHub answered 403: its rate limit is used up")
    assert len(github.requests) == 1


def test_get__refusal_with_the_last_request_of_the_hour__its_own_reason(github: GitHubApi, source: Source) -> None:
    """GitHub counts down in every answer, so 0 alone means nothing."""
    github.instead.append(Response("", 404, {"X-RateLimit-Remaining": "0"}))
    assert "there is no such run" in source(github.environ).find("42").reason


def test_get__outage_until_the_time_is_over__unknown(github: GitHubApi) -> None:
    """How often it was tried stands in the reason."""
    github.instead += [Response("", 502) for _ in range(100)]
    run = runs(github.url, seconds=4.0).find("42")
    assert run.state is RunState.UNKNOWN
    assert run.reason.startswith("GitHub answered 502 (")


def test_get__signal__unknown(github: GitHubApi, source: Source) -> None:
    """What reconcile does then is its own decision."""
    cancellation = Cancellation()
    cancellation.request(signal.SIGTERM)
    run = source(github.environ, cancellation=cancellation).find("42")
    assert (run.state, run.reason) == (RunState.UNKNOWN, "a signal arrived before GitHub had answered")
    assert not github.requests


def test_get__certificates_are_missing__unknown(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake in the environment is a reason, too."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_API_URL": "https://127.0.0.1:9", "GITHUB_REPOSITORY": "octo/shop"}
    run = source(environ).find("42")
    assert run.state is RunState.UNKNOWN
    assert run.reason.startswith("GitHub could not be asked: ")


@pytest.mark.parametrize(
    "url",
    """
        http://github.example.com/api/v3 http://127.0.0.1.example.com https://user:pass@github.example.com
        https://github.example.com/?a=b https://github.example.com/#a https://github.example.com:port
        https://[github https:///api ftp://github.example.com github.example.com
    """.split(),
)
def test_host__address_that_a_token_must_not_go_to__nothing_is_sent(
    source: Source, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token goes out over https, or stays on this machine."""
    monkeypatch.setattr(transport.Transport, "send", lambda *_: pytest.fail("something was sent"))
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_API_URL": url, "GITHUB_REPOSITORY": "octo/shop"}
    reason = "the address of GitHub's API is not an https URL that a token can go to: "
    assert source(environ).find("42").reason.startswith(reason)
    assert source(environ).others(workflow="deploy.yml").reason.startswith(reason)


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "there is no token for GitHub's API"),
        ("ak_live_" + "x" * 11, WRONG_TOKEN),
        ("abc\ndef", WRONG_TOKEN),
        ("abc def", WRONG_TOKEN),
        ("tökén", WRONG_TOKEN),
    ],
)
def test_host__token_that_must_not_be_sent__nothing_is_sent(
    github: GitHubApi, source: Source, token: str, reason: str
) -> None:
    """A key of Alert24's must not reach GitHub, and a header holds one line."""
    run = source(github.environ, token).find("42")
    assert (run.state, run.reason) == (RunState.UNKNOWN, reason)
    assert not github.requests


def test_get__token__shown_nowhere(github: GitHubApi) -> None:
    """Not in the path, the query or what the objects show of themselves."""
    github.add()
    asked = runs(github.url)
    asked.find("42")
    assert all(TOKEN not in request.url for request in github.requests)
    assert TOKEN not in repr(host(github.environ, Secret(TOKEN)))


def test_host__no_address__githubs_own() -> None:
    """A runner always sets it; a double of one may not."""
    assert host({"GITHUB_REPOSITORY": "octo/shop"}, None).url == "https://api.github.com"


@given(JSON)
def test_find__any_json__never_an_exception(document: object) -> None:
    """What comes from outside can be anything."""
    for made in (anything(document), anything(document, gitlab=True)):
        assert made.find("42", job="deploy").state in RunState
        assert made.others(workflow="deploy.yml").in_progress in (None, True, False)


def test_run_source__no_ci__unknown_with_a_reason(source: Source) -> None:
    """On a laptop or another CI there is nobody to ask."""
    runs = source({})
    reason = "this is neither GitHub Actions nor GitLab CI, so no run can be looked up"
    run = runs.find("42", attempt=2)
    assert (run.state, run.attempt, run.reason) == (RunState.UNKNOWN, 2, reason)
    assert runs.others(workflow="deploy.yml") == OtherRuns(None, reason)


@pytest.mark.parametrize(("given", "sent"), [(None, "ghs_other"), ("ghs_input", "ghs_input")])
def test_run_source__token__the_given_one_or_the_environments(
    github: GitHubApi, source: Source, given: str | None, sent: str
) -> None:
    """`GITHUB_TOKEN` is what a step's `env` calls it; an input was written on purpose."""
    github.add()
    source({**github.environ, "GITHUB_TOKEN": " ghs_other\n"}, given).find("42")
    assert github.requests[0].headers["Authorization"] == f"Bearer {sent}"


def runs(url: str, *, seconds: float = 20.0) -> CiRuns:
    """Return GitHub's record on a clock that goes on only when somebody sleeps, so that no test waits."""
    clock = Clock()
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_API_URL": url, "GITHUB_REPOSITORY": "octo/shop"}
    return run_source(environ, Secret(TOKEN), Deadline(seconds, FakeStop(clock), clock))


def anything(document: object, *, gitlab: bool = False) -> CiRuns:
    """Return a record whose every answer is one document."""
    where = {"GITHUB_API_URL": "http://localhost", "CI_API_V4_URL": "http://localhost"}
    environ = {"GITLAB_CI" if gitlab else "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "octo/shop", **where}
    deadline, project = Deadline(20, Cancellation(), lambda: 0.0), {"CI_PROJECT_ID": "21"}
    made = run_source({**environ, **project}, Secret(TOKEN), deadline)
    assert isinstance(made, CiRuns)
    made._transport.send = lambda *_: transport.Response(200, {}, json.dumps(document).encode())  # type: ignore[method-assign]
    return made
