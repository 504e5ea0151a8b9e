"""What a test looks at afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# Worst last. A job that was cancelled stays cancelled whatever fails later (TaskResultUtil.cs).
_SEVERITY = ("success", "failure", "cancelled", "skipped")
# More of one level in one step are in the log only.
ANNOTATIONS_PER_LEVEL = 10


@dataclass(frozen=True)
class Annotation:
    """One error, warning or notice of a step, as the run's page shows it."""

    level: str
    message: str
    properties: Mapping[str, str]

    @property
    def title(self) -> str:
        """The title, or an empty text."""
        return self.properties.get("title", "")


@dataclass
class StepResult:
    """One step, or the post stage of one."""

    id: str
    name: str
    stage: str
    outcome: str = "success"
    conclusion: str = "success"
    exit_code: int | None = None
    log: list[str] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    # Commands by which the step spoke in a way that GitHub has withdrawn.
    deprecated: list[str] = field(default_factory=list)
    # What the step printed in clear though it was a secret; the masker may have hidden it in the log.
    mentions: list[str] = field(default_factory=list)

    def fail(self) -> None:
        """Take note that the step failed, unless it was cancelled."""
        self.outcome = merged(self.outcome, "failure")

    def messages(self, level: str) -> list[str]:
        """The messages of all annotations of one level: `error`, `warning` or `notice`."""
        return [annotation.message for annotation in self.annotations if annotation.level == level]


@dataclass
class JobResult:
    """A job that is over."""

    status: str
    steps: list[StepResult]
    outputs: dict[str, str]
    # Where a secret is to be read in what GitHub would show or keep: log, annotations, summary, outputs.
    leaks: list[str]

    @property
    def log(self) -> str:
        """Every line of every step, masked, as a person sees it."""
        return "\n".join(line for step in self.steps for line in step.log)

    @property
    def annotations(self) -> list[Annotation]:
        """The annotations of every step."""
        return [annotation for step in self.steps for annotation in step.annotations]

    @property
    def summary(self) -> str:
        """The job's summary page: every step's, one after another."""
        return "\n".join(step.summary for step in self.steps if step.summary)

    @property
    def mentions(self) -> list[str]:
        """Where a step printed a secret in clear, though the log may hide it."""
        return [mention for step in self.steps for mention in step.mentions]

    def step(self, step_id: str) -> StepResult:
        """The main stage of the step with this id."""
        return self._find(step_id, "main")

    def post(self, step_id: str) -> StepResult:
        """The post stage of the step with this id."""
        return self._find(step_id, "post")

    def _find(self, step_id: str, stage: str) -> StepResult:
        for step in self.steps:
            if (step.id, step.stage) == (step_id, stage):
                return step
        ran = ", ".join(f"{step.id} ({step.stage})" for step in self.steps)
        raise LookupError(f"No {stage} stage of a step {step_id!r} was run, only: {ran}.")


def merged(current: str, coming: str) -> str:
    """The result of both, by the runner's order: a failure never undoes a cancellation."""
    return current if current in ("cancelled", "skipped") else max(current, coming, key=_SEVERITY.index)
