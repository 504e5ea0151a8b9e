"""The command line and the action without Docker in a workflow, run by act: a runner that somebody else wrote."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from alert24_sandbox import Sandbox
from helpers.ci_api import at

pytestmark = pytest.mark.e2e

PROGRAMS = Path(sys.executable).parent
WORKFLOW = """\
on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    env:
      ALERT24_API_URL: ${{ vars.URL }}
      ALERT24_API_KEY: ${{ secrets.KEY }}
      ALERT24_SERVICES: API
    steps:
      - run: alert24-deploy start
      - run: |
          %s
      - if: always()
        run: alert24-deploy finish --outcome "${{ job.status }}"
"""
# Act's "checkout" copies the folder in which it was started. It knows whole minutes only, and 0 is over at once.
NATIVE = """\
on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - uses: ./native
        with:
          api-key: ${{ secrets.KEY }}
          api-url: ${{ vars.URL }}
          services: API
      - run: %s
        timeout-minutes: %s
"""
EVENT = """\
on: deployment_status
jobs:
  page:
    if: github.event.deployment.environment == 'Production'
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - uses: ./native
        with:
          phase: event
          api-key: ${{ secrets.KEY }}
          api-url: ${{ vars.URL }}
          services: API
"""
NOISY = "printf '::error::pwned\\n::set-output name=a::b\\n##[error]pwned too\\n::add-mask::Payments'"


class Act:
    """Runs one workflow in a checkout of its own, on this machine and without containers."""

    def __init__(self, root: Path, sandbox: Sandbox) -> None:
        self.root = root
        self.sandbox = sandbox
        self.key = sandbox.add_key()
        self._checkout = root / "checkout"
        self._environ = {"HOME": str(root), "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}", "KEY": self.key}

    def add(self, directory: Path) -> None:
        """Have a directory in the checkout, under its own name."""
        shutil.copytree(directory, self._checkout / directory.name)

    def begin(self, workflow: str, name: str = "push", event: object = None) -> subprocess.Popen[str]:
        """Start the job of a workflow for an event."""
        workflows = self._checkout / ".github" / "workflows"
        workflows.mkdir(parents=True)
        (self.root / "event.json").write_text(json.dumps(event or {}))
        (workflows / "deploy.yml").write_text(workflow, "utf-8")
        self._git("init", "--quiet")
        self._git("-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "--quiet", "--allow-empty", "-mx")
        options = ["--platform", "ubuntu-latest=-self-hosted", "--var", f"URL={self.sandbox.url}", "--secret", "KEY"]
        return subprocess.Popen(
            [PROGRAMS / "act", name, "--eventpath", self.root / "event.json", *options, "--no-cache-server"],
            cwd=self._checkout,
            env=self._environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, workflow: str, name: str = "push", event: object = None) -> str:
        """Run the job to its end and return its log."""
        log, _ = self.begin(workflow, name, event).communicate(timeout=120)
        return log

    def _git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self._checkout, env=self._environ, check=True)


@pytest.fixture
def act(tmp_path: Path, sandbox: Sandbox) -> Act:
    """A runner whose jobs change the sandbox's service."""
    sandbox.add_service("API")
    return Act(tmp_path, sandbox)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox that serves."""
    with Sandbox() as running:
        yield running


@pytest.mark.parametrize(("deploy", "after"), [("true", "operational"), ("exit 7", "down")])
def test_job__ends__page_follows(act: Act, deploy: str, after: str) -> None:
    """In a runner that is not ours, too, the page is in maintenance and then shows how the job ended."""
    log = act.run(WORKFLOW % deploy)
    assert [event.after for event in act.sandbox.events] == ["maintenance", after], log
    assert act.key not in log


def test_job__cancelled__degraded(act: Act) -> None:
    """Act cancels a job on SIGINT, and the step that always runs tells the page."""
    running = act.begin(WORKFLOW % "alert24-deploy services; exec sleep 60")
    # Start lists the services, and then the deployment does.
    act.sandbox.wait_for(lambda: [r.method for r in act.sandbox.requests if r.status].count("GET") == 2, timeout=60)
    running.send_signal(signal.SIGINT)
    log, _ = running.communicate(timeout=60)
    assert [event.after for event in act.sandbox.events] == ["maintenance", "degraded"], log


def test_run__command_that_prints_commands__commands_nothing(act: Act) -> None:
    """What a deployment prints is text to act's parser; the same text alone is not."""
    guarded = act.run(WORKFLOW % f'alert24-deploy run -- sh -c "{NOISY}"; echo done')
    bare = Act(act.root / "bare", act.sandbox).run(WORKFLOW % NOISY)
    assert "done" in guarded
    assert ("❗" in guarded, "❗" in bare) == (False, True), guarded + bare


@pytest.mark.parametrize(
    ("deploy", "minutes", "after"),
    [("true", 5, "operational"), ("exit 7", 5, "down"), ("exec sleep 60", 0, "down")],
    ids=["succeeds", "fails", "runs out of time"],
)
def test_native__job_ends__page_follows(act: Act, native_action: Path, deploy: str, minutes: int, after: str) -> None:
    """Node runs main and post, and post knows how the job ended."""
    act.add(native_action)
    log = act.run(NATIVE % (deploy, minutes))
    assert [event.after for event in act.sandbox.events] == ["maintenance", after], log
    assert act.key not in log


def test_event__a_deployment__page_follows(act: Act, native_action: Path) -> None:
    """Act, too, hands over the event by which the condition and the action know the deployment."""
    for number, (environment, state) in enumerate(
        [("Preview", "in_progress"), ("Production", "in_progress"), ("Production", "success")]
    ):
        event = {
            "deployment": {"id": 42, "environment": environment, "created_at": at(-1)},
            "deployment_status": {"state": state},
        }
        runner = Act(act.root / str(number), act.sandbox)
        runner.add(native_action)
        log = runner.run(EVENT, "deployment_status", event)
        assert len(act.sandbox.events) == number, log
    assert [event.after for event in act.sandbox.events] == ["maintenance", "operational"]


def test_native__job_cancelled__degraded(act: Act, native_action: Path) -> None:
    """A cancelled job runs post all the same."""
    act.add(native_action)
    running = act.begin(NATIVE % ("exec sleep 60", 5))
    act.sandbox.wait_for(lambda: act.sandbox.events, timeout=60)
    assert running.stdout
    while "Run Main exec sleep" not in (line := running.stdout.readline()):
        assert line
    running.send_signal(signal.SIGINT)
    log, _ = running.communicate(timeout=60)
    assert [event.after for event in act.sandbox.events] == ["maintenance", "degraded"], log
