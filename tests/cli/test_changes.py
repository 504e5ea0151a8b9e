"""What `record-change` and `incident-on-failure` ask of Alert24: every request, every record, and what fails softly."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from alert24_deploy.text import quote
from alert24_sandbox import Sandbox
from helpers.cli import Cli

CHANGES = "/api/v1/services/svc-1/changes"
SERVICE = "/api/v1/services/svc-1"
INCIDENTS = "/api/v1/incidents"
LOOKUP, PUT, POST, LOOK = ("GET", SERVICE), ("PUT", SERVICE), ("POST", CHANGES), ("GET", CHANGES)
BOTH = ("--record-change", "--incident-on-failure")


@pytest.fixture
def one(sandbox: Sandbox, cli: Cli) -> Cli:
    """The command for one service, which is named by its id."""
    sandbox.add_service("Payments", id="svc-1")
    cli.environ["ALERT24_SERVICES"] = "svc-1"
    return cli


def sent_by(sandbox: Sandbox, cli: Cli, *arguments: str) -> list[tuple[str, str]]:
    """The requests of one command that succeeds."""
    sandbox.clear_requests()
    assert cli(*arguments).code == 0
    return [(request.method, request.path) for request in sandbox.requests]


@pytest.mark.parametrize(
    ("options", "start", "success", "failure"),
    [
        ((), [LOOKUP, PUT], [LOOKUP, PUT], [LOOKUP, PUT]),
        (
            ("--record-change",),
            [LOOKUP, POST, PUT],
            [POST, LOOK, LOOKUP, PUT, LOOK],
            [POST, LOOK, LOOKUP, PUT, LOOK],
        ),
        (
            ("--incident-on-failure",),
            [LOOKUP, PUT],
            [LOOKUP, PUT, ("GET", INCIDENTS)],
            [LOOKUP, PUT, ("GET", INCIDENTS), ("POST", INCIDENTS)],
        ),
        (
            BOTH,
            [LOOKUP, POST, PUT],
            [POST, LOOK, LOOKUP, PUT, LOOK, ("GET", INCIDENTS)],
            [POST, LOOK, LOOKUP, PUT, LOOK, ("GET", INCIDENTS), ("POST", INCIDENTS)],
        ),
    ],
)
def test_phases__each_option__sends_exactly_these_requests(
    one: Cli,
    sandbox: Sandbox,
    options: tuple[str, ...],
    start: list[tuple[str, str]],
    success: list[tuple[str, str]],
    failure: list[tuple[str, str]],
) -> None:
    """An option costs what the guide says, and nothing without it."""
    for outcome, expected in (("success", success), ("failure", failure)):
        assert sent_by(sandbox, one, "start", *options) == start
        assert sent_by(sandbox, one, "finish", "--outcome", outcome) == expected
    assert sent_by(sandbox, one, "run", *options, "--", "true") == start + success + resolved(options)


def resolved(options: tuple[str, ...]) -> list[tuple[str, str]]:
    """What the incident that the failure before has opened costs the next success."""
    return [("PUT", f"{INCIDENTS}/inc_000001")] if "--incident-on-failure" in options else []


def test_record_change__what_is_recorded(one: Cli, sandbox: Sandbox) -> None:
    """A change for the start and one for the end say what the user gave, and how it ended."""
    options = ("--record-change", "--change", "environment=staging", "--change", "pr_number=7", "--lane", "shop")
    one("start", *options)
    one("finish", "--outcome", "failure", *options)
    begin, end = (each.fields for each in sandbox.changes)
    assert (begin["summary"], begin["environment"], begin["pr_number"]) == ("Deployment started", "staging", "7")
    assert str(end["summary"]).startswith("Deployment failed after ")
    assert begin["external_id"] == end["external_id"] != ""
    assert {"alert24-deploy", "phase:end", "lane:shop", "outcome:failure", "status:down"} <= set(end["tags"])  # type: ignore[call-overload]


def overlapping(one: Cli, tmp_path: Path, *more: str) -> list[Cli]:
    """Two deployments with a state of their own each."""
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        assert one("start", "--state", str(folder / "state.json"), *more).code == 0
    return [one for _ in folders]


@pytest.mark.parametrize(
    ("first", "second", "page"),
    [("success", "failure", "down"), ("failure", "success", "operational"), ("cancelled", "failure", "down")],
)
def test_overlap__the_first_end_leaves_maintenance__the_last_one_shows_what_counts(
    one: Cli, sandbox: Sandbox, tmp_path: Path, first: str, second: str, page: str
) -> None:
    """Whichever ends first waits for the other, and says for whom; a later success of the lane supersedes a failure."""
    overlapping(one, tmp_path, "--record-change")
    ended = one("finish", "--record-change", "--outcome", first, "--state", str(tmp_path / "a" / "state.json"))
    ended.says("stays in maintenance, because another deployment still runs: local-")
    assert sandbox.status_of("svc-1") == "maintenance"
    assert (
        one("finish", "--record-change", "--outcome", second, "--state", str(tmp_path / "b" / "state.json")).code == 0
    )
    assert sandbox.status_of("svc-1") == page


def test_overlap__past_its_max_duration__nobody_waits(one: Cli, sandbox: Sandbox, tmp_path: Path) -> None:
    """A deployment that declared an end in the past blocks nobody."""
    one("start", "--record-change", "--max-duration", "0.001s", "--state", str(tmp_path / "dead.json"))
    assert one("start", "--record-change").code == 0
    assert one("finish", "--record-change", "--outcome", "success").code == 0
    assert sandbox.status_of("svc-1") == "operational"


def test_overlap__without_record_change__a_notice(one: Cli, tmp_path: Path) -> None:
    """Whoever takes maintenance over, or ends it for another, says so as far as it is known."""
    overlapping(one, tmp_path)
    again = one("start", "--state", str(tmp_path / "c" / "state.json"))
    assert "was in maintenance already, which somebody else set" in again.people
    ended = one("finish", "--outcome", "success", "--state", str(tmp_path / "b" / "state.json"))
    assert "This finish ended the maintenance of 'Payments', which somebody else had set as well" in ended.people


@pytest.mark.parametrize("scope", ["services", "read"])
@pytest.mark.parametrize("command", [("start", "finish --outcome failure"), ("run -- false",)], ids=["phases", "run"])
def test_key_without_the_right__a_warning_that_names_the_scope__the_deployment_goes_on(
    one: Cli, sandbox: Sandbox, scope: str, command: tuple[str, ...]
) -> None:
    """What can't be recorded is said, with what to do and what it leaves, and the page is right all the same."""
    if scope == "read":  # of what is recorded; such a key can't set a status either
        sandbox.fail(100, 403, method="POST")
    else:
        one.environ["ALERT24_API_KEY"] = sandbox.add_key([scope])
    said = ""
    for words in command:
        name, *rest = words.split()
        result = one(name, *BOTH, *rest)
        assert result.code == ("run" in command[0])
        result.says("could not be recorded: Alert24 answered 403", "Create a key with the `write` scope")
        said += result.people
    if scope == "services":
        result.says("It could not be checked whether other deployments of the services still run")
    for sentence in ("Other deployments won't wait for this one, which goes on.", "The incident could not be opened"):
        assert sentence in said
    assert sandbox.status_of("svc-1") == "down"


@pytest.mark.parametrize("applied", [True, False])
def test_record__its_answer_is_lost__looked_up_before_it_is_sent_again(
    one: Cli, sandbox: Sandbox, *, applied: bool
) -> None:
    """POST is not idempotent: after a lost answer the list is read, and only what is not there is sent again."""
    sandbox.drop(method="POST", applied=applied)
    again = [] if applied else [POST]
    assert sent_by(sandbox, one, "start", "--record-change") == [LOOKUP, POST, LOOK, *again, PUT]
    assert len(sandbox.changes) == 1


HOSTILE = "<img src=x> ::error::`$(id)` [a](http://x/)\u202e"


def deploy(one: Cli, outcome: str, *options: str) -> None:
    """A whole deployment that opens incidents; finish need not be given the options."""
    one("start", "--incident-on-failure", *options)
    assert one("finish", "--outcome", outcome).code == 0


def test_incident__what_it_says__one_for_all_services(one: Cli, sandbox: Sandbox) -> None:
    """Title, severity, link, lane and services: an engineer knows what failed and where; a name is only text."""
    sandbox.add_service(HOSTILE, id="svc-2")
    one.environ |= {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "shop/web", "GITHUB_RUN_ID": "42"}
    one.environ |= {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_WORKFLOW_REF": "shop/web/deploy.yml@main"}
    deploy(one, "failure", "-s", "svc-1", "-s", "svc-2")
    (incident,) = (each.fields for each in sandbox.incidents)
    assert incident["title"] == f"Deployment of 'Payments' and {quote(HOSTILE)} failed"
    assert (incident["severity"], incident["source"], incident["status"]) == ("high", "github_actions", "open")
    assert incident["affected_services"] == ["svc-1", "svc-2"]
    assert str(incident["description"]).endswith(" failed: https://github.com/shop/web/actions/runs/42")
    assert "lane:shop/web/deploy.yml" in incident["tags"]  # type: ignore[operator]
    assert not any(each.isprintable() is False for each in str(incident["title"]))


def test_incident__opened_added_to_and_resolved(one: Cli, sandbox: Sandbox) -> None:
    """A second failure of the lane adds to the open incident, another lane opens its own, and a success resolves."""
    sandbox.add_service("Web", id="svc-2")
    for lane, service, outcome in (("x", "1", "failure"), ("x", "2", "failure"), ("y", "1", "failure")):
        deploy(one, outcome, "--lane", lane, "-s", f"svc-{service}")
    deploy(one, "cancelled", "--lane", "x")
    first, second = (each.fields for each in sandbox.incidents)
    assert (first["status"], first["affected_services"]) == ("open", ["svc-1", "svc-2"])
    assert str(first["description"]).count("failed") == 2
    deploy(one, "success", "--lane", "x")
    first, second = (each.fields for each in sandbox.incidents)
    assert (first["status"], second["status"]) == ("resolved", "open")


@pytest.mark.parametrize("how", ["rollback", "rolled back"])
def test_incident__a_rollback__resolves_it(one: Cli, sandbox: Sandbox, how: str) -> None:
    """A rollback of the lane ends the failure, from whichever job: the state at hand knows the lane."""
    one.environ |= {"GITLAB_CI": "true", "CI_PROJECT_PATH": "shop/web", "CI_JOB_NAME": "deploy", "CI_PIPELINE_ID": "1"}
    deploy(one, "failure")
    if how == "rollback":
        assert one("rollback", "--", "true", env={"CI_JOB_NAME": "undo", "CI_JOB_ID": "2"}).code == 0
    else:
        one("start", "--incident-on-failure", env={"CI_PIPELINE_ID": "2"})
        ended = one("finish", "--outcome", "failure", "--rollback-outcome", "success", env={"CI_PIPELINE_ID": "2"})
        assert ended.code == 0
    (incident,) = sandbox.incidents
    assert incident.fields["status"] == "resolved"


@pytest.mark.parametrize("tags", [["lane:x"], ["alert24-deploy", "lane:y"], []])
def test_incident__of_people_or_of_another_lane__is_left_alone(one: Cli, sandbox: Sandbox, tags: list[str]) -> None:
    """Only what this program has opened for the lane is added to and resolved."""
    body = {"title": "Outage", "tags": tags}
    headers = {"Authorization": f"Bearer {one.environ['ALERT24_API_KEY']}"}
    assert requests.post(f"{sandbox.url}{INCIDENTS}", json=body, headers=headers, timeout=10).status_code == 201
    deploy(one, "failure", "--lane", "x")
    deploy(one, "success", "--lane", "x")
    theirs, ours = (each.fields["status"] for each in sandbox.incidents)
    assert (theirs, ours) == ("open", "resolved")


def test_incident__its_answer_is_lost__opened_once(one: Cli, sandbox: Sandbox) -> None:
    """POST is not idempotent here either."""
    sandbox.drop(method="POST", applied=True)
    deploy(one, "failure")
    assert len(sandbox.incidents) == 1


def test_incident__the_deployment_never_began__none(one: Cli, sandbox: Sandbox) -> None:
    """A start that fails pages nobody."""
    sandbox.fail(3, 403, method="PUT")
    assert one("start", "--incident-on-failure").code == 3
    assert one("finish", "--outcome", "failure").code == 0
    assert sandbox.incidents == []


def test_rollback__is_a_change_of_that_type(one: Cli, sandbox: Sandbox) -> None:
    """The command `rollback` records as the failed deployment did, in its lane, and its success supersedes that."""
    one("start", "--record-change", "--lane", "shop")
    one("finish", "--outcome", "failure")
    assert one("rollback", "--", "true").code == 0
    assert [each.fields["change_type"] for each in sandbox.changes] == ["deployment"] * 2 + ["rollback"] * 2
    assert all("lane:shop" in each.fields["tags"] for each in sandbox.changes)  # type: ignore[operator]
    assert sandbox.status_of("svc-1") == "operational"


def test_run__rolled_back__the_end_says_so(one: Cli, sandbox: Sandbox) -> None:
    """A deployment that fails and is rolled back is one start and one end, of the type rollback."""
    assert one("run", "--record-change", "--rollback", "true", "--", "false").code == 1
    begin, end = (each.fields for each in sandbox.changes)
    assert (begin["change_type"], end["change_type"]) == ("deployment", "rollback")
    assert str(end["summary"]).startswith("Deployment failed and was rolled back after ")


def test_reconcile__a_dead_deployment__its_end_is_recorded_once(one: Cli, sandbox: Sandbox) -> None:
    """Whoever ends the maintenance of a dead deployment records its end, so that nobody waits for it."""
    one("start", "--record-change")
    for _ in range(2):
        assert one("reconcile", "--record-change", "--outcome", "cancelled").code == 0
    assert sandbox.changes[0].fields["summary"] == "Deployment started"
    assert [str(each.fields["summary"])[:24] for each in sandbox.changes][1:] == ["Deployment was cancelled"]
    assert sandbox.status_of("svc-1") == "degraded"
