"""A log that breaks changes neither what is done nor the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alert24_sandbox import Sandbox
from helpers.broken_streams import WAYS
from helpers.processes import CliProcess

pytestmark = pytest.mark.slow

each_way = pytest.mark.parametrize("how", WAYS)
DEPLOY = "trap '' PIPE; echo out; echo err >&2; touch {ran}; exit {code}"
NAME = "Payments API"


@pytest.fixture
def tool_process(cli_process: CliProcess, sandbox: Sandbox) -> CliProcess:
    """The command line, with one service that is operational."""
    sandbox.add_service(NAME)
    cli_process.environ["ALERT24_SERVICES"] = NAME
    return cli_process


def _shell(code: int = 0, ran: str = "ran") -> tuple[str, ...]:
    return "--", "/bin/sh", "-c", DEPLOY.format(ran=ran, code=code)


@pytest.mark.parametrize("streams", ["1", "2", "12", "012"])
@each_way
def test_run__stream_is_broken__command_runs_and_page_is_right(
    tool_process: CliProcess, sandbox: Sandbox, how: str, streams: str
) -> None:
    """The deployment is made, the page follows, and the exit code is the command's."""
    ended = tool_process("run", "--verbose", *_shell(), broken=(how, streams))
    assert ended.code == 0, ended.people
    assert ((tool_process.folder / "ran").exists(), sandbox.status_of(NAME)) == (True, "operational")
    assert [request.json["status"] for request in sandbox.writes] == ["maintenance", "operational"]


@each_way
def test_run__command_fails__rolled_back_with_its_own_code(
    tool_process: CliProcess, sandbox: Sandbox, how: str
) -> None:
    """A broken log skips neither the rollback nor the final status."""
    ended = tool_process("run", "--rollback", "touch back", *_shell(7), broken=(how, "12"))
    assert ended.code == 7
    assert ((tool_process.folder / "back").exists(), sandbox.status_of(NAME)) == (True, "operational")


@pytest.mark.parametrize(("outcome", "status"), [("success", "operational"), ("failure", "down")])
@each_way
def test_start_and_finish__stream_is_broken__page_is_right(
    tool_process: CliProcess, sandbox: Sandbox, how: str, outcome: str, status: str
) -> None:
    """Both phases do their work without a word."""
    assert tool_process("start", "--verbose", broken=(how, "12")).code == 0
    assert sandbox.status_of(NAME) == "maintenance"
    assert tool_process("finish", "--verbose", "--outcome", outcome, broken=(how, "12")).code == 0
    assert sandbox.status_of(NAME) == status


def test_start__every_stream_is_closed__state_holds_no_log(tool_process: CliProcess, sandbox: Sandbox) -> None:
    """Files that are opened in the place of a closed stream would get the log's text."""
    assert tool_process("start", "--verbose", broken=("closed", "012")).code == 0
    assert json.loads((tool_process.folder / ".alert24-deploy" / "state.json").read_text())["stage"] == "started"
    assert sandbox.status_of(NAME) == "maintenance"


@pytest.mark.parametrize("streams", ["0", "1", "2"])
def test_run__stream_is_closed__is_closed_for_the_command_too(tool_process: CliProcess, streams: str) -> None:
    """The command gets the streams that it would have without us."""
    look = f"[ -e /proc/$$/fd/{streams} ] || touch closed"
    assert tool_process("run", "--", "/bin/sh", "-c", look, broken=("closed", streams)).code == 0
    assert (tool_process.folder / "closed").exists()


def test_run__on_github__nothing_but_the_command_may_fail(
    tool_process: CliProcess, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The words around the command's output are a log, too."""
    ended = tool_process(
        "run", *_shell(), env={"GITHUB_ACTIONS": "true", "RUNNER_TEMP": str(tmp_path)}, broken=("full", "1")
    )
    assert (ended.code, sandbox.status_of(NAME)) == (0, "operational")


@pytest.mark.parametrize("arguments", [("services",), ("services", "--json"), ("set", "degraded", "--json")])
@pytest.mark.parametrize(("how", "code"), [("full", 1), ("gone", 0), ("closed", 0)])
def test_output__can_not_be_written__fails_at_the_end_if_it_is_lost(
    tool_process: CliProcess, sandbox: Sandbox, arguments: tuple[str, ...], how: str, code: int
) -> None:
    """A reader that has gone has seen enough; a document that a full disk lost was asked for."""
    ended = tool_process(*arguments, broken=(how, "1"))
    assert (ended.code, "No space left on device" in ended.people) == (code, code == 1), ended.people
    assert sandbox.status_of(NAME) == ("degraded" if arguments[0] == "set" else "operational")


def test_run__document_is_lost__deployment_counts_and_code_says_so(tool_process: CliProcess, sandbox: Sandbox) -> None:
    """The page is right before the exit code tells that the document is missing."""
    ended = tool_process("run", "--json", "--", "/bin/true", broken=("full", "1"))
    assert (ended.code, sandbox.status_of(NAME)) == (1, "operational")
