#!/usr/bin/env python3
"""Runs a released action.yml in jobs of every outcome, against the sandbox, by the image that it names.

    PYTHONPATH=tests python3 release/smoke.py FOLDER [CASE...]     by default, every case

The engine is the one of DOCKER_HOST, or else the usual one. It pulls the image by its digest. One
job removes all images meanwhile, so that the engine has to pull again: the page must be right all the same.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from alert24_sandbox import Sandbox
from common import Problem, step
from helpers.github_runner import ContainerExecutor, Job, JobResult, RunningStep
from helpers.github_runner.manifest import read_manifest

ENGINE = "unix:///var/run/docker.sock"
SERVICE = "Payments API"
BEFORE = "degraded"
STATE = {"phase": "finish", "services": "", "state": "${{ needs.deploy.outputs.state }}"}


@dataclass
class Runner:
    """A GitHub runner with one action, and the Alert24 that it changes."""

    root: Path
    action: Path
    engine: str
    sandbox: Sandbox
    key: str
    jobs: int = 0

    def job(self, inputs: Mapping[str, str], needs: Mapping[str, JobResult] | None = None) -> Job:
        """Return a job that begins with the action."""
        image = read_manifest(self.action).image
        if not image.startswith("docker://"):
            raise Problem(f"action.yml is built from {image}, so no image would be pulled.")
        executor = ContainerExecutor(image.removeprefix("docker://"), self.engine, ("--network", "host"))
        self.jobs += 1
        outputs = {"state": "${{ steps.page.outputs.state }}"}
        folder = self.root / str(self.jobs)
        job = Job(folder, executor, secrets={"KEY": self.key}, outputs=outputs, needs=needs or {})
        given = {"api-key": "${{ secrets.KEY }}", "api-url": self.sandbox.url, "services": SERVICE, **inputs}
        job.uses(self.action, {name: value for name, value in given.items() if value}, id="page")
        return job

    def docker(self, *arguments: str) -> str:
        """Run docker with this runner's engine; return what it prints."""
        command = ["docker", "--host", self.engine, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def prune(self, _: RunningStep) -> int:
        """Remove all images, as a deployment may that needs room."""
        self.docker("image", "prune", "--all", "--force")
        return 1 if self.docker("image", "ls", "--quiet") else 0

    def one_job(self, deploy: Callable[[RunningStep], int], before: str = BEFORE, **inputs: str) -> str:
        """Deploy in one job, at whose end the post stage runs; return the status that is left."""
        self.sandbox.set_status(SERVICE, before)
        during: list[str] = []
        job = self.job(inputs)

        def deployment(running: RunningStep) -> int:
            during.append(self.sandbox.status_of(SERVICE))
            return deploy(running)

        job.run(deployment, id="deploy")
        self._expect(job.execute(), during == ["maintenance"])
        return self.sandbox.status_of(SERVICE)

    def two_jobs(self, outcome: str, before: str = BEFORE) -> str:
        """Start in one job, finish in another; return the status that is left."""
        self.sandbox.set_status(SERVICE, before)
        started = self.job({"phase": "start"}).execute()
        self._expect(started, self.sandbox.status_of(SERVICE) == "maintenance")
        self._expect(self.job({**STATE, "outcome": outcome}, {"deploy": started}).execute(), True)
        return self.sandbox.status_of(SERVICE)

    def _expect(self, result: JobResult, maintenance: bool) -> None:
        """Hold a job to what holds for all: the action's stages work, and show no key."""
        stages = [each for each in result.steps if each.id == "page"]
        log = "\n".join(line for each in stages for line in each.log)
        if result.leaks:
            raise Problem("The key is to be read in the job's log.")
        if not maintenance or any(each.conclusion != "success" for each in stages):
            raise Problem(f"The action failed. Its log:\n{log[-2000:]}")


def cases(runner: Runner) -> dict[str, tuple[str, Callable[[], str]]]:
    """Return what every way to end must leave, and how to come to it."""
    return {
        "success": ("operational", lambda: runner.one_job(lambda _: 0)),
        "failure": ("down", lambda: runner.one_job(lambda _: 1)),
        "cancelled": ("degraded", lambda: runner.one_job(cancel, before="operational")),
        "rolled-back": (BEFORE, lambda: runner.one_job(lambda _: 1, **{"rollback-outcome": "success"})),
        "success-in-two-jobs": ("operational", lambda: runner.two_jobs("success")),
        "failure-in-two-jobs": ("down", lambda: runner.two_jobs("failure")),
        "cancelled-in-two-jobs": ("degraded", lambda: runner.two_jobs("cancelled", before="operational")),
        "skipped-in-two-jobs": (BEFORE, lambda: runner.two_jobs("skipped")),
        "images-pruned": ("operational", lambda: runner.one_job(runner.prune)),
    }


def cancel(running: RunningStep) -> int:
    """Be cancelled, as by the button on the run's page."""
    running.cancel()
    return 0


def smoke(action: Path, engine: str, names: Sequence[str] = ()) -> list[str]:
    """Run some cases, or all; return their names.

    Raises:
        Problem: one ended differently.
    """
    with tempfile.TemporaryDirectory(prefix="alert24-deploy-smoke-") as directory, Sandbox() as sandbox:
        sandbox.add_service(SERVICE)
        runner = Runner(Path(directory), action, engine, sandbox, sandbox.add_key(["write"]))
        wanted = cases(runner)
        for name in names or wanted:
            after, run = wanted[name]
            if (found := run()) != after:
                raise Problem(f"After {name}, the service is {found}, not {after}.")
        return list(names or wanted)


def main(folder: str, *names: str) -> None:
    """Run the cases and print their names."""
    print(*smoke(Path(folder), os.environ.get("DOCKER_HOST", ENGINE), names), sep=", ")


if __name__ == "__main__":
    step(main)
