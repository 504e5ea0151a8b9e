"""`services` lists what the key can reach."""

from __future__ import annotations

import pytest

from alert24_sandbox import Sandbox
from helpers.cli import Cli


def test_services__every_page__is_listed_in_order(sandbox: Sandbox, cli: Cli) -> None:
    """Id, status and name, a line each, from as many requests as there are hundreds."""
    for number in range(101):
        sandbox.add_service(f"Service {number}", id=f"svc-{number}")
    result = cli("services")
    assert [line.split(maxsplit=2) for line in result.out.splitlines()] == [
        [f"svc-{number}", "operational", f"Service {number}"] for number in range(101)
    ]
    assert (result.code, len(sandbox.requests)) == (0, 2)


@pytest.mark.parametrize("status", ["operational", "degraded", "down", "maintenance"])
def test_services__with_a_status__lists_only_those(sandbox: Sandbox, cli: Cli, status: str) -> None:
    """--status is Alert24's own filter."""
    for each in ("operational", "degraded", "down", "maintenance"):
        sandbox.add_service(each.title(), status=each)
    result = cli("services", "--status", status)
    assert result.out.split()[1:] == [status, status.title()]
    assert sandbox.requests[0].query["status"] == status
