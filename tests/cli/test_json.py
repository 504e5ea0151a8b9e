"""--json: one document on stdout, for success and for each kind of error; people's text stays on stderr."""

from __future__ import annotations

import json
from typing import Any

import pytest

from alert24_sandbox import Sandbox
from helpers.cli import Cli
from helpers.processes import CliProcess
from helpers.results import Result

FIELDS = {
    "command",
    "deployment",
    "outcome",
    "dry_run",
    "changed",
    "services",
    "notes",
    "warnings",
    "error",
    "exit_code",
    "timeline",
}


def document(result: Result) -> Any:
    """Return the one document on stdout, having seen that it tells the exit code and that people are told as well."""
    assert result.document["exit_code"] == result.code
    assert result.people
    return result.document


def test_start_and_finish__success__tell_what_was_done(sandbox: Sandbox, cli: Cli) -> None:
    """Each service comes with its status before and after, what was done, and why."""
    sandbox.add_service("API", id="svc-1", status="degraded")
    start = document(cli("start", "-s", "API", "--json"))
    finish = document(cli("finish", "--outcome", "success", "--json"))
    assert set(start) == set(finish) == FIELDS
    assert start["services"] == [
        {"id": "svc-1", "name": "API", "before": "degraded", "after": "maintenance", "action": "written",
         "reason": "a deployment starts"}
    ]  # fmt: skip
    assert (start["command"], start["changed"], start["error"], start["outcome"]) == ("start", True, None, None)
    assert (finish["command"], finish["changed"], finish["outcome"]) == ("finish", True, "success")
    assert [finish["services"][0][name] for name in ("before", "after")] == ["degraded", "operational"]
    assert start["deployment"] == finish["deployment"] != ""


def test_finish__second_time__tells_that_nothing_changed(sandbox: Sandbox, cli: Cli) -> None:
    """A no-op is a document, too."""
    sandbox.add_service("API")
    cli("start", "-s", "API")
    cli("finish", "--outcome", "success")
    told = document(cli("finish", "--outcome", "success", "--json"))
    assert (told["changed"], told["services"], len(told["notes"])) == (False, [], 1)


ERRORS = {
    "wrong option": (["start", "-s", "API", "--timeout", "soon"], 2),
    "no service": (["start"], 2),
    "no state": (["finish", "--outcome", "success"], 2),
    "no outcome": (["finish", "-s", "API"], 2),
    "unknown status": (["set", "up", "-s", "API"], 2),
    "unknown service": (["set", "down", "-s", "Nothing"], 3),
    "unknown service of start": (["start", "-s", "Nothing"], 3),
    "unknown status of services": (["services", "--status", "up"], 2),
    "no key file": (["services", "--api-key-file", "missing"], 2),
}


@pytest.mark.parametrize(("arguments", "code"), ERRORS.values(), ids=ERRORS)
def test_error__each_kind__is_one_document(sandbox: Sandbox, cli: Cli, arguments: list[str], code: int) -> None:
    """An error that ends a command is told to machines with its code, and to people in the same words."""
    sandbox.add_service("API")
    result = cli(*arguments, "--json")
    told = document(result)
    assert (result.code, told["error"]["code"], told["command"]) == (code, code, arguments[0])
    result.says(told["error"]["message"].splitlines()[0])


def test_error__half_way__tells_each_service(sandbox: Sandbox, cli: Cli) -> None:
    """A partial failure names what was done to each service."""
    for name in ("a", "b"):
        sandbox.add_service(name, id=f"svc-{name}")
    sandbox.fail(status=403, method="PUT", path="svc-b")
    told = document(cli("set", "down", "-s", "a", "-s", "b", "--json", "--concurrency", "1"))
    assert [(service["id"], service["action"], service["after"]) for service in told["services"]] == [
        ("svc-a", "written", "down"),
        ("svc-b", "failed", "operational"),
    ]
    assert told["error"]["code"] == 3


@pytest.mark.expects_warnings("start goes on without Alert24")
def test_error__unreachable__is_a_warning_at_start_and_an_error_at_finish(sandbox: Sandbox, cli: Cli) -> None:
    """The document tells the error even where it is forgiven; only the exit code differs."""
    sandbox.add_service("API")
    sandbox.fail(times=None, status=501)
    start = document(cli("start", "-s", "API", "--json"))
    finish = document(cli("finish", "--outcome", "success", "--json"))
    assert [(told["exit_code"], told["error"]["code"]) for told in (start, finish)] == [(0, 4), (4, 4)]


def test_services__json__is_a_list(sandbox: Sandbox, cli: Cli) -> None:
    """`services` writes its list; without a service an empty one."""
    assert cli("services", "--json").document == []
    sandbox.add_service("API", id="svc-1", status="down")
    assert cli("services", "--json").document == [{"id": "svc-1", "name": "API", "status": "down"}]


def test_process__json__stdout_is_the_document_alone(sandbox: Sandbox, cli_process: CliProcess) -> None:
    """Even verbosely, nothing but the document reaches stdout."""
    sandbox.add_service("API")
    result = cli_process("start", "-s", "API", "--json", "--verbose")
    assert json.loads(result.out)["changed"] is True
    result.says("PUT /api/v1/services/", "200 in")
