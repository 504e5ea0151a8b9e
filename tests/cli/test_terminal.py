"""Where text goes that the terminal can't show, or that nobody reads any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from alert24_sandbox import Sandbox
from helpers.gate import Gate
from helpers.processes import CliProcess

from .raw import Raw


@pytest.mark.parametrize("env", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "latin-1"}, {"PYTHONIOENCODING": "ascii"}])
def test_process__name_that_the_terminal_cannot_show__is_written_somehow(
    sandbox: Sandbox, cli_process: CliProcess, env: dict[str, str]
) -> None:
    """A container often has no locale, and an old terminal few characters: a name must not end a command."""
    sandbox.add_service("Größe 🚀", id="svc-1")
    for arguments in (["start", "-s", "svc-1"], ["services"]):
        result = cli_process(*arguments, env=env)
        assert (result.code, "Gr" in result.people + result.out) == (0, True)
    assert sandbox.status_of("svc-1") == "maintenance"


def test_process__terminal_is_gone__command_is_told_and_the_page_follows(
    sandbox: Sandbox, raw: Raw, gate: Gate, tmp_path: Path
) -> None:
    """A dropped ssh connection sends SIGHUP, and from then on nothing can be written to the terminal."""
    sandbox.add_service("API")
    command = f"trap 'touch told; exit 7' HUP; {gate.here}; for _ in $(seq 400); do sleep 0.05; done"
    with raw.on_terminal("run", "--verbose", "-s", "API", "--", "/bin/sh", "-c", command) as terminal:
        gate.wait()
        code = terminal.hang_up()
    assert (code, (tmp_path / "told").exists(), sandbox.status_of("API")) == (7, True, "degraded")


def test_terminal__services__have_a_header_and_a_dot_in_their_color(sandbox: Sandbox, raw: Raw) -> None:
    """Who looks at a terminal gets a header and colors; a program that reads gets the rows alone."""
    sandbox.add_service("API", id="svc-1", status="down")
    with raw.on_terminal("services") as terminal:
        assert terminal.end() == 0
    header, row = terminal.shown.decode().splitlines()
    assert (header.split(), row) == (["ID", "STATUS", "NAME"], "\x1b[1;31m●\x1b[0m svc-1  down         API")
    assert raw("services").out == b"svc-1  down         API\n"


@pytest.mark.parametrize(
    ("option", "env", "colored", "marked"),
    [
        ("auto", {}, True, True),
        ("auto", {"NO_COLOR": "1"}, False, True),
        ("auto", {"TERM": "dumb"}, False, True),
        ("never", {}, False, True),
        ("always", {"NO_COLOR": "1"}, True, True),
        ("auto", {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}, True, False),
    ],
)
def test_terminal__color__as_asked(
    sandbox: Sandbox, raw: Raw, option: str, env: dict[str, str], colored: bool, marked: bool
) -> None:
    """The option comes before NO_COLOR, and a terminal that can't show the dots gets none."""
    sandbox.add_service("API", status="down")
    raw.environ |= env
    with raw.on_terminal("set", "down", "--color", option, "-s", "API") as terminal:
        assert terminal.end() == 0
    with raw.on_terminal("set", "down", "--color", option, "-s", "Other") as wrong:
        assert wrong.end() == 3
    shown = terminal.shown.decode()
    assert ("\x1b[" in shown, "○" in shown) == (colored and marked, marked)
    assert ("\x1b[1;31mError: \x1b[0m" in wrong.shown.decode()) == colored
    assert "API: stays down (set on request)" in shown


@pytest.mark.parametrize(("option", "colored"), [("auto", False), ("always", True)])
def test_pipe__color__only_if_asked(sandbox: Sandbox, raw: Raw, option: str, colored: bool) -> None:
    """A log is no terminal: nothing is colored in it, nor marked, unless the user says so."""
    sandbox.add_service("API")
    ended = raw("set", "down", "--color", option, "-s", "API")
    assert ended.errors.decode().startswith("\x1b[1;31m●\x1b[0m API: " if colored else "API: operational -> down")
    sandbox.delete_service("API")
    assert (b"\x1b" in raw("set", "down", "-s", "API", "--color", option).errors) == colored


def test_terminal__doctor__marks_each_finding(raw: Raw) -> None:
    """A problem is red, and what is good is green."""
    with raw.on_terminal("doctor", "-s", "Nothing") as terminal:
        assert terminal.end() == 3
    shown = terminal.shown.decode()
    assert "\x1b[32m✓\x1b[0m ok " in shown
    assert "\x1b[1;31m✗\x1b[0m problem " in shown


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("set m", ["maintenance"]),
        ("init g", ["github", "gitlab"]),
        ("finish --on-conflict ", ["worst", "overwrite", "keep"]),
    ],
)
def test_completion__values__without_a_request(
    sandbox: Sandbox, cli_process: CliProcess, words: str, offered: list[str]
) -> None:
    """The TAB key offers what doesn't need Alert24: it must answer at once, and no key goes out by it."""
    line = f"alert24-deploy {words}"
    env = {"_ALERT24_DEPLOY_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    result = cli_process(env=env)
    assert [each.removeprefix("plain,") for each in result.out.split()] == offered
    assert sandbox.requests == []
