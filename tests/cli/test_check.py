"""`check`: the result of a health check on the page."""

from __future__ import annotations

import signal
from pathlib import Path

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


IN_A_ROW = {
    # results in turn, status before, what each of them says
    "failures": ("fff", "operational", ["1 of 3", "2 of 3", "operational -> down"]),
    "passes": ("pp", "down", ["1 of 2", "down -> operational"]),
    "another result in between": ("ffpff", "operational", ["1 of 3", "2 of 3", "1 of 2", "1 of 3", "2 of 3"]),
    "the page shows it": ("ffff", "down", ["1 of 3", "2 of 3", "stays down", "stays down"]),
    "maintenance": ("fff", "maintenance", ["1 of 3", "2 of 3", "stays maintenance"]),
}


@pytest.mark.parametrize(("results", "before", "said"), IN_A_ROW.values(), ids=IN_A_ROW)
def test_check__in_a_row__counts_and_asks_only_when_there_are_enough(
    sandbox: Sandbox, tool: Cli, results: str, before: str, said: list[str]
) -> None:
    """A result in between costs no request, one that the page shows no PUT; the exit code is always the command's."""
    sandbox.add_service("API", status=before)
    flag = tool.folder / "f"
    for result, words in zip(results, said, strict=True):
        flag.touch() if result == "f" else flag.unlink(missing_ok=True)
        sandbox.clear_requests()
        ended = tool("check", "--fail-after", "3", "--pass-after", "2", "--", "sh", "-c", "test ! -e f || exit 7")
        ended.says(words)
        asked = [] if " of " in words else ["GET"] if "stays" in words else ["GET", "PUT"]
        assert (ended.code, [each.method for each in sandbox.requests]) == (7 if result == "f" else 0, asked)
    assert (tool.folder / ".alert24-deploy" / ".gitignore").read_text() == "*\n"


OTHERS = {
    "command": ["-s", "API", "--", "test", "1", "=", "2"],
    "service": ["-s", "Web", "--", "false"],
    "URL": ["-s", "API", "--url", "http://127.0.0.1:9"],
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_check__another_check__begins_to_count_again(sandbox: Sandbox, tool: Cli, other: list[str]) -> None:
    """What was counted for one check is no result of another."""
    for name in ("API", "Web"):
        sandbox.add_service(name)
    tool("check", "--fail-after", "2", "-s", "API", "--", "false").says("1 of 2")
    tool("check", "--fail-after", "2", *other).says("1 of 2")
    assert sandbox.requests == []


def test_check__service_list_in_another_order__goes_on_counting(sandbox: Sandbox, tool: Cli) -> None:
    """The order in which the services are named is no change."""
    for name in ("API", "Web"):
        sandbox.add_service(name)
    tool("check", "--fail-after", "2", "-s", "API", "-s", "Web", "--", "false").says("1 of 2")
    tool("check", "--fail-after", "2", "-s", "Web", "-s", "API", "--", "false").says("-> down")
    assert len(sandbox.writes) == 2


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"check": "x", "passed": 1, "times": 1}', '{"check": "x", "passed": false, "times": 0}', "\xff"],
)
def test_check__broken_file_of_results__warns_and_begins_again(
    sandbox: Sandbox, tool: Cli, tmp_path: Path, content: str
) -> None:
    """What is no count counts nothing, and is replaced."""
    sandbox.add_service("API")
    tool("check", "--fail-after", "2", "--", "false")
    (file,) = (tmp_path / ".alert24-deploy").glob("check-*.json")
    file.write_text(content, encoding="latin-1")
    tool("check", "--fail-after", "2", "--", "false").says("can't be used. Counting begins again", "1 of 2")
    tool("check", "--fail-after", "2", "--", "false").says("-> down")


def test_check__results_can_not_be_kept__wrong_use(sandbox: Sandbox, tool: Cli, tmp_path: Path) -> None:
    """A count that always begins at 1 would never set the service down: that is an error, and no silence."""
    sandbox.add_service("API")
    (tmp_path / "file").touch()
    result = tool("check", "--fail-after", "2", "--state", "file/state.json", "--", "true")
    result.says("can't be kept", "--state", "Counting begins again")
    assert (result.code, sandbox.requests) == (2, [])


def test_check__alert24_is_down_at_the_last_result__is_set_by_the_next(sandbox: Sandbox, tool: Cli) -> None:
    """What could not be written is not counted from the beginning again."""
    sandbox.add_service("API")
    sandbox.fail(times=None, status=501)
    for _ in range(2):
        tool("check", "--fail-after", "2", "--", "false")
    sandbox.clear_faults()
    tool("check", "--fail-after", "2", "--", "false").says("-> down")


def test_check__dry_run__is_not_counted(sandbox: Sandbox, tool: Cli, tmp_path: Path) -> None:
    """A rehearsal leaves no trace."""
    sandbox.add_service("API")
    tool("check", "--fail-after", "2", "--dry-run", "--", "false").says("1 of 2")
    assert not (tmp_path / ".alert24-deploy").exists()


def test_check__json__a_result_in_between_is_a_note(sandbox: Sandbox, tool: Cli) -> None:
    """A script reads what people read."""
    sandbox.add_service("API")
    document = tool("check", "--fail-after", "2", "--json", "--", "false").document
    assert document["notes"] == ["The check failed with exit code 1: 1 of 2 in a row. Nothing was changed."]


def test_check__many_at_once__leave_a_count(sandbox: Sandbox, tool_process: CliProcess) -> None:
    """The file is replaced in one step, so that a check that reads it meanwhile finds a count."""
    sandbox.add_service("API")
    running = [tool_process.begin("check", "--fail-after", "100", "--", "false") for _ in range(8)]
    assert [each.end().code for each in running] == [1] * 8
    tool_process("check", "--fail-after", "100", "--", "false").says("of 100 in a row")
