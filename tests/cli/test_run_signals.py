"""SIGINT, SIGTERM and SIGHUP to `run`: they reach the command, and the page is put right whatever else happens."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable

import pytest

from alert24_sandbox import Sandbox
from helpers.gate import Gate
from helpers.processes import CliProcess, Running

from .diary import Diary

TERM, INT, HUP = signal.SIGTERM, signal.SIGINT, signal.SIGHUP
FOREVER = "exec sleep 60"
STUBBORN = "trap '' TERM INT; {}; exec sleep 8"  # what is ignored stays ignored in the program that follows
Script = Callable[[str, str], str]
Strike = Callable[..., Running]


@pytest.fixture(autouse=True)
def api(sandbox: Sandbox) -> None:
    """One service, which is not quite well."""
    sandbox.add_service("API", status="degraded")


@pytest.fixture
def strike(tool_process: CliProcess, gate: Gate) -> Strike:
    """Begins `run` with some words, and sends it a signal as soon as the gate is reached."""

    def begin(*words: str, number: signal.Signals = TERM) -> Running:
        running = tool_process.begin("run", *words)
        gate.wait()
        running.signal(number)
        return running

    return begin


@pytest.mark.parametrize("number", [TERM, INT, HUP])
def test_signal__reaches_the_whole_process_group(
    sandbox: Sandbox, strike: Strike, gate: Gate, diary: Diary, script: Script, number: signal.Signals
) -> None:
    """A grandchild gets the signal itself, and has the time to say so though its parent is gone by then."""
    word = number.name.removeprefix("SIG")
    noted = diary.noting(word, "exit 0")
    child = script(
        "child", f'#!/bin/sh\ntrap "{noted}" {word}\n{gate.here}\nfor _ in $(seq 100); do sleep 0.05; done\n'
    )
    assert strike("--", "sh", "-c", f"{child}; exit 4", number=number).end().code == 128 + number
    assert (diary.steps, sandbox.status_of("API")) == ([word], "degraded")


@pytest.mark.parametrize(
    ("trap", "code"),
    [
        ("trap 'exit 7' TERM", 7),  # a deployment that tidies up says by its code how that went
        ("trap 'exit 0' TERM", 128 + TERM),  # what was cancelled is no success, even where the command thinks so
        ("trap '' TERM", 128 + signal.SIGKILL),  # no job waits for a stubborn command for ever
    ],
)
def test_signal__command_handles_it__page_first_and_then_its_code(
    sandbox: Sandbox, strike: Strike, gate: Gate, script: Script, trap: str, code: int
) -> None:
    """First the page, then the command, which is killed after the grace."""
    command = script("tidy", f"#!/bin/sh\n{trap}\n{gate.here}\nfor _ in $(seq 160); do sleep 0.05; done\n")
    running = strike("--on-cancelled", "down", "--grace", "0.5s", "--", command)
    sandbox.wait_for(lambda: sandbox.status_of("API") == "down")
    assert running.end().code == code


def test_signal__grandchild_that_ignores_it__is_killed_too(strike: Strike, gate: Gate, script: Script) -> None:
    """What outlives the command in its process group would hold the job's log open."""
    child = script("child", f"#!/bin/sh\n{STUBBORN.format(gate.here)}\n")
    assert strike("--grace", "0.5s", "--", "sh", "-c", f"{child}; exit 4").end(within=8).code == 128 + TERM


STAGES = {
    "command": ["--", "sh", "-c", STUBBORN],
    "verification": ["--verify-command", STUBBORN, "--", "true"],
    "rollback": ["--rollback", STUBBORN, "--", "false"],
}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.expects_warnings("reading is given up")
def test_signal__reading_never_ends__writing_does_not_wait_for_it(
    sandbox: Sandbox, strike: Strike, gate: Gate, stage: str
) -> None:
    """What the page shows now is of less worth than what it must show; a second signal loses nothing."""
    words = [word.format(gate.here) for word in STAGES[stage]]
    sandbox.hold(times=None, method="GET", after=1)
    held = sandbox.hold(method="PUT", after=1)
    running = strike("--grace", "0.5s", "--on-cancelled", "down", "--on-failure", "down", *words)
    held.wait_until_reached()
    running.signal(INT)
    held.release()
    sandbox.wait_for(lambda: sandbox.status_of("API") == "down", timeout=5)
    assert running.end().code in (1, 6, 137, 143)
    assert [request.json["status"] for request in sandbox.writes] == ["maintenance", "down"]


@pytest.mark.parametrize(("hook", "after"), [("exit 0", "degraded"), ("exit 9", "down")])
def test_rollback_on_cancelled__hook_runs_after_the_page_is_right(
    sandbox: Sandbox, strike: Strike, gate: Gate, diary: Diary, hook: str, after: str
) -> None:
    """The page first, for whoever cancelled may kill us; a rollback that succeeds then corrects it; the log has all."""
    hook = diary.noting("rollback", f'test "$ALERT24_OUTCOME" = cancelled || exit 5; {hook}')
    words = ["--rollback-on", "failure,cancelled", "--on-cancelled", "down", "--rollback", hook]
    ended = strike(*words, "--", "sh", "-c", f"{gate.here}; {FOREVER}").end()
    assert (ended.code, sandbox.status_of("API")) == (143, after)
    (steps,) = re.findall(r"^The deployment .+ after .+?: (.+?)\.", ended.people, re.MULTILINE)
    phases = [step.split()[0] for step in steps.split(", ")]
    ended.says("SIGTERM cancels the deployment")
    again = ["finish"] if after == "degraded" else []
    assert phases == ["start", "command", "finish", "stopping", "rollback", *again]
    assert diary.entries[:3] == ["maintenance", "down", "rollback"]


def test_rollback_on__not_named__a_cancelled_deployment_is_not_rolled_back(
    sandbox: Sandbox, strike: Strike, gate: Gate, diary: Diary
) -> None:
    """Only failures are rolled back unless the user says more."""
    words = ["--rollback", diary.noting("rollback")]
    running = strike(*words, "--", "sh", "-c", f"{gate.here}; {FOREVER}")
    assert (running.end().code, diary.steps, sandbox.status_of("API")) == (143, [], "degraded")


def test_signal__during_verification__is_a_cancellation(sandbox: Sandbox, strike: Strike, gate: Gate) -> None:
    """What was not verified because of a signal is neither a success nor a failure, however little time is left."""
    look = ["--verify-command", f"{gate.here}; {FOREVER}", "--verify-timeout", "20s", "--verify-interval", "30s"]
    running = strike(*look, "--on-failure", "maintenance", "--on-cancelled", "down", "--", "true")
    assert (running.end().code, sandbox.status_of("API")) == (143, "down")


@pytest.mark.slow
def test_signal__command_is_out_of_time__page_does_not_wait_for_the_grace(
    sandbox: Sandbox, strike: Strike, gate: Gate
) -> None:
    """A command that ignores its time limit's SIGTERM does not keep a signal from the page."""
    stubborn = f'trap "{gate.here}" TERM; for _ in $(seq 55); do sleep 0.1; done'
    running = strike("--on-cancelled", "down", "--command-timeout", "0.2s", "--grace", "6s", "--", "sh", "-c", stubborn)
    sandbox.wait_for(lambda: sandbox.status_of("API") == "down", timeout=5)
    running.end()


@pytest.mark.parametrize("outcome", [("success", "operational"), ("failure", "down")])
def test_kill_9__finish__heals_the_page(
    sandbox: Sandbox, tool_process: CliProcess, gate: Gate, outcome: tuple[str, str]
) -> None:
    """A runner that dies leaves a state with which any later step puts the page right."""
    running = tool_process.begin("run", "--", "sh", "-c", f"{gate.here}; exec sleep 2")
    gate.wait()
    running.signal(signal.SIGKILL)
    running.kill()
    assert sandbox.status_of("API") == "maintenance"
    word, after = outcome
    assert (tool_process("finish", "--outcome", word).code, sandbox.status_of("API")) == (0, after)
