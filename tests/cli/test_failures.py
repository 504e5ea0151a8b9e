"""Some services written and some not, a start that fails, and who is told with which code."""

from __future__ import annotations

import pytest

from alert24_sandbox import Sandbox
from helpers.cli import Cli
from helpers.results import state_in

THREE = ("-s", "A", "-s", "B", "-s", "C", "--concurrency", "1")


@pytest.fixture(autouse=True)
def three(sandbox: Sandbox) -> None:
    """Three services, none of them operational by chance."""
    for name, status in (("A", "degraded"), ("B", "operational"), ("C", "down")):
        sandbox.add_service(name, id=f"svc-{name.lower()}", status=status)


def statuses(sandbox: Sandbox) -> list[str]:
    """Return the statuses of A, B and C."""
    return [service.status for service in sandbox.services]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_start__refused_half_way__puts_everything_back_at_once(sandbox: Sandbox, cli: Cli, status: int) -> None:
    """A refusal fails start; what was written before and after it is as it was, and the state knows."""
    sandbox.fail(status=status, method="PUT", path="svc-b")
    result = cli("start", *THREE)
    result.says("Could not set 'B' to maintenance", str(status), "Written: 'A' and 'C'", "Not written: 'B'", "restored")
    assert (result.code, statuses(sandbox)) == (3, ["degraded", "operational", "down"])
    assert (state_in(cli.folder)["stage"], state_in(cli.folder)["outcome"]) == ("finished", "skipped")


OUTAGES = [
    *[(["start", *THREE], rule, code) for rule, code in (("never", 0), ("finish", 0), ("always", 4))],
    *[
        (arguments, rule, code)
        for arguments in (
            ["finish", "--outcome", "success", *THREE],
            ["set", "down", *THREE],
            ["set", "down", "-s", "svc-a"],
        )
        for rule, code in (("never", 0), ("finish", 4), ("always", 4))
    ],
]


@pytest.mark.parametrize(("arguments", "rule", "code"), OUTAGES, ids=[f"{r} {a[0]} {a[-1]}" for a, r, _ in OUTAGES])
def test_fail_on_unreachable__unreachable__decides_which_phase_fails(
    sandbox: Sandbox, cli: Cli, arguments: list[str], rule: str, code: int
) -> None:
    """Nothing at all can be reached: the code is 4, or 0 with a warning that says why."""
    sandbox.fail(times=None, status=501)
    result = cli(*arguments, "--fail-on-unreachable", rule)
    result.says("501", "Error:" if code else "Warning:")
    assert (result.code, statuses(sandbox)) == (code, ["degraded", "operational", "down"])


@pytest.mark.parametrize(("rule", "code"), [("never", 0), ("finish", 4), ("always", 4)])
def test_fail_on_unreachable__one_of_three_at_finish__is_finished_by_a_second_call(
    sandbox: Sandbox, cli: Cli, rule: str, code: int
) -> None:
    """What could not be written is tried again by the next finish, and only that."""
    cli("start", *THREE)
    fault = sandbox.fail(times=None, status=501, method="PUT", path="svc-b")
    result = cli("finish", "--outcome", "success", "--fail-on-unreachable", rule, "--concurrency", "1")
    result.says("Could not set 'B' to operational", "Written: 'A' and 'C'")
    assert (result.code, statuses(sandbox)) == (code, ["operational", "maintenance", "operational"])
    fault.cancel()
    sandbox.clear_requests()
    assert cli("finish", "--outcome", "success").code == 0
    assert [put.path for put in sandbox.writes] == ["/api/v1/services/svc-b"]
    assert statuses(sandbox) == ["operational"] * 3


def test_start__unreachable_and_forgiven__finish_looks_the_services_up(sandbox: Sandbox, cli: Cli) -> None:
    """References that start could not look up are kept, and finish resolves them."""
    fault = sandbox.fail(times=None, status=501)
    cli("start", *THREE).says("Warning:", "Continuing")
    fault.cancel()
    assert state_in(cli.folder)["unresolved"] == ["A", "B", "C"]
    assert cli("finish", "--outcome", "failure").code == 0
    assert statuses(sandbox) == ["down"] * 3


NEVER_BEGAN = {
    "unknown service": (["-s", "Nobody"], {}),
    "wrong key": (["-s", "A"], {"ALERT24_API_KEY": "ak_live_" + "Yy8" * 10 + "Yy"}),
    "no key": (["-s", "A"], {"ALERT24_API_KEY": ""}),
    "no service": ([], {}),
    "wrong option": (["-s", "A", "--timeout", "soon"], {}),
    "wrong option, dry run switched off": (["-s", "A", "--timeout", "soon"], {"ALERT24_DRY_RUN": "false"}),
    "http to a stranger": (["-s", "A", "--api-url", "http://example.com"], {}),
}


@pytest.mark.parametrize(("arguments", "env"), NEVER_BEGAN.values(), ids=NEVER_BEGAN)
def test_start__stopped_by_a_mistake__finish_never_turns_the_page_down(
    sandbox: Sandbox, cli: Cli, arguments: list[str], env: dict[str, str]
) -> None:
    """A deployment that never began is skipped, even where finish is given services and a failure."""
    assert cli("start", *arguments, env=env).code in (2, 3)
    result = cli("finish", "--outcome", "failure", *THREE)
    result.says("never began")
    assert (result.code, sandbox.writes, statuses(sandbox)) == (0, [], ["degraded", "operational", "down"])


@pytest.mark.parametrize("where", ["/dev/null/state.json", "/proc/nothing/state.json"])
def test_start__state_cannot_be_saved__writes_nothing(sandbox: Sandbox, cli: Cli, where: str) -> None:
    """Without a place for what was found nothing is written, and the message says so."""
    result = cli("start", *THREE, "--state", where)
    result.says(where, "can't be written", "--state", "Nothing was changed")
    assert (result.code, sandbox.writes) == (2, [])
