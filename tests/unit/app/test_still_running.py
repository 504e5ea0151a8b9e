"""A long silent command is heard of now and then."""

from __future__ import annotations

import io
import sys

import pytest

from alert24_deploy.app.build import Context
from alert24_deploy.app.commands import CommandRunner
from alert24_deploy.ci.console import Console
from alert24_deploy.settings import read
from alert24_deploy.signals import Cancellation


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


def test_still_running__first_minute__silence() -> None:
    """Most commands are over before anybody wonders."""
    assert output_of(io.StringIO(), 0.5, 30, 59) == []


def test_still_running__later__a_line_now_and_then() -> None:
    """A line every half a minute keeps a CI from ending the job for its silence."""
    assert output_of(io.StringIO(), 60, 61, 75, 90, 119) == [
        "Still running: deploy (60 s)",
        "Still running: deploy (90 s)",
    ]


def test_still_running__on_a_terminal__silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks at the command's own output needs nothing between its lines."""
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert output_of(io.StringIO(), 60, 600) == []


def test_progress__something_else_is_waited_for__begins_anew() -> None:
    """A verification that begins after a long command is told of at once."""
    people = io.StringIO()
    console = Console(people)
    for text, seconds in (("the command", 300.0), ("verifying", 0.0), ("verifying", 10.0), ("verifying", 31.0)):
        console.progress(text, seconds)
    assert people.getvalue().splitlines() == ["the command (300 s)", "verifying (0 s)", "verifying (31 s)"]
