"""A job: steps in order, then the post stages, last registered first (StepsRunner.cs, ActionRunner.cs)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Any

from .environment import Directories, github_context, runner_context
from .executors import Executor
from .expressions import ExpressionError, condition, interpolate
from .manifest import ManifestError, read_manifest
from .masker import Masker, forms
from .output import StepOutput
from .process import Cancellation, Grace
from .results import JobResult, StepResult, merged
from .stage import Stage, run_step
from .steps import ActionStep, InputValue, Script, ScriptStep, Step


@dataclass(repr=False)  # a failing test shows what it works with, and this knows secrets
class Job:
    """One job of a workflow, with the steps that a test gives it.

    Args:
        root: an empty directory for everything that the runner writes.
        executor: how the entry points of actions are started.
        env: the environment that workflow and job set.
        secrets: the `secrets` context; the log hides them.
        watched: further values that must not be shown, of which the runner isn't told.
        needs: jobs that ran before, by their ids.
        outputs: the job's outputs, as expressions.
        event: what is in the event's file.
        github: entries of the github context that differ from the usual.
        debug: whether debug logging is on.
        grace: how long a cancelled program may take.
        on_line: called with each line that a program prints, once the runner has dealt with it.
    """

    root: Path
    executor: Executor
    _: KW_ONLY
    name: str = "deploy"
    env: dict[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    watched: Sequence[str] = ()
    needs: Mapping[str, JobResult] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    event: Mapping[str, object] = field(default_factory=dict)
    github: dict[str, str] = field(default_factory=dict)
    debug: bool = False
    grace: Grace = field(default_factory=Grace)
    on_line: Callable[[str], object] | None = None

    def __post_init__(self) -> None:
        self.directories = Directories(self.root)
        self.env = dict(self.env)
        self.path: list[str] = []
        self.github = github_context(self.directories, self.name, self.event, self.github)
        self.runner = runner_context(self.directories, debug=self.debug)
        self.masker = Masker([*self.secrets.values(), self.github["token"]])
        self.status = "success"
        self._watched = (*self.secrets.values(), *self.watched)
        self._steps: list[Step] = []
        self._posts: list[ActionStep] = []
        self._finished: dict[str, StepResult] = {}
        self._results: list[StepResult] = []
        self._running: _Running | None = None
        self._lock = threading.RLock()

    def uses(
        self, directory: Path, with_: Mapping[str, InputValue] | None = None, *, id: str = "", **step: Any
    ) -> None:
        """Add a step that uses the action in `directory`; see `Step` for the rest."""
        step_id = id or f"__{directory.name}_{len(self._steps)}"
        self._steps.append(ActionStep(step_id, directory=directory, with_=with_ or {}, **step))

    def run(self, script: Script, *, id: str = "", **step: Any) -> None:
        """Add a step of shell commands, or one that calls a function of the test with the running step."""
        self._steps.append(ScriptStep(id or f"__run_{len(self._steps)}", script=script, **step))

    def cancel(self) -> None:
        """Cancel the job, from any thread: the current step is stopped unless its condition still holds."""
        with self._lock:
            self.status = "cancelled"
            running = self._running
            if running and not self._holds(running.condition):
                running.cancelled.request()

    def execute(self) -> JobResult:
        """Run every step and every post stage, and say what came of it."""
        for step in self._steps:
            self._run(step, "main", step.if_)
        while self._posts:
            self._run_post(self._posts.pop())
        outputs, warnings = self._job_outputs()
        if self._results:
            self._results[-1].log += warnings
        return JobResult(self.status, self._results, outputs, self._leaks(outputs))

    def execute_with(self, meanwhile: Callable[[], object]) -> JobResult:
        """Run the job while another thread does something, such as to wait for a moment and cancel it then."""
        with ThreadPoolExecutor(1) as pool:
            other = pool.submit(meanwhile)
            result = self.execute()
            other.result()
        return result

    def contexts(self) -> dict[str, object]:
        """What an expression in the workflow may name at this moment."""
        return {
            "env": self.env,
            "github": self.github,
            "job": {"status": self.status},
            "needs": {name: {"result": job.status, "outputs": job.outputs} for name, job in self.needs.items()},
            "runner": self.runner,
            "secrets": self.secrets,
            "steps": {name: _step_context(result) for name, result in self._finished.items()},
        }

    def output_of(self, result: StepResult) -> StepOutput:
        """What reads the lines of a step into its result."""
        output = StepOutput(result, self.masker, self._watched, debug=self.debug)
        output.on_line = self.on_line
        return output

    def _run_post(self, step: ActionStep) -> None:
        try:
            # Read again, as the runner does for an action of the workspace.
            post_if = read_manifest(step.directory).post_if
        except ManifestError:
            post_if = "always()"
        self._run(step, "post", post_if)

    def _run(self, step: Step, stage_name: str, if_: str) -> None:
        name = step.id if stage_name == "main" else f"Post {step.id}"
        result = StepResult(step.id, name, stage_name)
        output = self.output_of(result)
        self._results.append(result)
        running = _Running(if_, Cancellation())
        with self._lock:
            self._running = running
            # What was cancelled before a step began doesn't stop it: only its condition decides.
            skipped = not self._judge(if_, result, output)
        if skipped:
            result.outcome = result.conclusion = merged(result.outcome, "skipped")
        elif result.outcome == "success":
            run_step(step, Stage(self, stage_name, result, output, running.cancelled, self._posts.append))
        with self._lock:
            self._running = None
            self._conclude(step, result)

    def _judge(self, if_: str, result: StepResult, output: StepOutput) -> bool:
        try:
            return self._holds(if_)
        except ExpressionError as problem:
            output.annotate("error", str(problem))
            result.fail()
            return True

    def _holds(self, if_: str) -> bool:
        return condition(if_, self.contexts(), self.status)

    def _conclude(self, step: Step, result: StepResult) -> None:
        forgiven = step.continue_on_error and result.outcome == "failure"
        result.conclusion = "success" if forgiven else result.outcome
        if result.stage == "main" and not step.id.startswith("__"):
            # Only now: while a step runs, `steps` knows nothing of it. What a post stage puts out, nobody sees.
            self._finished[step.id] = result
        if result.conclusion == "failure":
            self.status = merged(self.status, "failure")

    def _job_outputs(self) -> tuple[dict[str, str], list[str]]:
        """The job's outputs, and a warning for each that is kept back because the masker would change it."""
        outputs, warnings = {}, []
        for name, expression in self.outputs.items():
            value = interpolate(expression, self.contexts())
            if self.masker.mask(value) != value:
                warnings.append(f"##[warning]Skip output '{name}' since it may contain secret.")
            elif value:
                outputs[name] = value
        return outputs, warnings

    def _leaks(self, outputs: Mapping[str, str]) -> list[str]:
        """Where GitHub would show or keep a secret. The secret itself isn't repeated in the answer."""
        places = {f"job output {name}": value for name, value in outputs.items()}
        for result in self._results:
            places[f"log of {result.name}"] = "\n".join(result.log)
            places[f"summary of {result.name}"] = result.summary
            for number, annotation in enumerate(result.annotations):
                shown = [annotation.message, *annotation.properties.values()]
                places[f"annotation {number} of {result.name}"] = "\n".join(shown)
        secret_forms = {form for secret in self._watched for form in forms(secret)}
        return [place for place, text in places.items() if any(form in text for form in secret_forms)]


@dataclass
class _Running:
    """The step that runs now, and how to stop it."""

    condition: str
    cancelled: Cancellation


def _step_context(result: StepResult) -> dict[str, object]:
    return {"outcome": result.outcome, "conclusion": result.conclusion, "outputs": result.outputs}
