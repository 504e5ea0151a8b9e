"""Every option has an environment variable; the command line wins over it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alert24_sandbox import Sandbox
from helpers.cli import Cli
from helpers.results import state_in

START = ("start", "-s", "API")
FINISH = ("finish", "--outcome", "success")
# Values that can't be: the command that reads the variable refuses them and names it.
REFUSED = [
    (START, "ALERT24_API_URL", "nowhere"),
    (START, "ALERT24_API_KEY_FILE", "missing"),
    (START, "ALERT24_TIMEOUT", "soon"),
    (START, "ALERT24_CONCURRENCY", "0"),
    (START, "ALERT24_DRY_RUN", "perhaps"),
    (START, "ALERT24_FAIL_ON_UNREACHABLE", "sometimes"),
    (START, "ALERT24_VERBOSE", "very"),
    (START, "ALERT24_JSON", "xml"),
    (("services",), "ALERT24_STATUS", "up"),
    (START, "ALERT24_RESPECT_EXISTING_MAINTENANCE", "perhaps"),
    *[
        (command, f"ALERT24_ON_{event}", "up")
        for command in (START, FINISH)
        for event in ("SUCCESS", "FAILURE", "CANCELLED", "ROLLBACK", "CONFLICT")
    ],
]


@pytest.fixture(autouse=True)
def api(sandbox: Sandbox) -> None:
    """One service."""
    sandbox.add_service("API", id="svc-1", status="degraded", description="Own")


@pytest.mark.parametrize(("command", "variable", "value"), REFUSED, ids=[f"{c[0]} {v}" for c, v, _ in REFUSED])
def test_variable__impossible_value__is_refused_by_its_name(
    cli: Cli, sandbox: Sandbox, command: tuple[str, ...], variable: str, value: str
) -> None:
    """The message names the variable that the user set, and quotes what is in it."""
    result = cli(*command, env={variable: value})
    result.says(variable, f"'{value}'")
    assert (result.code, sandbox.requests) == (2, [])


@pytest.mark.parametrize("command", [START, FINISH], ids=["start", "finish"])
def test_variables__empty__are_as_good_as_not_set(cli: Cli, command: tuple[str, ...]) -> None:
    """CI systems set variables to nothing; that asks for nothing."""
    cli(*START)
    # Not the address: without one, the real Alert24 would be asked.
    empty = {variable: "  " for _, variable, _ in REFUSED if variable != "ALERT24_API_URL"}
    assert cli(*command, env=empty).code == 0


def test_variables_that_act__at_start(cli: Cli, sandbox: Sandbox) -> None:
    """State, description, policy and verbosity can be given to start by the environment."""
    environ = {
        "ALERT24_SERVICES": "API",
        "ALERT24_STATE": "here/it.json",
        "ALERT24_DESCRIPTION": "Deploying",
        "ALERT24_ON_SUCCESS": "previous",
        "ALERT24_VERBOSE": "yes",
    }
    result = cli("start", env=environ)
    result.says("PUT /api/v1/services/svc-1: 200")
    saved = json.loads((cli.folder / "here" / "it.json").read_text(encoding="utf-8"))
    assert (saved["policy"], sandbox.service("API").description) == ({"on_success": "previous"}, "Deploying")


@pytest.mark.parametrize(
    ("outcome", "variables", "after"),
    [
        ("success", {"ALERT24_ON_SUCCESS": "previous"}, "degraded"),
        ("failure", {"ALERT24_ON_FAILURE": "degraded"}, "degraded"),
        ("cancelled", {"ALERT24_ON_CANCELLED": "down"}, "down"),
        ("failure", {"ALERT24_ROLLBACK_OUTCOME": "success"}, "degraded"),
        ("failure", {"ALERT24_ROLLBACK_OUTCOME": "success", "ALERT24_ON_ROLLBACK": "operational"}, "operational"),
        ("success", {"ALERT24_OUTCOME": "failure"}, "operational"),
        (None, {"ALERT24_OUTCOME": "failure"}, "down"),
    ],
)
def test_variables_that_act__at_finish(
    cli: Cli, sandbox: Sandbox, outcome: str | None, variables: dict[str, str], after: str
) -> None:
    """Outcomes and policy can be given to finish by the environment; the command line wins."""
    cli(*START)
    given = ["--outcome", outcome] if outcome else []
    assert cli("finish", *given, env=variables).code == 0
    assert sandbox.status_of("API") == after


def test_dry_run_and_respect__by_variable(cli: Cli, sandbox: Sandbox) -> None:
    """Flags take true and false words."""
    sandbox.add_service("Web", status="maintenance")
    cli("start", "-s", "Web", env={"ALERT24_RESPECT_EXISTING_MAINTENANCE": "on", "ALERT24_DRY_RUN": "off"})
    cli("set", "down", "-s", "svc-1", env={"ALERT24_DRY_RUN": "1"})
    assert sandbox.writes == []
    assert state_in(cli.folder)["services"][0]["left_alone"] is True


def test_path__with_blanks_and_unicode__holds_the_state(cli: Cli, tmp_path: Path) -> None:
    """A state file may be anywhere."""
    where = str(tmp_path / "a folder ü" / "state file.json")
    assert cli(*START, "--state", where).code == 0
    assert cli(*FINISH, "--state", where).code == 0
