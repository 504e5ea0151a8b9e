"""`check`: the result of a health check on the page."""

from __future__ import annotations

import signal

import pytest
from pytest_httpserver import HTTPServer

from alert24_sandbox import Sandbox
from helpers.cli import Cli
from helpers.gate import Gate
from helpers.processes import CliProcess

CELLS = [
    # exit code, status before, options, status after, writes
    (0, "operational", [], "operational", 0),
    (0, "degraded", [], "operational", 1),
    (0, "down", [], "operational", 1),
    (0, "maintenance", [], "maintenance", 0),
    (0, "maintenance", ["--override-maintenance"], "operational", 1),
    (1, "operational", [], "down", 1),
    (1, "degraded", [], "down", 1),
    (1, "down", [], "down", 0),
    (1, "maintenance", [], "maintenance", 0),
    (7, "maintenance", ["--override-maintenance"], "down", 1),
    (7, "operational", ["--on-fail", "degraded"], "degraded", 1),
    (7, "degraded", ["--on-fail", "degraded"], "degraded", 0),
    (0, "operational", ["--on-pass", "degraded"], "degraded", 1),
    (0, "operational", ["--dry-run"], "operational", 0),
    (1, "operational", ["--dry-run"], "operational", 0),
]


@pytest.mark.parametrize(("code", "before", "options", "after", "writes"), CELLS)
def test_check__command__page_follows_its_exit_code(
    sandbox: Sandbox, tool: Cli, code: int, before: str, options: list[str], after: str, writes: int
) -> None:
    """The command's code is the exit code; maintenance is left alone, and what shows already is not written."""
    sandbox.add_service("API", status=before)
    assert tool("check", *options, "--", "sh", "-c", f"exit {code}").code == code
    assert (sandbox.status_of("API"), len(sandbox.writes)) == (after, writes)


@pytest.mark.parametrize(
    ("options", "code", "after"),
    [([], 0, "operational"), (["--verify-status", "418"], 6, "down"), (["--verify-text", "better"], 6, "down")],
)
def test_check__url__page_follows_the_answer(
    sandbox: Sandbox, tool: Cli, httpserver: HTTPServer, options: list[str], code: int, after: str
) -> None:
    """An address can be checked without a command; 6 says that it is unhealthy."""
    sandbox.add_service("API", status="degraded")
    httpserver.expect_request("/health").respond_with_data("fine")
    result = tool("check", "--url", httpserver.url_for("/health"), *options)
    assert (result.code, sandbox.status_of("API")) == (code, after)


@pytest.mark.parametrize("words", [[], ["--url", "http://127.0.0.1", "--", "true"]])
def test_check__nothing_or_two_things__wrong_use(sandbox: Sandbox, tool: Cli, words: list[str]) -> None:
    """There is one thing to check at a time."""
    result = tool("check", *words)
    result.says("nothing to check, or two things at once", "Nothing was changed")
    assert (result.code, sandbox.requests) == (2, [])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_check__stopped_by_a_signal__says_nothing_of_the_service(
    sandbox: Sandbox, tool_process: CliProcess, gate: Gate, number: signal.Signals
) -> None:
    """A check that somebody ended has no result."""
    sandbox.add_service("API")
    running = tool_process.begin("check", "--", "sh", "-c", f"{gate.here}; exec sleep 30")
    gate.wait()
    running.signal(number)
    assert (running.end().code, sandbox.requests) == (128 + number, [])


@pytest.mark.parametrize("check", ["true", "false"])
def test_check__alert24_is_down__fails(sandbox: Sandbox, tool: Cli, check: str) -> None:
    """A result that can't be shown fails the check; the command's own code comes first."""
    sandbox.fail(times=None)
    assert tool("check", "--timeout", "0.5s", "--", check).code == (4 if check == "true" else 1)
