"""What a command reads, prints and returns passes through `run` as if nobody were there."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from alert24_sandbox import Sandbox
from helpers.cli import Cli
from helpers.processes import SCRIPT

from .raw import Raw

Script = Callable[[str, str], str]
ALL_BYTES = bytes(range(256)) * 300


@pytest.fixture(autouse=True)
def api(sandbox: Sandbox) -> None:
    """One service, which is well."""
    sandbox.add_service("API")


def test_stdin__all_bytes__come_out_as_they_went_in(raw: Raw) -> None:
    """No decoding, no line ends, no buffer that is cut."""
    assert raw("run", "--", "cat", stdin=ALL_BYTES)[:2] == (0, ALL_BYTES)


@pytest.mark.parametrize("text", ["", "no line's end", "a\r\nb\rc\n", "\n\n", "::error::x\n##[error]y"], ids=repr)
def test_output__any_text__is_not_touched(raw: Raw, text: str) -> None:
    """Stdout holds what the command printed, to the byte; what we say goes to stderr."""
    ended = raw("run", "--", "printf", "%s", text)
    assert (ended.code, ended.out) == (0, text.encode())


def test_output__two_streams__each_keeps_to_itself_and_to_its_order(raw: Raw) -> None:
    """Errors go where errors went without us."""
    script = "for number in 1 2 3; do echo out $number; echo error $number >&2; done"
    ended = raw("run", "--", "sh", "-c", script)
    assert ended.out == b"out 1\nout 2\nout 3\n"
    said = ended.errors.splitlines()
    assert [line for line in said if line.startswith(b"error")] == [b"error 1", b"error 2", b"error 3"]
    assert said[1:4] == [b"error 1", b"error 2", b"error 3"], "our sentences stand before and after"


def test_output__is_not_held_back(sandbox: Sandbox, raw: Raw) -> None:
    """What is printed is on the screen before the command ends."""
    with raw.on_terminal("run", "--", "sh", "-c", "printf 'ready?'; read answer; echo \"so: $answer\"") as terminal:
        terminal.read_until(b"ready?")
        terminal.type(b"yes\n")
        terminal.read_until(b"so: yes")
        assert terminal.end() == 0
    assert sandbox.status_of("API") == "operational"


@pytest.mark.parametrize("code", [0, 1, 2, 5, 6, 70, 124, 126, 127, 128, 130, 143, 255])
def test_exit_code__passes_through(tool: Cli, code: int) -> None:
    """The command's own code is the pipeline's, even where it looks like one of ours."""
    assert tool("run", "--", "sh", "-c", f"exit {code}").code == code


@pytest.mark.parametrize("command", ["no-such-program", "./no/such/path", "./not-executable", "."])
def test_command_that_cannot_be_run__wrong_use_before_anything(sandbox: Sandbox, tool: Cli, command: str) -> None:
    """A mistake in the command's name must not take the service into maintenance."""
    (tool.folder / "not-executable").write_text("#!/bin/sh\n", encoding="ascii")
    result = tool("run", "--", command)
    result.says(f"'{command}' was not found, or is not executable", "Nothing was changed")
    assert (result.code, sandbox.requests) == (2, [])


@pytest.mark.parametrize(
    ("text", "code"), [("#!/no/such/interpreter\n", 127), ("\x7fELF, but none\x01", 126)], ids=["interpreter", "format"]
)
def test_command_that_the_system_does_not_start__is_a_failed_deployment(
    sandbox: Sandbox, tool: Cli, script: Script, text: str, code: int
) -> None:
    """Only starting it shows that it can't be started: the page is put right, as after any failure."""
    result = tool("run", "--", script("broken", text))
    result.says("broken' could not be started")
    assert (result.code, sandbox.status_of("API")) == (code, "down")


def test_command__words__reach_it_whole(raw: Raw) -> None:
    """No shell of ours reads the words: blanks, quotes and dollars are theirs."""
    words = ["a b", "$HOME", "*", "'", '"', "", "--json", "-s", "é"]
    ended = raw("run", "--", sys.executable, "-c", "import sys; print(ascii(sys.argv[1:]))", *words)
    assert ended.out.decode().strip() == ascii(words)


def test_terminal__command_sees_one(raw: Raw) -> None:
    """Colours, widths and questions work as without us."""
    script = "import os; print([os.isatty(n) for n in (0, 1, 2)], os.tcgetpgrp(0) == os.getpgrp())"
    with raw.on_terminal("run", "--", sys.executable, "-c", script) as terminal:
        terminal.read_until(b"[True, True, True] True")
        assert terminal.end() == 0


@pytest.mark.parametrize(
    "command", ["echo go; exec sleep 30", "trap 'exit 130' INT; echo go; for _ in $(seq 99); do sleep 0.1; done"]
)
def test_terminal__ctrl_c__cancels_the_deployment(sandbox: Sandbox, raw: Raw, command: str) -> None:
    """The terminal gives Ctrl-C to the command alone; that it was cancelled is told by how it ends."""
    words = ["run", "--on-cancelled", "maintenance", "--on-failure", "degraded", "--", "sh", "-c", command]
    with raw.on_terminal(*words) as terminal:
        terminal.read_until(b"go")
        terminal.type(b"\x03")
        assert terminal.end() == 130
    assert (sandbox.status_of("API"), b"cancelled" in terminal.shown) == ("maintenance", True)


def test_terminal__ctrl_c_in_verification__cancels_too(sandbox: Sandbox, raw: Raw) -> None:
    """One Ctrl-C ends the verification, not only the look that is under way."""
    look = ["--verify-command", "echo looking; exec sleep 30", "--on-cancelled", "down", "--on-failure", "degraded"]
    with raw.on_terminal("run", *look, "--", "true") as terminal:
        terminal.read_until(b"looking")
        terminal.type(b"\x03")
        assert (terminal.end(), sandbox.status_of("API")) == (130, "down")


@pytest.mark.parametrize("damage", ["rm -r .alert24-deploy", "echo broken > .alert24-deploy/state.json"])
def test_state__damaged_by_the_command__is_remembered(sandbox: Sandbox, tool: Cli, damage: str) -> None:
    """A deployment that cleans its folder takes the state along; the page is put right from memory."""
    sandbox.set_status("API", "degraded")
    result = tool("run", "--on-success", "previous", "--description", "Deploying", "--", "sh", "-c", damage)
    assert (result.code, sandbox.status_of("API"), sandbox.service("API").description) == (0, "degraded", "")


def test_state__replaced_by_a_deployment_within__is_not_mistaken_for_ours(
    sandbox: Sandbox, tool: Cli, api_key: str, key_file: Callable[[str], str]
) -> None:
    """A command that deploys something else from the same folder does not end our deployment."""
    sandbox.add_service("Web")
    inner = [SCRIPT, "run", "-s", "Web", "--api-url", sandbox.url, "--api-key-file", key_file(api_key), "--", "true"]
    result = tool("run", "--", *map(str, inner))
    assert (result.code, sandbox.status_of("API"), sandbox.status_of("Web")) == (0, "operational", "operational")
