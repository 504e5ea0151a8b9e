from __future__ import annotations

import io
import os
import sys

import pytest

from alert24_deploy.app.build import Context
from alert24_deploy.app.commands import CommandRunner
from alert24_deploy.ci.console import Console
from alert24_deploy.deployment.interfaces import CommandResult
from alert24_deploy.settings import read
from alert24_deploy.signals import Cancellation


class Setup:
    """Processes whose console is a text."""

    def __init__(self) -> None:
        self.cancellation, self.said = Cancellation(), io.StringIO()
        self.context = Context({"PATH": os.environ["PATH"]}, Console(self.said, io.StringIO()), self.cancellation)
        self.processes = CommandRunner(read({"grace": "1s"}, lambda name: f"--{name}"), self.context)


@pytest.fixture
def setup() -> Setup:
    """Processes, and nothing running."""
    return Setup()


def test_run__signal_came_between_two_commands__the_next_never_begins(setup: Setup) -> None:
    """A deployment that is cancelled before its command must not be begun only to be interrupted."""
    setup.cancellation.request(15)
    assert setup.processes.run(["no-such-program"], {}, None) == CommandResult(0, cancelled=True, began=False)
    assert (setup.processes.settle(), setup.said.getvalue()) == (0, "")


@pytest.mark.parametrize(("program", "code"), [("/no/such/program", 127), ("/", 126)])
def test_run__cannot_be_started__says_so_and_fails(setup: Setup, program: str, code: int) -> None:
    """With a shell's code for it; the next command may be better."""
    assert setup.processes.run([program], {}, None) == CommandResult(code)
    assert f"The command '{program}' could not be started: " in setup.said.getvalue()
    assert setup.processes.run(["true"], {}, None) == CommandResult(0)


class Terminal(io.StringIO):
    """A stream that somebody looks at."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def output_of(people: io.StringIO, *seconds: float) -> list[str]:
    """What is said while a command runs that long."""
    processes = CommandRunner(read({}, str), Context({}, Console(people), Cancellation()))
    for passed in seconds:
        processes._still_running("/opt/bin/deploy", passed)
    return people.getvalue().splitlines()


def test_still_running__a_silent_command__a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line every half a minute keeps a CI from ending the job; on a terminal, nobody needs it between the output."""
    assert output_of(io.StringIO(), 0.5, 30, 59, 60, 61, 75, 90, 119) == [
        "Still running: deploy (60 s)",
        "Still running: deploy (90 s)",
    ]
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert output_of(io.StringIO(), 60, 600) == []


def test_progress__something_else_is_waited_for__begins_anew() -> None:
    """A verification that begins after a long command is told of at once."""
    people = io.StringIO()
    console = Console(people)
    for text, seconds in (("the command", 300.0), ("verifying", 0.0), ("verifying", 10.0), ("verifying", 31.0)):
        console.progress(text, seconds)
    assert people.getvalue().splitlines() == ["the command (300 s)", "verifying (0 s)", "verifying (31 s)"]
