"""`rollback`: the same around a rollback, after a deployment that failed."""

from __future__ import annotations

import shutil

import pytest

from alert24_sandbox import Sandbox
from helpers.cli import Cli
from helpers.gate import Gate
from helpers.processes import CliProcess

from .diary import Diary


@pytest.fixture(autouse=True)
def api(sandbox: Sandbox) -> None:
    """One service, which was not quite well before everything."""
    sandbox.add_service("API", status="degraded")


@pytest.fixture
def failed(sandbox: Sandbox, tool: Cli) -> Cli:
    """After `run` has failed in this folder."""
    assert tool("run", "--", "sh", "-c", "exit 3").code == 3
    assert sandbox.status_of("API") == "down"
    sandbox.clear_requests()
    return tool


def test_rollback__state_at_hand__puts_back_what_was_before_the_deployment(failed: Cli, diary: Diary) -> None:
    """Not the `down` that the failure left, but what start found before it; no service needs to be named twice."""
    del failed.environ["ALERT24_SERVICES"]
    assert failed("rollback", "--", "sh", "-c", diary.noting("rollback")).code == 0
    assert diary.entries == ["maintenance", "rollback", "degraded"]


def test_rollback__neither_state_nor_service__wrong_use(sandbox: Sandbox, tool: Cli) -> None:
    """Without either, nobody knows what is rolled back."""
    del tool.environ["ALERT24_SERVICES"]
    result = tool("rollback", "--", "true")
    result.says("no service is named", "--service", "no state names any", "Nothing was changed")
    assert (result.code, sandbox.requests) == (2, [])


def test_rollback__no_state__operational_and_not_down(sandbox: Sandbox, failed: Cli) -> None:
    """On another runner nothing is known of before: what was rolled back is taken for well."""
    shutil.rmtree(failed.folder / ".alert24-deploy")
    assert (failed("rollback", "--", "true").code, sandbox.status_of("API")) == (0, "operational")


def test_rollback__of_a_deployment_that_is_still_open__heals_it(
    sandbox: Sandbox, tool_process: CliProcess, gate: Gate
) -> None:
    """A runner died in the deployment; its rollback takes maintenance over and ends it."""
    running = tool_process.begin("run", "--", "sh", "-c", f"{gate.here}; exec sleep 2")
    gate.wait()
    running.kill()
    assert sandbox.status_of("API") == "maintenance"
    assert (tool_process("rollback", "--", "true").code, sandbox.status_of("API")) == (0, "degraded")
