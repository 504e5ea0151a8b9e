"""Services may have any name; none of them breaks a command, a message, the state or a CI's log."""

from __future__ import annotations

import json

from alert24_sandbox import Sandbox
from helpers.cli import Cli
from helpers.results import Result, state_in

NAMES = [
    "Payments API",
    "Payments, API; and more",
    "the \"double\" and 'single' quotes",
    "two\nlines",
    "ends a line\r\n::error::and begins a command",
    "::error title=Boom::gone",
    "##[error]gone",
    "in the middle ##[error]gone",
    "tab\tand bell\a and escape \x1b[31m",
    "Zahlungen für Größe 日本語",
    "rocket 🚀 family 👩‍👩‍👧",
    "right to left \u202egnp.exe",
    "line separator \u2028 paragraph \u2029 next \x85",
    "[EU] API",
    '["EU", "US"]',
    "{}",
    "--json",
    "-s",
    "a/b?c=d#e%2Ff",
    "$(reboot) `reboot` ${{ secrets.X }} %0A::error::x",
    "%s {0} \\n \\u0041",
    "a" * 500,
]
IDS = ["a/b", "with blank", "100%", "a?b=c", "ä", "..%2f", "a;b", "a+b", "~"]


def naming(references: list[str]) -> list[str]:
    """The options that name these services."""
    return [word for reference in references for word in ("-s", reference)]


def harmless(result: Result) -> None:
    """Assert that no line of an output is a command to GitHub's runner or steers a terminal."""
    lines = [line for text in (result.out, result.people) for line in text.split("\n")]
    assert not [line for line in lines if line.lstrip().startswith("::")]
    assert not [line for line in lines if "##[" in line]
    assert not [line for line in lines if not line.isprintable()]


# All names in one command: each is told on a line of its own, so one that breaks out of it is seen.
def test_phases__any_names__work_and_stay_harmless(sandbox: Sandbox, cli: Cli) -> None:
    """Start, finish and set reach every service by its name, and say it on lines that are only text."""
    for name in NAMES:
        sandbox.add_service(name)
    sandbox.add_service("another")
    for arguments, status in (
        (["start", *naming(NAMES)], "maintenance"),
        (["finish", "--outcome", "failure"], "down"),
        (["set", "degraded", *naming(NAMES)], "degraded"),
        (["services"], "degraded"),
    ):
        result = cli(*arguments, "--verbose")
        harmless(result)
        assert result.code == 0
        assert {service.name: service.status for service in sandbox.services} == {
            **dict.fromkeys(NAMES, status),
            "another": "operational",
        }
    assert [service["name"] for service in state_in(cli.folder)["services"]] == NAMES


def test_json__any_names__come_through_unchanged(sandbox: Sandbox, cli: Cli) -> None:
    """--json keeps every character of a name, in lines that are no commands."""
    for name in NAMES:
        sandbox.add_service(name)
    result = cli("start", "--json", env={"ALERT24_SERVICES": json.dumps(NAMES)})
    harmless(result)
    assert [service["name"] for service in result.document["services"]] == NAMES


def test_unknown_services__any_names__are_told_harmlessly(sandbox: Sandbox, cli: Cli) -> None:
    """References that name nothing are quoted in an error that is only text."""
    sandbox.add_service("nothing like it")
    result = cli("start", *naming(NAMES))
    harmless(result)
    assert result.people.casefold().count("there is no service") == len(NAMES)
    assert (result.code, sandbox.writes) == (3, [])


def test_services__blanks_around_a_name__are_found(sandbox: Sandbox, cli: Cli) -> None:
    """A name that begins or ends with blanks is reached by -s, which takes one reference whatever is in it."""
    sandbox.add_service("  API ", id="the-one")
    assert cli("start", "-s", "  API ").code == 0
    assert sandbox.status_of("the-one") == "maintenance"


def test_phases__any_ids__are_encoded_in_the_path(sandbox: Sandbox, cli: Cli) -> None:
    """An id is percent-encoded, whatever is in it."""
    for service_id in IDS:
        sandbox.add_service(f"API {service_id}", id=service_id)
    assert cli("start", *naming(IDS)).code == 0
    assert {sandbox.status_of(service_id) for service_id in IDS} == {"maintenance"}
    assert cli("finish", "--outcome", "success").code == 0
    assert {sandbox.status_of(service_id) for service_id in IDS} == {"operational"}


def test_names__same_name_twice__asks_for_an_id(sandbox: Sandbox, cli: Cli) -> None:
    """A name that two services share names none of them, and the message lists their ids."""
    for service_id in ("svc-1", "svc-2"):
        sandbox.add_service("API", id=service_id)
    result = cli("start", "-s", "API")
    result.says("2 services are named 'API'", "svc-1", "svc-2", "Nothing was changed")
    assert (result.code, sandbox.writes) == (3, [])


def test_names__exact_before_ignoring_case(sandbox: Sandbox, cli: Cli) -> None:
    """`API` is the service of just that name, even where there is an `api`."""
    sandbox.add_service("api", id="svc-1")
    sandbox.add_service("API", id="svc-2")
    assert cli("start", "-s", "API").code == 0
    assert [put.path for put in sandbox.writes] == ["/api/v1/services/svc-2"]
