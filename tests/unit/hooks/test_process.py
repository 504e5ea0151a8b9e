from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from alert24_deploy.alert24.stop import Stop
from alert24_deploy.errors import WrongSetting
from alert24_deploy.hooks.process import TIMED_OUT, Command, End, check, shell
from support.background import background
from support.gate import Gate

ENVIRON = {"PATH": os.environ["PATH"]}
GRACE = 0.3
STUBBORN = "trap '' TERM; exec sleep 5"


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    """One place in a script."""
    opened = Gate(tmp_path / "gate")
    yield opened
    opened.close()


def run(words: Sequence[str], seconds: float | None = None, stop: Stop | None = None) -> End | None:
    """Start a command and wait for its end."""
    return Command(words, ENVIRON, stop or Stop()).wait(seconds, GRACE)


def test_wait__every_exit_code__comes_back() -> None:
    """All 256 of them."""
    codes = [end.code for code in range(256) if (end := run(shell(f"exit {code}")))]
    assert codes == list(range(256))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP, signal.SIGINT])
def test_wait__ended_by_a_signal_of_its_own__128_and_the_signal(number: signal.Signals) -> None:
    """As a shell says it; without a terminal SIGINT is no cancellation."""
    assert run(shell(f"kill -{number.value} $$")) == End(128 + number)


@pytest.mark.parametrize("command", ["exec sleep 5", STUBBORN])
def test_wait__time_is_over__command_is_gone(command: str) -> None:
    """By SIGTERM, or by SIGKILL where that is ignored."""
    started = Command(shell(command), ENVIRON, Stop())
    assert started.wait(0.2, GRACE) == End(TIMED_OUT, timed_out=True)
    assert started._process.poll() is not None


def test_wait__signal_came_first__is_passed_on_and_left_to_the_caller() -> None:
    """`wait` returns at once, `end` returns the code."""
    stop = Stop()
    started = Command(shell("exec sleep 5"), ENVIRON, stop)
    threading.Timer(0.1, stop.request, [signal.SIGTERM]).start()
    assert started.wait(None, GRACE) is None
    assert started.end(GRACE) == 128 + signal.SIGTERM


def test_command__signal_was_there_before__gets_it_at_once() -> None:
    """A signal that arrives while a command is being started is not lost."""
    stop = Stop()
    stop.request(signal.SIGINT)
    started = Command(["sleep", "5"], ENVIRON, stop)
    assert (started.wait(None, GRACE), started.end(GRACE)) == (None, 128 + signal.SIGINT)


def test_wait__signal_in_the_time_limits_grace__does_not_wait_for_it(gate: Gate) -> None:
    """The page can be put right while a stubborn command uses its grace up."""
    stop = Stop()
    started = Command(shell(f"trap '' TERM; {gate.here}; exec sleep 5"), ENVIRON, stop)
    gate.wait()
    threading.Timer(0.2, stop.request, [signal.SIGTERM]).start()
    assert started.wait(0.1, 5.0) is None
    assert started.end(GRACE) == 128 + signal.SIGKILL


def test_end__second_signal__is_passed_on_too(gate: Gate) -> None:
    """A command may want to be told twice."""
    stop = Stop()
    first, second = f"trap 'exit 9' TERM; {gate.here}", f"trap '{{}}' TERM; {gate.here}; while :; do sleep 0.02; done"
    started = Command(shell(second.format(first.replace("'", '"'))), ENVIRON, stop)

    def signal_twice() -> None:
        for _ in range(2):
            gate.wait()
            stop.request(signal.SIGTERM)

    with background(signal_twice):
        assert (started.wait(None, 5.0), started.end(5.0)) == (None, 9)


def test_command__gets_nothing_but_its_environment() -> None:
    """Not even what this process has."""
    code = "import os, sys; sys.exit(0 if set(os.environ) <= {'PATH', 'LC_CTYPE', 'ONE'} else 1)"
    started = Command([sys.executable, "-c", code], {**ENVIRON, "ONE": "1"}, Stop())
    assert started.wait(None, GRACE) == End(0)


@pytest.mark.parametrize("program", ["no-such-program", "./nowhere", "/", ""])
def test_check__nothing_to_execute__wrong_setting(program: str) -> None:
    """The message quotes the program and says how to write a line of shell."""
    with pytest.raises(WrongSetting, match="can't be found, or must not be executed") as caught:
        check([program, "word"])
    assert "sh -c" in str(caught.value)


def test_check__program_on_path__is_fine() -> None:
    """A name is looked up as a shell would."""
    check(["sh", "-c", "anything"])


def test_command__cannot_be_started__os_error() -> None:
    """The caller tells it; nothing is left behind."""
    with pytest.raises(OSError, match="No such file"):
        Command(["/no/such/program"], ENVIRON, Stop())


@pytest.mark.parametrize(("end", "ok"), [(End(0), True), (End(1), False), (End(0, cancelled=True), False)])
def test_end__ok__only_by_itself_and_well(end: End, ok: bool) -> None:
    """What was cancelled did not end well."""
    assert end.ok is ok
