"""One stage of one step: its environment, its program, its files."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.schemas import validate_outputs

from .composite import run_composite
from .environment import stage_environment
from .executors import Call, popen
from .expressions import ExpressionError, interpolate
from .file_commands import FileCommandError, fresh_files, read_pairs, read_path, read_summary
from .manifest import Manifest, ManifestError, read_manifest
from .output import StepOutput
from .process import Cancellation, run_to_end
from .results import StepResult
from .steps import ActionStep, ScriptStep, Step

if TYPE_CHECKING:
    from .job import Job

# A step may set any variable but these (SetEnvFileCommand).
_BLOCKED_VARIABLES = ("NODE_OPTIONS",)


@dataclass
class Stage:
    """What a stage of a step works with."""

    job: Job
    name: str
    result: StepResult
    output: StepOutput
    cancelled: Cancellation
    register_post: Callable[[ActionStep], None]
    # The contexts `inputs` and `steps` of a composite action, for the steps in it.
    scope: Mapping[str, object] = field(default_factory=dict)

    def contexts(self) -> dict[str, object]:
        """What an expression of the step may name at this moment."""
        return {**self.job.contexts(), **self.scope}


@dataclass
class RunningStep:
    """What a function that stands in for `run:` gets: a way to do what shell commands could do."""

    job: Job
    result: StepResult

    def set_output(self, name: str, value: str) -> None:
        """As `name=value` in GITHUB_OUTPUT."""
        self.result.outputs[name] = value

    def set_env(self, name: str, value: str) -> None:
        """As `name=value` in GITHUB_ENV."""
        self.job.env[name] = value

    def cancel(self) -> None:
        """Cancel the job while this step runs."""
        self.job.cancel()


def run_step(step: Step, stage: Stage) -> None:
    """Run one stage of a step. What the workflow or the action does wrong fails the step, as on the real runner."""
    try:
        if isinstance(step, ActionStep):
            _run_action(step, stage)
        elif isinstance(step, ScriptStep):
            _run_script(step, stage)
    except (ManifestError, ExpressionError, OSError) as problem:
        stage.output.annotate("error", str(problem))
        stage.result.fail()


def _run_action(step: ActionStep, stage: Stage) -> None:
    job, main = stage.job, stage.name == "main"
    manifest = read_manifest(step.directory)
    if manifest.using == "composite":
        run_composite(manifest, step, stage, _inputs(manifest, step, stage), run_step)
        return
    if main and manifest.post_entrypoint:
        # Before the program starts: a main stage that fails or is cancelled has its post stage all the same.
        stage.register_post(step)
    files = fresh_files(job.directories.file_commands)
    inputs = _inputs(manifest, step, stage)
    call = Call(
        entrypoint=manifest.entrypoint if main else manifest.post_entrypoint,
        args=[interpolate(arg, {"inputs": inputs}) for arg in manifest.args],
        environment=_environment(step, stage, files, inputs, manifest),
        directories=job.directories,
    )
    _run_program(lambda: job.executor.start(call), step, stage, files)


def _run_script(step: ScriptStep, stage: Stage) -> None:
    if isinstance(step.script, str):
        commands = ["bash", "-e", "-c", step.script]
        files = fresh_files(stage.job.directories.file_commands)
        environment = _environment(step, stage, files, {}, None)
        environment["PATH"] = os.pathsep.join([*reversed(stage.job.path), os.environ["PATH"]])
        _run_program(lambda: popen(commands, environment, stage.job.directories.workspace), step, stage, files)
        return
    code = step.script(RunningStep(stage.job, stage.result)) or 0
    _end(stage, code, timed_out=False)


def _inputs(manifest: Manifest, step: ActionStep, stage: Stage) -> dict[str, str]:
    """All inputs, evaluated anew in each stage: an outcome that is empty in main is there in post."""
    contexts = stage.contexts()
    given = step.given(contexts)
    if unexpected := manifest.unexpected(given):
        names, valid = "', '".join(unexpected), "', '".join(manifest.defaults)
        stage.output.annotate("warning", f"Unexpected input(s) '{names}', valid inputs are ['{valid}']")
    return manifest.inputs(given, contexts)


def _environment(
    step: Step, stage: Stage, files: Mapping[str, Path], inputs: Mapping[str, str], manifest: Manifest | None
) -> dict[str, str]:
    job = stage.job
    own = manifest.env if manifest else {}
    return stage_environment(
        user={**job.env, **{name: interpolate(value, stage.contexts()) for name, value in step.env.items()}},
        state=step.state if isinstance(step, ActionStep) else {},
        inputs=inputs,
        action={name: interpolate(value, {"inputs": inputs}) for name, value in own.items()},
        github={**job.github, "action": step.id, **{context: str(file) for context, file in files.items()}},
        runner=job.runner,
        home=str(job.directories.home),
    )


def _run_program(
    start: Callable[[], subprocess.Popen[bytes]], step: Step, stage: Stage, files: Mapping[str, Path]
) -> None:
    timed_out = threading.Event()

    def time_out() -> None:
        timed_out.set()
        stage.cancelled.request()

    timer = threading.Timer(step.timeout or threading.TIMEOUT_MAX, time_out)
    timer.daemon = True
    if step.timeout:
        timer.start()
    try:
        code = run_to_end(start(), stage.output.line, stage.cancelled, stage.job.grace)
    finally:
        timer.cancel()
        _process_files(step, stage, files)
    _end(stage, code, timed_out.is_set())


def _end(stage: Stage, code: int, timed_out: bool) -> None:
    stage.result.exit_code = code
    if timed_out:
        stage.output.annotate("error", f"The action '{stage.result.name}' has timed out.")
        stage.result.fail()
    elif stage.cancelled.requested:
        stage.output.annotate("error", "The operation was canceled.")
        stage.result.outcome = "cancelled"
    elif code:
        stage.result.fail()


def _process_files(step: Step, stage: Stage, files: Mapping[str, Path]) -> None:
    """Read what the program wrote, whether it succeeded or not; each file for itself."""
    readers: dict[str, Callable[[Path], None]] = {
        "env": lambda file: _take_env(stage, file),
        "output": lambda file: stage.result.outputs.update(read_pairs(file)),
        "path": lambda file: stage.job.path.extend(read_path(file)),
        "state": lambda file: _take_state(step, stage, file),
    }
    for context, read in readers.items():
        _process_file(context, files[context], read, stage)
    validate_outputs(stage.result.outputs)
    _take_summary(stage, files["step_summary"])


def _process_file(context: str, file: Path, read: Callable[[Path], None], stage: Stage) -> None:
    try:
        read(file)
    except FileCommandError as problem:
        stage.output.annotate("error", f"Unable to process file command '{context}' successfully.")
        stage.output.annotate("error", str(problem))
        stage.result.fail()


def _take_env(stage: Stage, file: Path) -> None:
    for name, value in read_pairs(file):
        if name.upper() in _BLOCKED_VARIABLES:
            stage.output.annotate("error", f"Can't store {name} output parameter using '$GITHUB_ENV' command.")
        else:
            stage.job.env[name] = value


def _take_state(step: Step, stage: Stage, file: Path) -> None:
    if isinstance(step, ActionStep):
        for name, value in stage.output.state.items():
            step.save(name, value)
        for name, value in read_pairs(file):
            step.save(name, value)


def _take_summary(stage: Stage, file: Path) -> None:
    try:
        stage.result.summary = stage.output.masked_lines(read_summary(file))
    except FileCommandError as problem:
        # The step doesn't fail: the summary is only missing.
        stage.output.annotate("error", str(problem))
