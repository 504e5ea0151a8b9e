"""Mistakes of the user: each has its message, its exit code, and leaves the page as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from alert24_sandbox import Sandbox
from helpers.cli import Cli

UNKNOWN_KEY = "ak_live_" + "Zz9" * 10 + "Zz"
PHASES = {
    "start": ["start", "-s", "A", "-s", "B"],
    "finish": ["finish", "--outcome", "failure", "-s", "A", "-s", "B"],
    "set": ["set", "down", "-s", "A", "-s", "B"],
}
every_phase = pytest.mark.parametrize("arguments", PHASES.values(), ids=PHASES)


@pytest.fixture(autouse=True)
def page_as_it_was(sandbox: Sandbox) -> Iterator[None]:
    """Two services, which no mistake may change for good."""
    sandbox.add_service("A", id="svc-a", status="degraded", description="Own")
    sandbox.add_service("B", id="svc-b")
    before = [(service.status, service.description) for service in sandbox.services]
    yield
    assert [(service.status, service.description) for service in sandbox.services] == before


@every_phase
def test_wrong_key__is_refused(cli: Cli, sandbox: Sandbox, arguments: list[str]) -> None:
    """401: the message names the variable, Alert24's words, the request's id, and where keys are made."""
    result = cli(*arguments, env={"ALERT24_API_KEY": UNKNOWN_KEY})
    said = ("401", sandbox.requests[0].request_id, "ALERT24_API_KEY", "Invalid API key", "Settings > API Keys")
    result.says("Could not look up the services", "Nothing was changed", *said)
    assert (result.code, sandbox.writes) == (3, [])


@pytest.mark.parametrize(
    ("key", "says"),
    [("'k3y'", "has quotes around it"), ("<your key>", "contains spaces"), ("YOUR_KEY", "is a placeholder, not a key")],
)
def test_key__quotes_or_a_placeholder__is_called_that(cli: Cli, key: str, says: str) -> None:
    """What is stored instead of a key has a name, and is not shown."""
    result = cli("services", env={"ALERT24_API_KEY": key})
    result.says("ALERT24_API_KEY", says, "Store the key alone")
    assert key not in result.people


@every_phase
def test_read_only_key__is_refused(cli: Cli, read_key: str, arguments: list[str]) -> None:
    """403 on the first write: the message names the scope that is missing."""
    result = cli(*arguments, env={"ALERT24_API_KEY": read_key})
    result.says("Could not set 'A'", "403", "`write` scope", "Nothing was changed")
    assert result.code == 3


@every_phase
@pytest.mark.parametrize("key", [None, "", "   "])
def test_no_key__is_wrong_use(cli: Cli, sandbox: Sandbox, arguments: list[str], key: str | None) -> None:
    """Without a key nothing is asked of anybody."""
    result = cli(*arguments, env={"ALERT24_API_KEY": key})
    result.says("there is no API key", "ALERT24_API_KEY", "Nothing was changed")
    assert (result.code, sandbox.requests) == (2, [])


@every_phase
def test_unknown_service__suggests_the_nearest(cli: Cli, sandbox: Sandbox, arguments: list[str]) -> None:
    """All wrong references are told at once, each with what it may have meant, before anything is written."""
    sandbox.add_service("Payments API")
    result = cli(*arguments, "-s", "Paiments API", "-s", "Nowhere near")
    sandbox.delete_service("Payments API")
    result.says("no service 'Paiments API' (did you mean 'Payments API'?)", "no service 'Nowhere near'")
    result.says("alert24-deploy services", "3 services", "Nothing was changed")
    assert (result.code, sandbox.writes) == (3, [])


@pytest.mark.parametrize("status", ["maintainance", "previous", "", "DOWNN", "up\n::error::"])
def test_set__unknown_status__lists_the_right_ones(cli: Cli, sandbox: Sandbox, status: str) -> None:
    """Nothing is sent for a status that does not exist."""
    result = cli("set", status, "-s", "A")
    result.says("STATUS", "operational", "degraded", "down", "maintenance")
    assert (result.code, sandbox.requests) == (2, [])


@every_phase
@pytest.mark.parametrize("services", [None, "", " , ,", "[]", "\n\n"])
def test_no_services__is_wrong_use(cli: Cli, sandbox: Sandbox, arguments: list[str], services: str | None) -> None:
    """Empty is not everything: without a service there is nothing to do, and nobody is asked."""
    bare = arguments[: arguments.index("-s")]
    result = cli(*bare, env={"ALERT24_SERVICES": services})
    result.says("no service is named")
    assert (result.code, sandbox.requests) == (2, [])


@pytest.mark.parametrize("option", ["--api-key={}", "{}"])
def test_key_on_the_command_line__is_refused_and_not_repeated(cli: Cli, api_key: str, option: str) -> None:
    """A key that somebody types as an option or an argument is not printed into the log once more."""
    result = cli("start", "-s", "A", option.format(api_key))
    assert result.code == 2


def test_key_in_the_wrong_place__is_not_repeated(cli: Cli, api_key: str) -> None:
    """A key that was pasted as a status, a service or a duration is struck out, even where it is nobody's setting."""
    pasted = api_key[:-1] + "x"
    for arguments in (["set", pasted, "-s", "A"], ["start", "-s", pasted], ["start", "-s", "A", "--timeout", pasted]):
        assert cli(*arguments).code in (2, 3)
