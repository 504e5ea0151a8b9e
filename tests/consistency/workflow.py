"""Runs a workflow of examples/github as GitHub would: its jobs by their needs, our action as processes."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from helpers.github_runner import Job, JobResult, ProcessExecutor
from helpers.github_runner.expressions import condition
from helpers.github_runner.results import merged

from .stage import EXAMPLES, Stage

ROOT = EXAMPLES.parent
OURS = re.compile(r"alert24/alert24-deploy(/native)?@\S+")
CHECKOUT = re.compile(r"actions/checkout@\S+")


@dataclass
class Workflow:
    """One run of a workflow file.

    Args:
        stage: has the sandbox, and the key as the secret.
        executor: starts the action's programs.
        name: the file's.
        scripts: the exit code of each script that a job calls, by name.
        inputs: the workflow's own.
        variables: the repository's.
        with_: inputs of our action that differ from the file's.
        event: what is in the event's file.
        github: entries of the github context that differ from the usual.
        rejected: the jobs whose approval is rejected: they fail, and none of their steps runs.
    """

    stage: Stage
    executor: ProcessExecutor
    name: str
    scripts: Mapping[str, int] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    with_: Mapping[str, str] = field(default_factory=dict)
    event: Mapping[str, object] = field(default_factory=dict)
    github: Mapping[str, str] = field(default_factory=dict)
    rejected: Collection[str] = ()
    attempt: int = 0
    results: dict[str, JobResult] = field(default_factory=dict)

    def run(self, *names: str) -> dict[str, JobResult]:
        """Run all jobs, or as in a re-run only those of these names; return every job's result.

        Each call is one more attempt of the same run.
        """
        self.attempt += 1
        jobs = yaml.safe_load((EXAMPLES / "github" / self.name).read_text())["jobs"]
        for name, job in jobs.items():  # in the examples, what is needed stands first
            if not names or name in names:
                self.results[name] = self._job(name, job)
        return self.results

    def _job(self, name: str, job: Mapping[str, Any]) -> JobResult:
        names = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
        needs = {need: self.results[need] for need in names}
        status = "success" if all(result.status == "success" for result in needs.values()) else "failure"
        if not condition(str(job.get("if", "")), {"github": {"event": self.event}}, status):
            return JobResult("skipped", [], {}, [])
        if name in self.rejected:
            return JobResult("failure", [], {}, [])
        legs = [self._leg(name, job, needs, matrix) for matrix in _matrix(job)]
        worst = "success"
        for leg in legs:
            worst = merged(worst, leg.status)
        return JobResult(worst, [step for leg in legs for step in leg.steps], legs[-1].outputs, legs[-1].leaks)

    def _leg(
        self, name: str, job: Mapping[str, Any], needs: Mapping[str, JobResult], matrix: Mapping[str, str]
    ) -> JobResult:
        folder = self.stage.folder / f"job-{len(list(self.stage.folder.glob('job-*')))}"
        secrets = {"ALERT24_API_KEY": self.stage.key, "ALERT24_ROLLBACK_SECRET": "of a test, known to nobody"}
        context = {"run_attempt": str(self.attempt), **self.github}
        outputs, event = job.get("outputs", {}), self.event
        runner = Job(
            folder, self.executor, name=name, secrets=secrets, needs=needs, outputs=outputs, event=event, github=context
        )
        for script, code in self.scripts.items():
            self._script(runner.directories.workspace / script, code)
        for step in self._resolved(job["steps"], matrix):
            self._step(runner, step)
        return runner.execute()

    def _resolved(self, steps: list[Any], matrix: Mapping[str, str]) -> list[Any]:
        """The steps with what the tests' runner has no contexts for."""
        text = json.dumps(steps)
        for context, values in (("matrix", matrix), ("inputs", self.inputs), ("vars", self.variables)):
            for name, value in values.items():
                text = text.replace(f"${{{{ {context}.{name} }}}}", json.dumps(value)[1:-1])
        resolved: list[Any] = json.loads(text)
        return resolved

    def _step(self, runner: Job, step: Mapping[str, Any]) -> None:
        common = {"id": step.get("id", ""), "if_": step.get("if", ""), "env": step.get("env", {})}
        if "run" in step:
            runner.run(step["run"], **common)
        elif OURS.fullmatch(step["uses"]):
            common["id"] = common["id"] or "page"
            runner.uses(ROOT, {**step["with"], "api-url": self.stage.sandbox.url, **self.with_}, **common)
        elif step["uses"] == "./.github/actions/release":
            runner.uses(self._composite(runner.directories.workspace), step["with"], **common)
        else:
            assert CHECKOUT.fullmatch(step["uses"]), step["uses"]

    def _composite(self, workspace: Path) -> Path:
        """Return the folder of the composite action, whose steps use this checkout's action and the sandbox."""
        action = yaml.safe_load((EXAMPLES / "github/composite/action.yml").read_text())
        for step in action["runs"]["steps"]:
            if OURS.fullmatch(step.get("uses", "")):
                step.update(uses=str(ROOT), **{"with": {**step["with"], "api-url": self.stage.sandbox.url}})
        folder = workspace / ".github/actions/release"
        folder.mkdir(parents=True)
        (folder / "action.yml").write_text(yaml.safe_dump(action, sort_keys=False))
        return folder

    def _script(self, path: Path, code: int) -> None:
        noted = self.stage.folder / "calls"
        path.write_text(f'#!/bin/sh\necho "{path.name} $*" >>"{noted}"\nexit {code}\n')
        path.chmod(0o755)


def _matrix(job: Mapping[str, Any]) -> list[dict[str, str]]:
    """The legs of a job."""
    axes = job.get("strategy", {}).get("matrix", {})
    return [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]
