from __future__ import annotations

import json
import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Response

from alert24_deploy.ci.runs import api
from alert24_deploy.ci.runs.api import CiApi
from alert24_deploy.ci.runs.github import GitHubRuns, host
from alert24_deploy.ci.runs.gitlab import GitLabRuns
from alert24_deploy.ci.runs.gitlab import host as gitlab_host
from alert24_deploy.deployment.interfaces import RunSource, RunState
from alert24_deploy.net import transport
from alert24_deploy.net.deadline import Deadline
from alert24_deploy.signals import Cancellation
from alert24_deploy.text import Secret
from helpers.ci_api import TOKEN, GitHubApi, Source, answer
from unit.exchanges import Clock, FakeStop

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


def test_get__another_refusal__its_status(github: GitHubApi, source: Source) -> None:
    """Statuses that no documentation explains are shown as they are."""
    github.instead.append(Response("no JSON", 418))
    assert source(github.environ).find("42").reason == "GitHub answered 418"


@pytest.mark.parametrize("body", [["x"], {"message": 7}, {"message": None}])
def test_get__refusal_without_a_message__none_is_shown(github: GitHubApi, source: Source, body: object) -> None:
    """Only text in the documented place is shown."""
    github.instead.append(answer(body, 400))
    assert source(github.environ).find("42").reason == "GitHub answered 400"


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


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 520, 530])
def test_get__failure_that_passes__tried_again(github: GitHubApi, source: Source, status: int) -> None:
    """An outage of seconds is no reason to leave a page wrong."""
    github.add()
    github.instead.append(Response("", status))
    assert source(github.environ).find("42").state is RunState.ENDED


def test_get__not_json__tried_again(github: GitHubApi, source: Source) -> None:
    """A proxy's page is an outage."""
    github.add()
    github.instead.append(Response("<html>"))
    assert source(github.environ).find("42").state is RunState.ENDED


@pytest.mark.parametrize("headers", [{"X-RateLimit-Remaining": "0"}, {"Retry-After": "0"}])
def test_get__rate_limit_as_403__tried_again(github: GitHubApi, source: Source, headers: dict[str, str]) -> None:
    """GitHub says so with the status of a refusal."""
    github.add()
    github.instead.append(Response("", 403, headers))
    assert source(github.environ).find("42").state is RunState.ENDED


def test_get__rate_limit_longer_than_the_time__unknown_at_once(github: GitHubApi, source: Source) -> None:
    """Nobody waits for what comes too late."""
    github.instead.append(Response("", 403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "99999999999"}))
    run = source(github.environ).find("42")
    assert run.state is RunState.UNKNOWN
    assert run.reason.startswith("GitHub answered 403, and asks to wait")
    assert len(github.requests) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7", "x-ratelimit-reset": "1764000900"}, "7"),
        ({"x-ratelimit-reset": "1764000090", "date": "Mon, 24 Nov 2025 16:00:00 GMT"}, "90"),
        ({"ratelimit-reset": "1764000090", "date": "Mon, 24 Nov 2025 16:00:00 GMT"}, "90"),
        ({"x-ratelimit-reset": "1764000000", "date": "Mon, 24 Nov 2025 16:05:00 GMT"}, "1"),
        ({"x-ratelimit-reset": "1", "date": "yesterday"}, "1"),
        ({"x-ratelimit-reset": "soon"}, None),
        ({"x-ratelimit-reset": "9" * 5000}, None),
        ({}, None),
    ],
)
def test_wait__rate_limit__until_it_is_reset_on_the_servers_clock(headers: dict[str, str], seconds: str | None) -> None:
    """This machine's clock may be wrong."""
    assert api._wait(transport.Response(429, headers, b"")) == seconds


def test_wait__no_rate_limit__its_reset_means_nothing() -> None:
    """GitHub sends the header with every answer."""
    assert api._wait(transport.Response(503, {"x-ratelimit-reset": "1764000090"}, b"")) is None


def test_get__outage_until_the_time_is_over__unknown(github: GitHubApi) -> None:
    """How often it was tried stands in the reason."""
    github.instead += [Response("", 502) for _ in range(100)]
    run = runs(github.url, seconds=4.0).find("42")
    assert run.state is RunState.UNKNOWN
    assert run.reason.startswith("GitHub answered 502 (")


def test_get__nobody_listens__unknown(httpserver: HTTPServer) -> None:
    """The network is down, or a proxy is in the way."""
    url = httpserver.url_for("").rstrip("/")
    httpserver.stop()
    try:
        run = runs(url, seconds=4.0).find("42")
    finally:
        httpserver.start()
    assert run.state is RunState.UNKNOWN
    assert run.reason.startswith("GitHub could not be asked: the connection failed")


def test_get__no_time_left__unknown(github: GitHubApi) -> None:
    """A phase that has used up its time asks nobody."""
    run = runs(github.url, seconds=0.0).find("42")
    assert (run.state, len(github.requests)) == (RunState.UNKNOWN, 0)


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
    ("url", "reason"),
    [
        ("http://github.example.com/api/v3", "is not https, and the token would go out in the clear"),
        ("http://127.0.0.1.example.com", "is not https, and the token would go out in the clear"),
        ("https://user:pass@github.example.com", "is not a URL that can be used"),
        ("https://github.example.com/?a=b", "is not a URL that can be used"),
        ("https://github.example.com/#a", "is not a URL that can be used"),
        ("https://github.example.com:port", "is not a URL that can be used"),
        ("https://[github", "is not a URL that can be used"),
        ("ftp://github.example.com", "is not a URL that can be used"),
        ("github.example.com", "is not a URL that can be used"),
    ],
)
def test_host__address_that_a_token_must_not_go_to__nothing_is_sent(
    source: Source, url: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token goes out over https, or stays on this machine."""
    monkeypatch.setattr(transport.Transport, "send", lambda *_: pytest.fail("something was sent"))
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_API_URL": url, "GITHUB_REPOSITORY": "octo/shop"}
    assert reason in source(environ).find("42").reason
    assert reason in source(environ).others(workflow="deploy.yml").reason


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "there is no token for GitHub's API"),
        ("ak_live_" + "x" * 11, "the token for GitHub's API is a key of Alert24's"),
        ("abc\ndef", "the token for GitHub's API holds a character that no token has"),
        ("abc def", "the token for GitHub's API holds a character that no token has"),
        ("tökén", "the token for GitHub's API holds a character that no token has"),
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
    assert TOKEN not in repr(host(github.url, Secret(TOKEN)))


def test_host__no_address__githubs_own() -> None:
    """A runner always sets it; a double of one may not."""
    assert host("", Secret(TOKEN)).url == "https://api.github.com"


@given(JSON)
def test_find__any_json__never_an_exception(document: object) -> None:
    """What comes from outside can be anything."""
    for made in (anything(document), anything(document, gitlab=True)):
        assert made.find("42", job="deploy", step="x").state in RunState
        assert made.others(workflow="deploy.yml").in_progress in (None, True, False)


def runs(url: str, *, seconds: float = 20.0) -> RunSource:
    """Return GitHub's record on a clock that goes on only when somebody sleeps, so that no test waits."""
    clock = Clock()
    made = CiApi(host(url, Secret(TOKEN)), deadline=Deadline(seconds, clock), cancellation=FakeStop(clock), clock=clock)
    return GitHubRuns(made, "octo/shop")


def anything(document: object, *, gitlab: bool = False) -> RunSource:
    """Return a record whose every answer is one document."""
    token = Secret(TOKEN)
    where = gitlab_host("http://localhost", token, is_job_token=False) if gitlab else host("http://localhost", token)
    made = CiApi(where, deadline=Deadline(20, lambda: 0.0), cancellation=Cancellation())
    made._transport.send = lambda *_: transport.Response(200, {}, json.dumps(document).encode())  # type: ignore[method-assign]
    return GitLabRuns(made, "21") if gitlab else GitHubRuns(made, "octo/shop")
