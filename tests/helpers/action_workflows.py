"""What the stories have in common: a job whose action talks to a sandbox."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from alert24_sandbox import Sandbox
from helpers.cli import merged
from helpers.github_runner import ContainerExecutor, Job, JobResult, NodeExecutor, RunningStep
from helpers.github_runner.executors import Call, Executor
from helpers.github_runner.steps import InputValue

ACTION = Path(__file__).resolve().parents[2]
SERVICES = "Payments API\nShop, front"


@dataclass
class Workflow:
    """Jobs of one workflow, with the sandbox that they change.

    Args:
        root: an empty directory.
        executor: how a stage is run.
        sandbox: the Alert24, with the services of `SERVICES`.
        scopes: what the key may do.
    """

    root: Path
    executor: Executor
    sandbox: Sandbox
    scopes: tuple[str, ...] = ("write",)
    key: str = field(init=False, repr=False)
    action: Path = field(init=False)
    _jobs: int = 0

    def __post_init__(self) -> None:
        self.action = self.executor.action if isinstance(self.executor, NodeExecutor) else ACTION
        self.key = self.sandbox.add_key(scopes=self.scopes)

    def job(self, **settings: object) -> Job:
        """A job that knows the key as a secret; `settings` are Job's."""
        self._jobs += 1
        settings.setdefault("secrets", {"KEY": self.key})
        return Job(self.root / f"job-{self._jobs}", self.executor, **settings)  # type: ignore[arg-type]

    def page(self, job: Job, with_: Mapping[str, InputValue | None] | None = None, **step: str) -> None:
        """Add the action's step `page`; an input that is None is left out."""
        inputs: dict[str, InputValue | None] = {
            "api-key": "${{ secrets.KEY }}",
            "api-url": self.sandbox.url,
            "services": SERVICES,
            **(with_ or {}),
        }
        step.setdefault("id", "page")
        given = {name: value for name, value in inputs.items() if value is not None}
        job.uses(self.action, given, **step)

    def statuses(self) -> tuple[str, ...]:
        """The status of each service now."""
        return tuple(service.status for service in self.sandbox.services)

    def noting(self, seen: list[tuple[str, ...]], code: int = 0) -> Callable[[RunningStep], int]:
        """A deployment that notes what visitors see meanwhile, and ends with `code`."""

        def deploy(_: RunningStep) -> int:
            seen.append(self.statuses())
            return code

        return deploy

    def untouched(self) -> bool:
        """Whether nobody ever wrote."""
        return not self.sandbox.writes


@dataclass
class ChangedEnvironment:
    """An executor that changes the environment of one stage, as an unusual runner would.

    Args:
        executor: how the stage is run.
        stage: `main` or `post`.
        changes: variables to set, or with None to take away.
    """

    executor: Executor
    stage: str
    changes: Mapping[str, str | None]

    def start(self, call: Call) -> subprocess.Popen[bytes]:
        """Start the stage."""
        if call.entrypoint.endswith(self.stage):
            call = replace(call, environment=merged(call.environment, self.changes))
        return self.executor.start(call)


@dataclass
class Killable:
    """An executor whose last stage can be killed, as by a machine that runs out of memory."""

    executor: Executor
    process: subprocess.Popen[bytes] | None = None

    def start(self, call: Call) -> subprocess.Popen[bytes]:
        """Start the stage."""
        self.process = self.executor.start(call)
        return self.process

    def kill(self) -> None:
        """Kill the program itself: with a container that isn't the docker command that waits for it."""
        if isinstance(self.executor, ContainerExecutor):
            docker = ["docker", "--host", self.executor.host]
            question = [*docker, "ps", "--quiet", "--filter", f"label={self.executor.label}"]
            running = subprocess.run(question, check=True, capture_output=True, text=True).stdout.split()
            subprocess.run([*docker, "kill", *running], check=True, capture_output=True)
        elif self.process:
            os.killpg(self.process.pid, signal.SIGKILL)


def silent(*results: JobResult) -> bool:
    """Whether the key is nowhere to be read, and no program even relied on the log to hide it."""
    return not any(
        result.leaks or result.mentions or any(step.deprecated for step in result.steps) for result in results
    )
