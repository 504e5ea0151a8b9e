"""Every option has an environment variable; the command line wins over it."""

from __future__ import annotations

import json
from collections.abc import Callable
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


@pytest.mark.parametrize(
    "value", ['["API", "Payments, API"]', "API\nPayments, API", "API\r\nPayments, API\r\n", "\n API \n\nPayments, API"]
)
def test_services__json_or_lines__may_hold_commas(cli: Cli, sandbox: Sandbox, value: str) -> None:
    """The variable takes a JSON array, or one a line."""
    sandbox.add_service("Payments, API")
    assert cli("start", env={"ALERT24_SERVICES": value}).code == 0
    assert [service.status for service in sandbox.services] == ["maintenance"] * 2


def test_services__single_line__is_separated_by_commas(cli: Cli, sandbox: Sandbox) -> None:
    """On one line commas part the references."""
    sandbox.add_service("Web")
    assert cli("start", env={"ALERT24_SERVICES": " API , svc-1,Web,"}).code == 0
    assert len(sandbox.writes) == 2


def test_services__on_the_command_line__replace_the_variables(cli: Cli, sandbox: Sandbox) -> None:
    """-s does not add to ALERT24_SERVICES."""
    sandbox.add_service("Web")
    assert cli("start", "-s", "Web", env={"ALERT24_SERVICES": "API"}).code == 0
    assert (sandbox.status_of("API"), sandbox.status_of("Web")) == ("degraded", "maintenance")


@pytest.mark.parametrize(("command", "variable", "value"), REFUSED[:6], ids=[v for _, v, _ in REFUSED[:6]])
def test_command_line__wins_over_the_variable(
    cli: Cli, sandbox: Sandbox, api_key: str, key_file: Callable[[str], str],
    command: tuple[str, ...], variable: str, value: str,
) -> None:  # fmt: skip
    """A good value on the command line makes a bad one in the environment harmless."""
    better = {
        "ALERT24_API_URL": ["--api-url", sandbox.url],
        "ALERT24_API_KEY_FILE": ["--api-key-file", key_file(api_key)],
        "ALERT24_TIMEOUT": ["--timeout", "5s"],
        "ALERT24_CONCURRENCY": ["--concurrency", "2"],
        "ALERT24_DRY_RUN": ["--dry-run"],
        "ALERT24_FAIL_ON_UNREACHABLE": ["--fail-on-unreachable", "never"],
    }
    assert cli(*command, *better[variable], env={variable: value}).code == 0


def test_api_key_file__wins_over_the_key_in_the_environment(
    cli: Cli, sandbox: Sandbox, api_key: str, read_key: str, key_file: Callable[[str], str]
) -> None:
    """The file may end in a newline and begin with a mark that editors write."""
    path = key_file(f"\ufeff{api_key}\n")
    assert cli(*START, env={"ALERT24_API_KEY": read_key, "ALERT24_API_KEY_FILE": path}).code == 0
    assert {request.headers["Authorization"] for request in sandbox.requests} == {"write"}


def test_api_url__with_slash_or_path_of_the_api__is_the_same_address(cli: Cli, sandbox: Sandbox) -> None:
    """People copy the address with a slash, or with /api/v1, from the documentation."""
    for end in ("/", "/api/v1", "/api/v1/"):
        assert cli("set", "down", "-s", "svc-1", env={"ALERT24_API_URL": sandbox.url + end}).code == 0


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
    ("outcome", "variable", "value", "after"),
    [
        ("success", "ALERT24_ON_SUCCESS", "previous", "degraded"),
        ("failure", "ALERT24_ON_FAILURE", "degraded", "degraded"),
        ("cancelled", "ALERT24_ON_CANCELLED", "down", "down"),
        ("failure", "ALERT24_ROLLBACK_OUTCOME", "success", "degraded"),
        ("success", "ALERT24_OUTCOME", "failure", "operational"),
        (None, "ALERT24_OUTCOME", "failure", "down"),
    ],
)
def test_variables_that_act__at_finish(
    cli: Cli, sandbox: Sandbox, outcome: str | None, variable: str, value: str, after: str
) -> None:
    """Outcomes and policy can be given to finish by the environment."""
    cli(*START)
    given = ["--outcome", outcome] if outcome else []
    assert cli("finish", *given, env={variable: value}).code == 0
    assert sandbox.status_of("API") == after


def test_on_rollback__by_variable(cli: Cli, sandbox: Sandbox) -> None:
    """After a rollback that succeeded, on-rollback decides."""
    cli(*START)
    environ = {"ALERT24_ROLLBACK_OUTCOME": "success", "ALERT24_ON_ROLLBACK": "operational"}
    assert cli("finish", "--outcome", "failure", env=environ).code == 0
    assert sandbox.status_of("API") == "operational"


def test_dry_run_and_respect__by_variable(cli: Cli, sandbox: Sandbox) -> None:
    """Flags take true and false words."""
    sandbox.add_service("Web", status="maintenance")
    cli("start", "-s", "Web", env={"ALERT24_RESPECT_EXISTING_MAINTENANCE": "on", "ALERT24_DRY_RUN": "off"})
    cli("set", "down", "-s", "svc-1", env={"ALERT24_DRY_RUN": "1"})
    assert sandbox.writes == []
    assert state_in(cli.folder)["services"][0]["left_alone"] is True


@pytest.mark.parametrize("command", ["start", "finish", "set", "services"])
def test_help__every_option__names_its_variable(cli: Cli, command: str) -> None:
    """What has an option can be set in the environment, and --help says under which name."""
    _, _, text = cli(command, "--help").out.partition("Alert24:")
    options = [line for line in text.splitlines() if line.startswith("  -")]
    assert " ".join(text.split()).count("[env var: ALERT24_") == len(options) - 1  # --help itself has none


def test_path__with_blanks_and_unicode__holds_the_state(cli: Cli, tmp_path: Path) -> None:
    """A state file may be anywhere."""
    where = str(tmp_path / "a folder ü" / "state file.json")
    assert cli(*START, "--state", where).code == 0
    assert cli(*FINISH, "--state", where).code == 0
