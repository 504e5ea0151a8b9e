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


def test_start__refused_half_way__finish_has_nothing_left_to_do(sandbox: Sandbox, cli: Cli) -> None:
    """The after_script that follows a failed before_script changes nothing and does not fail."""
    sandbox.fail(status=403, method="PUT", path="svc-b")
    cli("start", *THREE)
    sandbox.clear_requests()
    assert cli("finish", "--outcome", "failure").code == 0
    assert (sandbox.writes, statuses(sandbox)) == ([], ["degraded", "operational", "down"])


def test_start__cannot_put_back__finish_does(sandbox: Sandbox, cli: Cli) -> None:
    """Where putting back fails as well, the state keeps what finish needs."""
    sandbox.fail(status=403, method="PUT", path="svc-b")
    spoiled = sandbox.fail(times=None, status=501, method="PUT", path="svc-a", after=1)
    result = cli("start", *THREE)
    result.says("The page could not be restored")
    assert (result.code, statuses(sandbox)) == (3, ["maintenance", "operational", "down"])
    spoiled.cancel()
    assert cli("finish", "--outcome", "failure").code == 0
    assert statuses(sandbox) == ["degraded", "operational", "down"]


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


@pytest.mark.parametrize(("rule", "code"), [("never", 0), ("finish", 0), ("always", 4)])
@pytest.mark.expects_warnings("start goes on without Alert24")
def test_fail_on_unreachable__one_of_three_at_start__goes_on_or_puts_back(
    sandbox: Sandbox, cli: Cli, rule: str, code: int
) -> None:
    """A deployment that goes on keeps the others in maintenance; one that fails puts them back."""
    sandbox.fail(times=None, status=501, method="PUT", path="svc-b")
    assert cli("start", *THREE, "--fail-on-unreachable", rule).code == code
    expected = ["degraded", "operational", "down"] if code else ["maintenance", "operational", "maintenance"]
    assert statuses(sandbox) == expected


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


@pytest.mark.parametrize("rule", ["never", "finish", "always"])
def test_fail_on_unreachable__refusals__always_fail(sandbox: Sandbox, cli: Cli, rule: str) -> None:
    """A mistake of the user fails every phase, whatever the rule."""
    cli("start", *THREE)
    sandbox.fail(status=403, method="PUT", path="svc-b")
    result = cli("finish", "--outcome", "success", "--fail-on-unreachable", rule)
    assert result.code == 3
    assert cli("start", "-s", "Nobody", "--fail-on-unreachable", rule).code == 3
    assert cli("start", "--fail-on-unreachable", rule).code == 2


def test_worst_code__refused_and_unreachable__is_the_refusal(sandbox: Sandbox, cli: Cli) -> None:
    """No waiting heals a refusal, so it decides the code; both services are named."""
    sandbox.fail(times=None, status=501, method="PUT", path="svc-a")
    sandbox.fail(times=None, status=403, method="PUT", path="svc-c")
    result = cli("set", "down", *THREE)
    result.says("Could not set 'C' to down (and 1 more)", "Written: 'B'")
    assert (result.code, statuses(sandbox)) == (3, ["degraded", "down", "down"])


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


def test_start__broken_off_by_an_outage_with_always__finish_never_turns_the_page_down(
    sandbox: Sandbox, cli: Cli
) -> None:
    """Neither does a start that could not reach Alert24 and was told to fail."""
    fault = sandbox.fail(times=None, status=501)
    assert cli("start", *THREE, "--fail-on-unreachable", "always").code == 4
    fault.cancel()
    assert cli("finish", "--outcome", "failure").code == 0
    assert statuses(sandbox) == ["degraded", "operational", "down"]


@pytest.mark.parametrize("where", ["/dev/null/state.json", "/proc/nothing/state.json"])
def test_start__state_cannot_be_saved__writes_nothing(sandbox: Sandbox, cli: Cli, where: str) -> None:
    """Without a place for what was found nothing is written, and the message says so."""
    result = cli("start", *THREE, "--state", where)
    result.says(where, "can't be written", "--state", "Nothing was changed")
    assert (result.code, sandbox.writes) == (2, [])


def test_retries__few_failures__nobody_notices(sandbox: Sandbox, cli: Cli, quick_backoff: None) -> None:
    """Failures that pass are waited out: each service is written once in the end, and nothing is said."""
    del quick_backoff
    for status in (500, 502, 503, 504, 429, 408):
        sandbox.fail(status=status)
    sandbox.drop()
    result = cli("start", *THREE)
    assert (result.code, statuses(sandbox)) == (0, ["maintenance"] * 3)
    assert "Error" not in result.people + result.out
