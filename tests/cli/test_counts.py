"""How much is asked of Alert24: each request is counted, and each body looked at."""

from __future__ import annotations

import pytest

from alert24_sandbox import Sandbox
from helpers.background import background
from helpers.cli import Cli

CHOSEN = [number * 37 % 250 for number in range(40)]


@pytest.fixture
def big(sandbox: Sandbox) -> Sandbox:
    """An organisation of 250 services."""
    for number in range(250):
        sandbox.add_service(f"Service {number}", id=f"svc-{number}", description=f"The description of {number}")
    return sandbox


def lists(sandbox: Sandbox) -> list[dict[str, str]]:
    """Return the queries of the list requests so far."""
    return [request.query for request in sandbox.requests if request.path == "/api/v1/services"]


def calls(sandbox: Sandbox) -> list[tuple[str, str]]:
    """Return method and path of every request so far."""
    return [(request.method, request.path) for request in sandbox.requests]


def test_phases__40_of_250_by_name__cost_3_lists_and_40_puts_each(big: Sandbox, cli: Cli) -> None:
    """A phase makes one list request per 100 services and one PUT per service, with the status and nothing else."""
    names = [word for number in CHOSEN for word in ("-s", f"Service {number}")]
    for arguments, status in ((["start", *names], "maintenance"), (["finish", "--outcome", "success"], "operational")):
        big.clear_requests()
        assert cli(*arguments).code == 0
        offsets = sorted(int(query["offset"]) for query in lists(big))
        assert (offsets, {query["limit"] for query in lists(big)}) == ([0, 100, 200], {"100"})
        assert len(big.requests) == 43
        assert sorted(put.path for put in big.writes) == sorted(f"/api/v1/services/svc-{number}" for number in CHOSEN)
        assert [put.json for put in big.writes] == [{"status": status}] * 40


@pytest.mark.parametrize("concurrency", [1, 4])
def test_start__many_services__pools_its_connections(big: Sandbox, cli: Cli, concurrency: int) -> None:
    """No more connections are opened than writes go out at once."""
    names = [word for number in CHOSEN for word in ("-s", f"Service {number}")]
    assert cli("start", *names, "--concurrency", str(concurrency)).code == 0
    assert big.connections <= concurrency


def test_start__writes_at_once__as_many_as_concurrency_says(big: Sandbox, cli: Cli) -> None:
    """With concurrency 3 three PUTs wait for their answers together, and never a fourth."""
    hold = big.hold(times=3, method="PUT")
    waiting: list[int] = []

    def three_wait() -> bool:
        waiting.append(sum(put.status is None for put in big.writes))
        if waiting[-1] == 3:
            hold.release()
        return waiting[-1] == 3

    names = [word for number in range(12) for word in ("-s", f"svc-{number}")]
    with background(lambda: cli("start", *names, "--concurrency", "3")) as started:
        big.wait_for(three_wait)
        assert started.result(timeout=10).code == 0
    assert max(waiting) == 3


@pytest.mark.parametrize(("references", "start_reads"), [("Service {}", 100), ("svc-{}", 3)], ids=["names", "ids"])
def test_phases__3_among_10_000__cost_grows_with_what_is_asked(
    sandbox: Sandbox, cli: Cli, references: str, start_reads: int
) -> None:
    """Names take the whole list; ids take one page of it, which tells how long it is, and finish takes none."""
    for number in range(10_000):
        sandbox.add_service(f"Service {number}", id=f"svc-{number}")
    words = [word for number in (7, 5_000, 9_999) for word in ("-s", references.format(number))]
    for arguments, reads in ((["start", *words], start_reads), (["finish", "--outcome", "success"], 3)):
        sandbox.clear_requests()
        assert cli(*arguments).code == 0
        methods = [method for method, _ in calls(sandbox)]
        assert (methods.count("GET"), methods.count("PUT")) == (reads, 3)


def test_start__a_long_list__all_pages_after_the_first_at_once(big: Sandbox, cli: Cli) -> None:
    """The second and the third page are asked for before either is answered."""
    hold = big.hold(times=2, path="/api/v1/services", after=1)
    with background(lambda: cli("start", "-s", "Service 249")) as started:
        big.wait_for(lambda: len(lists(big)) == 3)
        hold.release()
        assert started.result(timeout=10).code == 0


@pytest.mark.parametrize("service_id", ["svc-7", "svc_abc123", "0b5c7a1e-4d0f-4f1e-9f8a-0123456789ab"])
def test_phases__one_by_id__cost_one_get_and_one_put(sandbox: Sandbox, cli: Cli, service_id: str) -> None:
    """A single service that is given by its id is asked for directly."""
    sandbox.add_service("API", id=service_id)
    path = f"/api/v1/services/{service_id}"
    for arguments in (["start", "-s", service_id], ["finish", "--outcome", "success"]):
        sandbox.clear_requests()
        assert cli(*arguments).code == 0
        assert calls(sandbox) == [("GET", path), ("PUT", path)]


def test_set__one_by_id__costs_one_put(sandbox: Sandbox, cli: Cli) -> None:
    """`set` of a service by id reads nothing."""
    sandbox.add_service("API", id="svc-7")
    assert cli("set", "down", "-s", "svc-7").code == 0
    assert calls(sandbox) == [("PUT", "/api/v1/services/svc-7")]
    assert sandbox.writes[0].json == {"status": "down"}


def test_requests__every_one__names_the_tool_and_carries_the_key(sandbox: Sandbox, cli: Cli) -> None:
    """The User-Agent tells who calls; the key goes in the one documented header."""
    sandbox.add_service("API")
    cli("start", "-s", "API")
    for request in sandbox.requests:
        assert request.headers["User-Agent"].startswith("alert24-deploy/")
        assert request.headers["Authorization"] == "write"
