"""What `record-change` and `incident-on-failure` ask of Alert24: every request, every record, and what fails softly."""

from __future__ import annotations

from pathlib import Path

import pytest

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


def test_key_without_the_right__a_warning__the_deployment_goes_on(one: Cli, sandbox: Sandbox) -> None:
    """The scope `services` may not record anything: that is said, and the page is right all the same."""
    one.environ["ALERT24_API_KEY"] = sandbox.add_key(["services"])
    started, ended = one("start", *BOTH), one("finish", "--outcome", "failure", *BOTH)
    started.says("The start of the deployment could not be recorded: Alert24 answered 403")
    ended.says("The end of the deployment could not be recorded", "whether other deployments", "The incident could not")
    assert (started.code, ended.code, sandbox.status_of("svc-1")) == (0, 0, "down")


@pytest.mark.parametrize("applied", [True, False])
def test_record__its_answer_is_lost__looked_up_before_it_is_sent_again(
    one: Cli, sandbox: Sandbox, *, applied: bool
) -> None:
    """POST is not idempotent: after a lost answer the list is read, and only what is not there is sent again."""
    sandbox.drop(method="POST", applied=applied)
    again = [] if applied else [POST]
    assert sent_by(sandbox, one, "start", "--record-change") == [LOOKUP, POST, LOOK, *again, PUT]
    assert len(sandbox.changes) == 1


def test_incident__opened_added_to_and_resolved(one: Cli, sandbox: Sandbox, tmp_path: Path) -> None:
    """A second failure of the lane adds to the open incident, another lane opens its own, and a success resolves."""
    for lane, outcome in (("x", "failure"), ("x", "failure"), ("y", "failure"), ("x", "success")):
        options = ("--incident-on-failure", "--lane", lane, "--state", str(tmp_path / "state.json"))
        one("start", *options)
        one("finish", "--outcome", outcome, *options)
    first, second = (each.fields for each in sandbox.incidents)
    assert (first["status"], second["status"], first["affected_services"]) == ("resolved", "open", ["svc-1"])
    assert str(first["description"]).count("failed") == 2


def test_rollback__is_a_change_of_that_type(one: Cli, sandbox: Sandbox) -> None:
    """The command `rollback` records a rollback, whose success supersedes the failure."""
    one("start", "--record-change")
    one("finish", "--record-change", "--outcome", "failure")
    assert one("rollback", "--record-change", "--", "true").code == 0
    assert [each.fields["change_type"] for each in sandbox.changes] == ["deployment"] * 2 + ["rollback"] * 2
    assert sandbox.status_of("svc-1") == "operational"


def test_reconcile__a_dead_deployment__its_end_is_recorded_once(one: Cli, sandbox: Sandbox) -> None:
    """Whoever ends the maintenance of a dead deployment records its end, so that nobody waits for it."""
    one("start", "--record-change")
    for _ in range(2):
        assert one("reconcile", "--record-change", "--outcome", "cancelled").code == 0
    assert sandbox.changes[0].fields["summary"] == "Deployment started"
    assert [str(each.fields["summary"])[:24] for each in sandbox.changes][1:] == ["Deployment was cancelled"]
    assert sandbox.status_of("svc-1") == "degraded"
