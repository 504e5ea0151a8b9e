"""The self-test's jobs that must fail, run by act: each looks at its page after the action under test has ended."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import ROOT

pytestmark = pytest.mark.e2e

WORKFLOW = ".github/workflows/selftest-victim.yml"
RUNNER = "ubuntu-24.04"
PROGRAMS = Path(sys.executable).parent
# The tests' own Python is there already, and nothing can be downloaded from GitHub.
STAND_IN = """
name: Python
inputs: {python-version: {description: Any.}}
runs: {using: composite, steps: [{run: python3 --version, shell: bash}]}
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """The project's files as they are now, in a repository; what the jobs leave behind is ended after the test."""
    checkout = tmp_path / "checkout"
    for file in _git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        if (ROOT / file).is_file():
            (checkout / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, checkout / file)
    _git(checkout, "init", "--quiet")
    _git(checkout, "-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "--quiet", "--allow-empty", "-mx")
    yield checkout
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has just ended, or is none of ours
            if str((process / "cwd").readlink()).startswith(f"{tmp_path}/"):
                os.kill(int(process.name), signal.SIGKILL)


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def _log(checkout: Path, ending: str) -> str:
    """The log of one job; it is cancelled while it deploys, if that is its ending."""
    stand_in = checkout.parent / "setup-python"
    stand_in.mkdir()
    (stand_in / "action.yml").write_text(STAND_IN, "utf-8")
    (used,) = set(re.findall(r"actions/setup-python@\w+", (checkout / WORKFLOW).read_text("utf-8")))
    options = ["--platform", f"{RUNNER}=-self-hosted", "--local-repository", f"{used}={stand_in}", "--no-cache-server"]
    options += [
        "--workflows",
        WORKFLOW,
        "--job",
        "native",
        "--matrix",
        f"runner:{RUNNER}",
        "--matrix",
        f"ending:{ending}",
    ]
    path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    environ = {**os.environ, "PATH": path, "XDG_CACHE_HOME": str(checkout.parent / "cache")}
    act = [str(PROGRAMS / "act"), "workflow_dispatch", *options]
    lines = []
    with subprocess.Popen(
        act, cwd=checkout, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        assert running.stdout
        for line in running.stdout:
            lines.append(line)
            if ending == "cancelled" and "Run Main Deploy" in line:
                running.send_signal(signal.SIGINT)
    return "".join(lines)


@pytest.mark.parametrize(("ending", "status"), [("failure", "down"), ("cancelled", "degraded")])
def test_victim__ends__the_verdict_on_its_page_is_a_step_of_its_own(checkout: Path, ending: str, status: str) -> None:
    """The job fails, and the step by which it is judged succeeds, because it finds the page as it must be."""
    log = _log(checkout, ending)
    order = [
        "Checkout: operational -> maintenance",
        f"Checkout: maintenance -> {status}",
        "Success - Post Expect the page",
    ]
    assert re.findall("|".join(map(re.escape, order)), log) == order, log
    assert "Job failed" in log


def test_victim__wrong_page__the_verdict_fails(checkout: Path) -> None:
    """The step sees what it must not find."""
    workflow = checkout / WORKFLOW
    workflow.write_text(workflow.read_text("utf-8").replace("status: down}", "status: operational}"), "utf-8")
    assert "Failure - Post Expect the page" in _log(checkout, "failure")
