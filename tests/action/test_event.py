"""`phase: event`: a deployment that another platform reports to GitHub, one run for each of its statuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from alert24_sandbox import Sandbox
from helpers.ci_api import GitHubApi, answer, at
from helpers.event_runs import EventRuns

CHANGES, SERVICE = "/api/v1/services/svc-1/changes", "/api/v1/services/svc-1"
GET, PUT, LOOK, POST = ("GET", SERVICE), ("PUT", SERVICE), ("GET", CHANGES), ("POST", CHANGES)


@pytest.mark.parametrize("record", ["false", "true"])
@pytest.mark.parametrize(("state", "after"), [("success", "operational"), ("failure", "down"), ("error", "down")])
def test_event__a_deployment__maintenance_and_the_final_status(
    runs: EventRuns, github: GitHubApi, sandbox: Sandbox, state: str, after: str, record: str
) -> None:
    """Start and finish are different runs that share nothing but the deployment's number."""
    for status, page in (("queued", "operational"), ("in_progress", "maintenance"), (state, after)):
        assert runs(github.deploy(42, status), record_change=record).code == 0
        assert sandbox.status_of("svc-1") == page
    assert runs(github.deploy(42, state), record_change=record).code == 0
    assert [event.after for event in sandbox.events] == ["maintenance", after]
    assert len({change.fields["external_id"] for change in sandbox.changes}) == (record == "true")
    assert len(sandbox.changes) == (2 if record == "true" else 0)


@pytest.mark.parametrize(
    ("options", "start", "again", "finish"),
    [
        ({}, [GET, GET, PUT], [GET], [GET, GET, PUT]),
        (
            {"record_change": "true"},
            [GET, LOOK, GET, POST, PUT],
            [GET, LOOK],
            [GET, LOOK, POST, LOOK, GET, PUT, LOOK],
        ),
    ],
)
def test_event__each_option__sends_exactly_these_requests(
    runs: EventRuns,
    github: GitHubApi,
    sandbox: Sandbox,
    options: dict[str, str],
    start: list[tuple[str, str]],
    again: list[tuple[str, str]],
    finish: list[tuple[str, str]],
) -> None:
    """What an event costs at Alert24, beside one request at GitHub; what changes nothing costs less."""
    for state, expected in (
        ("queued", []),
        ("in_progress", start),
        ("in_progress", again),
        ("success", finish),
        ("success", again),
        ("inactive", []),
    ):
        sandbox.clear_requests()
        assert runs(github.deploy(42, state), **options).code == 0
        assert (state, [(each.method, each.path) for each in sandbox.requests]) == (state, expected)
    assert github.paths() == ["/repos/octo/shop/deployments/42/statuses"] * 6
    runs(github.deploy(43, "queued"), github_token="").says("there is no token for GitHub's API")
    assert len(github.requests) == 6


@pytest.mark.parametrize("state", ["pending", "queued", "waiting"])
def test_event__waiting__starts_only_by_option(
    runs: EventRuns, github: GitHubApi, sandbox: Sandbox, state: str
) -> None:
    """A platform that never says `in_progress` needs the option; then `in_progress` has nothing left to do."""
    event = github.deploy(42, state)
    runs(event).says("Nothing was changed", f"'{state}'", "has not started")
    assert sandbox.status_of("svc-1") == "operational"
    runs(event, start_on_pending="true")
    runs(github.deploy(42, "in_progress"), start_on_pending="true").says("in maintenance for this deployment already")
    assert [event.after for event in sandbox.events] == ["maintenance"]


@pytest.mark.parametrize(("record", "after"), [("true", "degraded"), ("false", "operational")])
def test_event__previous__is_known_from_the_records(
    runs: EventRuns, github: GitHubApi, sandbox: Sandbox, record: str, after: str
) -> None:
    """Without changes the status from before is unknown, which means operational."""
    sandbox.set_status("svc-1", "degraded")
    for state in ("in_progress", "failure"):
        runs(github.deploy(42, state), record_change=record, on_failure="previous")
    assert sandbox.status_of("svc-1") == after


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("inactive", "a newer deployment has replaced it"),
        ("exploded", "not a status that GitHub documents"),
        ("::error::x\n##[error]y", "': :error::x\\n## [error]y'"),
    ],
)
def test_event__latest_status_that_is_neither_start_nor_end__leaves_the_page(
    runs: EventRuns, github: GitHubApi, sandbox: Sandbox, state: str, words: str
) -> None:
    """The late run of a deployment that was replaced, and a status of the future, write nothing and say so."""
    late = github.deploy(42, "success")
    github.deploy(42, state)
    sandbox.set_status("svc-1", "maintenance")
    result = runs(late)
    result.says("Nothing was changed", words, "not a status" if state != "inactive" else "replaced")
    assert (result.code, sandbox.status_of("svc-1"), sandbox.writes[1:]) == (0, "maintenance", [])


def test_event__another_environment__asks_nobody(runs: EventRuns, github: GitHubApi, sandbox: Sandbox) -> None:
    """A preview can't put the page into maintenance, even if the workflow does not filter; case does not matter."""
    preview = github.deploy(42, "in_progress", environment="Preview\n::error::x")
    runs(preview).says("Nothing was changed", "'Preview\\n::error::x'", "`environment` is 'production'")
    assert (sandbox.requests, github.requests) == ([], [])
    runs(github.deploy(43, "in_progress", environment="Production"))
    assert sandbox.status_of("svc-1") == "maintenance"
    runs(github.deploy(44, "success", environment="my-app"), environment="my-app")
    assert sandbox.status_of("svc-1") == "operational"


@pytest.mark.parametrize(
    ("name", "inputs", "words"),
    [
        ("push", {}, "on: deployment_status"),
        ("workflow_run", {}, "on: deployment_status"),
        ("deployment", {}, "on: deployment_status"),
        ("deployment_status", {"description": "Back soon"}, "`description` can't be used"),
        ("deployment_status", {"webhook_urls": "https://app.alert24.net/api/webhooks/incoming/x"}, "`webhook-urls`"),
        ("deployment_status", {"services": ""}, "no service is named"),
        ("deployment_status", {"services": "Web"}, "there is no service 'Web'"),
    ],
)
def test_event__wrong_use__refused(
    runs: EventRuns, github: GitHubApi, sandbox: Sandbox, name: str, inputs: dict[str, str], words: str
) -> None:
    """The message says what to write instead, and nothing has changed."""
    result = runs(github.deploy(42, "in_progress"), name=name, **inputs)
    result.says(words, "Nothing was changed")
    assert (result.code in (2, 3), sandbox.writes) == (True, [])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "",
        lambda _: "[" * 100_000,
        lambda _: '{"deployment": "x", "deployment_status": 7}',
        lambda event: {**event, "deployment": None},
        lambda event: {**event, "deployment_status": {"state": ["success"]}},
        lambda event: {**event, "deployment": {**event["deployment"], "id": "42/../1"}},
        lambda event: {**event, "deployment": {**event["deployment"], "id": 2**70}},
        lambda event: {**event, "deployment": {**event["deployment"], "id": True}},
        lambda event: {**event, "deployment": {**event["deployment"], "environment": {"a": 1}}},
    ],
)
def test_event__file_that_is_not_as_documented__refused(
    runs: EventRuns, github: GitHubApi, sandbox: Sandbox, spoil: Callable[[object], object]
) -> None:
    """Whatever the file holds, it is data: a wrong one is a clear error."""
    result = runs(spoil(github.deploy(42, "success")))  # type: ignore[arg-type]
    result.says("is not as GitHub documents it")
    assert (result.code, sandbox.requests, github.requests) == (2, [], [])


def test_event__wrong_times_and_texts__do_no_harm(runs: EventRuns, github: GitHubApi, sandbox: Sandbox) -> None:
    """What is not needed to decide may be anything."""
    odd: dict[str, Any] = {"created_at": 7, "creator": [], "ref": {"x": "\x1b[0m"}, "sha": None}
    runs(github.deploy(42, "in_progress", **odd), record_change="true", github_token="").says("there is no token")
    runs(github.deploy(42, "success", **odd), record_change="true", github_token="").says("there is no token")
    assert sandbox.status_of("svc-1") == "operational"


@pytest.mark.parametrize(
    ("ref", "log", "branch", "url"),
    [
        ("release/7", "https://platform.example/7", "release/7", "https://platform.example/7"),
        ("0123456789abcdef0123456789abcdef01234567", "javascript:alert(1)", None, "/octo/shop/actions/runs/7001"),
    ],
)
def test_event__a_change__says_what_the_platform_said(
    runs: EventRuns, github: GitHubApi, sandbox: Sandbox, ref: str, log: str, branch: str | None, url: str
) -> None:
    """Environment, branch, actor and log are the deployment's, if they are such, and not those of the run."""
    event = github.deploy(42, "in_progress", ref=ref)
    event["deployment_status"]["log_url"] = log
    runs(event, record_change="true")
    fields = sandbox.changes[0].fields
    names = ("environment", "branch", "changed_by", "pipeline_url", "external_id")
    expected = ("production", branch, "platform[bot]", url, "github_deployment-42")
    assert tuple(fields[name] for name in names) == expected


@pytest.mark.parametrize("fail", ["permission", "silence"])
def test_event__github_does_not_answer__the_event_counts(
    runs: EventRuns, github: GitHubApi, sandbox: Sandbox, quick_backoff: None, fail: str
) -> None:
    """A token that can't read deployments leaves a warning that says what to allow."""
    del quick_backoff
    event, words = github.deploy(42, "in_progress"), "`deployments: read`"
    if fail == "permission":
        github.instead = [answer({"message": "Resource not accessible"}, 403)]
    else:
        github.statuses[42], words = [], "lists no status"
    runs(event).says("Warning: The deployment's latest status is not known", words)
    assert sandbox.status_of("svc-1") == "maintenance"


@pytest.mark.parametrize("record", ["false", "true"])
@pytest.mark.parametrize(
    ("created", "ended", "words"),
    [(1.0, 2.0, "before this deployment began"), (-3.0, -2.0, "after this deployment had ended")],
)
def test_event__maintenance_of_somebody_else__stays(
    runs: EventRuns, github: GitHubApi, sandbox: Sandbox, created: float, ended: float, words: str, record: str
) -> None:
    """By the times of the deployment on GitHub: what began before it, or well after its end, is not its own."""
    sandbox.set_status("svc-1", "maintenance")
    github.deploy(42, "in_progress", at(created))
    result = runs(github.deploy(42, "success", at(ended)), record_change=record)
    result.says("stays maintenance", words)
    assert (result.code, sandbox.status_of("svc-1")) == (0, "maintenance")
    assert len(sandbox.changes) == (record == "true")  # its end is worth recording all the same


def test_event__its_start_is_recorded__ends_maintenance_whatever_the_times_say(
    runs: EventRuns, github: GitHubApi, sandbox: Sandbox
) -> None:
    """What a start took over is the deployment's, even if Alert24's times don't show that."""
    sandbox.set_status("svc-1", "maintenance")
    for state, page in (("in_progress", "maintenance"), ("success", "operational")):
        runs(github.deploy(42, state, at(1.0)), record_change="true")
        assert sandbox.status_of("svc-1") == page


@pytest.mark.parametrize("record", ["false", "true"])
@pytest.mark.parametrize(
    ("before", "created", "state", "after"),
    [
        ("down", 1.0, "success", "operational"),
        ("operational", 1.0, "failure", "down"),
        ("degraded", 1.0, "inactive", "degraded"),
        ("down", -1.0, "success", "down"),
    ],
)
def test_event__its_start_never_ran__replaces_what_is_older(
    runs: EventRuns,
    github: GitHubApi,
    sandbox: Sandbox,
    before: str,
    created: float,
    state: str,
    after: str,
    record: str,
) -> None:
    """As if the start had found it: a status from before the deployment is no conflict, one from since then is."""
    sandbox.set_status("svc-1", before)
    github.deploy(42, "in_progress", at(created))
    result = runs(github.deploy(42, state, at(created)), record_change=record)
    if after == "down" == before and record == "true":
        result.says("The deployment succeeded, but 'Website' stays 'down'")
    assert sandbox.status_of("svc-1") == after


@pytest.mark.parametrize("record", ["false", "true"])
def test_event__finished_before__a_status_set_since_stays(
    runs: EventRuns, github: GitHubApi, sandbox: Sandbox, record: str
) -> None:
    """The finish of a deployment that has ended is not repeated over what somebody found out since."""
    for state in ("in_progress", "failure"):
        runs(github.deploy(42, state), record_change=record)
    sandbox.set_status("svc-1", "operational")
    runs(github.deploy(42, "failure"), record_change=record)
    assert sandbox.status_of("svc-1") == "operational"


def test_event__the_same_deployment_again__is_another_attempt(
    runs: EventRuns, github: GitHubApi, sandbox: Sandbox
) -> None:
    """Argo CD has one deployment for each commit and environment, which it may sync several times."""
    for _ in range(2):
        for state, page in (("in_progress", "maintenance"), ("success", "operational")):
            runs(github.deploy(42, state), record_change="true")
            assert sandbox.status_of("svc-1") == page
    ids = [change.fields["external_id"] for change in sandbox.changes]
    assert ids == ["github_deployment-42"] * 2 + ["github_deployment-42-2"] * 2


@pytest.mark.parametrize(
    ("last", "hours", "after"),
    [
        ("in_progress", -1, "maintenance"),
        ("success", 0, "maintenance"),
        ("failure", -1, "operational"),
        ("inactive", -1, "operational"),
    ],
)
def test_event__another_deployment_without_its_end__is_asked_about(
    runs: EventRuns, github: GitHubApi, sandbox: Sandbox, last: str, hours: float, after: str
) -> None:
    """With `record-change`, a deployment that GitHub says is over holds up nobody, unless its run may still come."""
    runs(github.deploy(41, "in_progress"), record_change="true")
    runs(github.deploy(42, "in_progress"), record_change="true")
    github.deploy(41, last, at(hours))
    result = runs(github.deploy(42, "success"), record_change="true")
    if after == "maintenance":
        result.says("another deployment still runs: github_deployment-41")
    assert sandbox.status_of("svc-1") == after


@pytest.mark.expects_warnings("without the right, every question about changes is one")
def test_event__no_right_to_changes__a_warning_and_the_page_is_right(
    runs: EventRuns, github: GitHubApi, sandbox: Sandbox
) -> None:
    """What can't be recorded or read never keeps the page from its status."""
    key = sandbox.add_key(["services"])
    for state, page in (("in_progress", "maintenance"), ("success", "operational")):
        result = runs(github.deploy(42, state), record_change="true", api_key=key)
        result.says("could not be checked what is recorded", "could not be recorded")
        assert (result.code, sandbox.status_of("svc-1")) == (0, page)


def test_event__died_after_it_had_recorded__is_healed_by_the_next_run(
    runs: EventRuns, github: GitHubApi, sandbox: Sandbox
) -> None:
    """A start and a finish that were killed before their writes are made up for, and nothing is recorded twice."""
    for state, page in (("in_progress", "maintenance"), ("success", "operational")):
        event = github.deploy(42, state)
        sandbox.fail(status=400, method="PUT")
        assert runs(event, record_change="true").code != 0
        assert runs(event, record_change="true").code == 0
        assert sandbox.status_of("svc-1") == page
    assert len(sandbox.changes) == 2


@pytest.mark.parametrize(
    ("state", "rule", "code"), [("in_progress", "finish", 0), ("in_progress", "always", 4), ("success", "finish", 4)]
)
def test_event__alert24_unreachable__fails_a_finish_only(
    runs: EventRuns, github: GitHubApi, state: str, rule: str, code: int
) -> None:
    """As with any start and finish, by `fail-on-unreachable`."""
    inputs = {"api_url": "http://127.0.0.1:9", "timeout": "1s", "fail_on_unreachable": rule}
    result = runs(github.deploy(42, state), **inputs)
    result.says("could not look up the services")
    assert result.code == code


def test_event__verification__decides_about_a_success(
    runs: EventRuns, github: GitHubApi, sandbox: Sandbox, httpserver: HTTPServer
) -> None:
    """What finish can do in a job, it can do here: a success that is not healthy is a failure."""
    httpserver.expect_request("/health").respond_with_data(status=503)
    runs(github.deploy(42, "in_progress"))
    options = {"verify_url": httpserver.url_for("/health"), "verify_timeout": "1s", "verify_interval": "1s"}
    result = runs(github.deploy(42, "success"), **options)
    result.says("could not be verified")
    assert (result.code, sandbox.status_of("svc-1")) == (6, "down")
