from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from alert24_deploy.deployment.interfaces import CommandResult
from alert24_deploy.errors import WrongSetting
from alert24_deploy.hooks.process import TIMED_OUT, Command, check, shell
from alert24_deploy.signals import ENDING, Cancellation
from helpers.background import background
from helpers.gate import Gate

ENVIRON = {"PATH": os.environ["PATH"]}
GRACE = 0.3
STUBBORN = "trap '' TERM; exec sleep 5"


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    """One place in a script."""
    opened = Gate(tmp_path / "gate")
    yield opened
    opened.close()


def run(
    words: Sequence[str], seconds: float | None = None, cancellation: Cancellation | None = None
) -> CommandResult | None:
    """Start a command and wait for its end."""
    return Command(words, ENVIRON, cancellation or Cancellation()).wait(seconds, GRACE)


def test_wait__every_exit_code__comes_back() -> None:
    """All 256 of them."""
    codes = [end.code for code in range(256) if (end := run(shell(f"exit {code}")))]
    assert codes == list(range(256))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP, signal.SIGINT])
def test_wait__ended_by_a_signal_of_its_own__128_and_the_signal(number: signal.Signals) -> None:
    """As a shell says it; without a terminal SIGINT is no cancellation."""
    assert run(shell(f"kill -{number.value} $$")) == CommandResult(128 + number)


@pytest.mark.parametrize("command", ["exec sleep 5", STUBBORN])
def test_wait__time_is_over__command_is_gone(command: str) -> None:
    """By SIGTERM, or by SIGKILL where that is ignored."""
    started = Command(shell(command), ENVIRON, Cancellation())
    assert started.wait(0.2, GRACE) == CommandResult(TIMED_OUT, timed_out=True)
    assert started._process.poll() is not None


def test_wait__signal_came_first__is_passed_on_and_left_to_the_caller() -> None:
    """`wait` returns at once, `end` returns the code."""
    cancellation = Cancellation()
    started = Command(shell("exec sleep 5"), ENVIRON, cancellation)
    threading.Timer(0.1, cancellation.request, [signal.SIGTERM]).start()
    assert started.wait(None, GRACE) is None
    assert started.end(GRACE) == 128 + signal.SIGTERM


def test_command__thread_that_waits__takes_no_signal() -> None:
    """The main thread has to get each of them: its waiting would go on otherwise."""
    started = Command(["sleep", "5"], ENVIRON, Cancellation())
    masks = [path.read_text() for path in Path("/proc/self/task").glob("*/status")]
    blocked = [int(mask.partition("SigBlk:")[2].split()[0], 16) for mask in masks]
    ending = sum(1 << (number - 1) for number in ENDING)
    assert ending in [mask & ending for mask in blocked]
    started._signal(signal.SIGKILL)
    assert started.wait(None, GRACE) == CommandResult(128 + signal.SIGKILL)


def test_command__signal_was_there_before__gets_it_at_once() -> None:
    """A signal that arrives while a command is being started is not lost."""
    cancellation = Cancellation()
    cancellation.request(signal.SIGINT)
    started = Command(["sleep", "5"], ENVIRON, cancellation)
    assert (started.wait(None, GRACE), started.end(GRACE)) == (None, 128 + signal.SIGINT)


def test_wait__signal_in_the_time_limits_grace__does_not_wait_for_it(gate: Gate) -> None:
    """The page can be put right while a stubborn command uses its grace up."""
    cancellation = Cancellation()
    started = Command(shell(f"trap '' TERM; {gate.here}; exec sleep 5"), ENVIRON, cancellation)
    gate.wait()
    threading.Timer(0.2, cancellation.request, [signal.SIGTERM]).start()
    assert started.wait(0.1, 5.0) is None
    assert started.end(GRACE) == 128 + signal.SIGKILL


def test_end__second_signal__is_passed_on_too(gate: Gate) -> None:
    """A command may want to be told twice."""
    cancellation = Cancellation()
    first, second = f"trap 'exit 9' TERM; {gate.here}", f"trap '{{}}' TERM; {gate.here}; while :; do sleep 0.02; done"
    started = Command(shell(second.format(first.replace("'", '"'))), ENVIRON, cancellation)

    def signal_twice() -> None:
        for _ in range(2):
            gate.wait()
            cancellation.request(signal.SIGTERM)

    with background(signal_twice):
        assert (started.wait(None, 5.0), started.end(5.0)) == (None, 9)


def test_command__gets_nothing_but_its_environment() -> None:
    """Not even what this process has."""
    code = "import os, sys; sys.exit(0 if set(os.environ) <= {'PATH', 'LC_CTYPE', 'ONE'} else 1)"
    started = Command([sys.executable, "-c", code], {**ENVIRON, "ONE": "1"}, Cancellation())
    assert started.wait(None, GRACE) == CommandResult(0)


@pytest.mark.parametrize("program", ["no-such-program", "./nowhere", "/", ""])
def test_check__nothing_to_execute__wrong_setting(program: str) -> None:
    """The message says how to write a line of shell; a name is looked up as a shell would."""
    check(["sh", "-c", "anything"])
    with pytest.raises(WrongSetting, match="was not found, or is not executable") as caught:
        check([program, "word"])
    assert "sh -c" in str(caught.value)


def test_command__cannot_be_started__os_error() -> None:
    """The caller tells it; nothing is left behind."""
    with pytest.raises(OSError, match="No such file"):
        Command(["/no/such/program"], ENVIRON, Cancellation())
