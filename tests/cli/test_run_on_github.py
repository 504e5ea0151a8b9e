"""On GitHub, what the user's commands print commands nobody, unless the user allows it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable

import pytest

from alert24_sandbox import Sandbox
from helpers.github_runner import Grace, StepResult
from helpers.github_runner.masker import Masker
from helpers.github_runner.output import StepOutput
from helpers.github_runner.process import Cancellation, run_to_end
from helpers.key_watch import KeyWatch
from helpers.processes import SCRIPT, CliProcess

LINES = [
    "::set-output name=stolen::1",
    "::save-state name=stolen::1",
    "::add-mask::operational",
    "::error::not ours",
    "  ::warning::not ours",
    "##[error]not ours",
    "text ##[set-output name=stolen;]1",
    "::stop-commands::pause-me",
    "::echo::on",
]
PRINT = "printf '%s\\n' " + " ".join(f"'{line}'" for line in LINES)
STREAMS = {
    "stdout": PRINT,
    "stderr": f"{{ {PRINT}; }} >&2",
    "no line's end": "printf 'text'; printf '::error::not ours' >&2",
    "by turns": f"{PRINT}; {{ {PRINT}; }} >&2; {PRINT}",
}
PLACES = {
    "command": ["--", "sh", "-c", "{}"],
    "verification": ["--verify-command", "{}", "--", "true"],
    "rollback": ["--rollback", "{}", "--", "false"],
}


class Step:
    """A `run:` step of a job on GitHub, read as its runner reads it."""

    def __init__(self, tool_process: CliProcess, watch: KeyWatch) -> None:
        self._tool = tool_process
        self._watch = watch
        self.masker = Masker()

    def __call__(self, *arguments: str, seen: Callable[[str], object] = str) -> tuple[int, StepResult, StepOutput]:
        """Run the tool, then print one error of the workflow's own, to see that commands work again.

        Args:
            arguments: the tool's.
            seen: called with each line that the runner has read.
        """
        result = StepResult("step", "step", "main")
        output = StepOutput(result, self.masker)
        process = subprocess.Popen(
            [SCRIPT, *arguments],
            cwd=self._tool.folder,
            env={**self._tool.environ, "GITHUB_ACTIONS": "true"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

        def read(line: str) -> None:
            output.line(line)
            seen(line)

        code = run_to_end(process, read, Cancellation(), Grace())
        output.line("::notice::the next step's")
        self._watch.saw("a step's log", "\n".join(result.log))
        return code, result, output


@pytest.fixture
def step(sandbox: Sandbox, tool_process: CliProcess, key_watch: KeyWatch) -> Step:
    """A step that deploys the API."""
    sandbox.add_service("API")
    return Step(tool_process, key_watch)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("stream", STREAMS)
def test_commands_in_output__have_no_effect(step: Step, place: str, stream: str) -> None:
    """No annotation, no output, no mask, no state, and the steps that follow can use commands as ever."""
    script = STREAMS[stream]
    code, result, output = step("run", *[word.format(script) for word in PLACES[place]])
    assert code == (1 if place == "rollback" else 0)
    assert [annotation.level for annotation in result.annotations] == ["notice"]
    assert (result.outputs, output.state, result.deprecated) == ({}, {}, [])
    assert step.masker.mask("operational") == "operational"
    assert "not ours" in "\n".join(result.log)


def test_commands_in_output__of_what_the_command_left_running__have_their_effect(
    step: Step, tool_process: CliProcess
) -> None:
    """SECURITY.md says so: the protection lasts as long as the command, and a background process lasts longer."""
    gate = tool_process.folder / "gate"
    os.mkfifo(gate)
    script = f"{{ cat '{gate}'; echo '::error::late'; }} & echo '::error::in time'"

    def open_gate(line: str) -> None:
        if re.fullmatch("::[0-9a-f]{32}::", line):  # the command has ended
            gate.write_text("go on\n")

    _, result, _ = step("run", "--", "sh", "-c", script, seen=open_gate)
    assert result.messages("error") == ["late"]


def test_commands_in_output__allowed__have_their_effect(step: Step) -> None:
    """A deployment that speaks to GitHub by itself may go on to."""
    _, result, _ = step("run", "--allow-workflow-commands", "--", "sh", "-c", STREAMS["stdout"])
    assert result.messages("error") == ["not ours", "not ours"]
    assert result.outputs == {"stolen": "1"}
