"""native/action.yml: which Python it finds, what it passes on, and what it says if it can't run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from alert24_sandbox import Sandbox
from helpers.action_workflows import SERVICES, Workflow, silent
from helpers.github_runner import Grace, Job, NodeExecutor, RunningStep

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
SHOW = "import os, sys; print(sys.flags.isolated, sys.flags.no_site, sys.flags.utf8_mode, os.environ['INPUT_API-KEY'])"
# Says that it is ready, so that nobody has to wait a while and hope.
COUNT = """
import os, signal, sys
if sys.argv[1] == 'post': sys.exit()
def note(number, frame):
    print('got', signal.Signals(number).name)
    if signal.Signals(number).name == os.environ['ENDS_AT']: sys.exit(5)
signal.signal(signal.SIGINT, note); signal.signal(signal.SIGTERM, note)
print('ready')
while True: signal.pause()
"""
# Uses the action as a step of its own, as teams do that share their deployment.
COMPOSITE = """
name: Deploy
description: A composite action around the action.
runs:
  using: composite
  steps:
    - uses: ./native
      with:
        api-key: ${{ inputs.key }}
        api-url: ${{ inputs.url }}
        services: ${{ inputs.services }}
inputs:
  key: {description: Key.}
  url: {description: URL.}
  services: {description: Services.}
"""

StubJob = Callable[..., Job]


@pytest.fixture
def stub_job(tmp_path: Path) -> StubJob:
    """Makes a job with the action's own scripts, but with a program of the test's as the tool."""

    def make(tool: str | None = SHOW, **settings: object) -> Job:
        action = tmp_path / "native"
        shutil.copytree(ROOT / "native", action, ignore=shutil.ignore_patterns("tool"))
        if tool:
            (action / "tool").mkdir()
            (action / "tool" / "__main__.py").write_text(tool, "utf-8")
        job = Job(tmp_path / "job", NodeExecutor(action), **settings)  # type: ignore[arg-type]
        job.uses(action, {"api-key": "k"}, id="page")
        return job

    return make


def old_python(folder: Path, version: str = "3 8") -> Path:
    """Make a folder with a `python3` that says that it is of another version."""
    folder.mkdir()
    program = folder / "python3"
    program.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$0\" {version}\n")
    program.chmod(0o755)
    return folder


def test_run__tool__is_isolated_and_gets_hyphens(stub_job: StubJob) -> None:
    """The job's own Python settings have no effect; an input with a hyphen in its name arrives."""
    settings = {"PYTHONPATH": "/lost", "PYTHONHOME": "/lost", "PYTHONUTF8": "0", "LC_ALL": "C.UTF-8"}
    result = stub_job(env=settings).execute()
    assert result.step("page").log == result.post("page").log == ["1 1 1 k"]


def test_run__exit_code__is_the_tools(stub_job: StubJob) -> None:
    """GitHub's log shows the documented exit codes."""
    result = stub_job("import sys; sys.exit(4)").execute()
    assert (result.step("page").exit_code, result.post("page").exit_code) == (4, 4)


@pytest.mark.parametrize(
    ("ends_at", "signals"),
    [("SIGINT", ["SIGINT"]), ("SIGTERM", ["SIGINT", "SIGTERM"]), ("", ["SIGINT", "SIGTERM"])],
)
def test_cancel__tool__gets_every_signal(stub_job: StubJob, ends_at: str, signals: list[str]) -> None:
    """The runner signals Node alone; the tool hears of it, and Node waits for its end, until both are killed."""
    job = stub_job(COUNT, env={"ENDS_AT": ends_at}, grace=Grace(interrupt=0.5, terminate=0.5))
    job.on_line = lambda line: job.cancel() if line == "ready" else None
    page = job.execute().step("page")
    assert [line for line in page.log if line.startswith("got")] == [f"got {name}" for name in signals]
    assert (page.outcome, page.exit_code) == ("cancelled", 5 if ends_at else -9)


@pytest.mark.parametrize(("old", "tried"), [(True, "python3 (version 3.8)"), (False, "python3 (not found)")])
def test_python__none_that_fits__says_what_to_do(stub_job: StubJob, tmp_path: Path, old: bool, tried: str) -> None:
    """One error, in main: post has nothing to finish."""
    result = stub_job(env={"PATH": str(old_python(tmp_path / "bin") if old else tmp_path)}).execute()
    (error,) = result.step("page").messages("error")
    assert error.startswith(
        f"No Python 3.10 or newer was found, so nothing was changed. Tried {tried}, python (not found)"
    )
    assert "actions/setup-python" in error
    assert (result.step("page").exit_code, result.post("page").conclusion) == (1, "success")
    assert result.post("page").log == ["There is nothing to finish: the main stage did not start."]


def test_python__in_the_checkout__is_not_run(stub_job: StubJob, tmp_path: Path) -> None:
    """On Windows, programs of the current folder come before those on PATH: a relative PATH does the same here."""
    job = stub_job(env={"PATH": f".:{os.environ['PATH']}"})
    old_python(tmp_path / "bin", "3 99")
    shutil.copy(tmp_path / "bin" / "python3", job.directories.workspace)
    assert job.execute().step("page").log == ["1 1 1 k"]


def test_python__older_one_in_front__next_name_is_tried(stub_job: StubJob, tmp_path: Path) -> None:
    """`python3` may be too old where `python` is not."""
    path = old_python(tmp_path / "bin")
    (path / "python").symlink_to(sys.executable)
    assert stub_job(env={"PATH": str(path)}).execute().status == "success"


def test_python__changed_by_a_later_step__post_keeps_mains(stub_job: StubJob, tmp_path: Path) -> None:
    """A job that sets up an old Python for its deployment still finishes it."""
    job = stub_job()
    job.run(lambda step: step.set_env("PATH", str(old_python(tmp_path / "bin"))), id="setup")
    assert job.execute().post("page").log == ["1 1 1 k"]


def test_python__gone_in_post__says_what_may_be_left(stub_job: StubJob, tmp_path: Path) -> None:
    """Services that stay in maintenance are the user's first concern."""
    program = tmp_path / "python3"
    program.symlink_to(sys.executable)
    job = stub_job(env={"PATH": str(tmp_path)})
    job.run(lambda _: program.unlink(), id="removes")
    (error,) = job.execute().post("page").messages("error")
    assert error.startswith("No Python 3.10 or newer was found, so services may still be in maintenance.")
    assert f"Tried {program} (not found), python3 (not found)" in error


def test_windows__names_and_signals__are_its_own(tmp_path: Path) -> None:
    """`python` may be the store's stub; Ctrl-C reaches every process of the console, and nothing is passed on."""
    for name, script in (("python", "exit 9009"), ("py", f'shift; exec "{sys.executable}" "$@"')):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        (tmp_path / name).chmod(0o755)
    shutil.copytree(ROOT / "native", tmp_path / "native", ignore=shutil.ignore_patterns("tool"))
    (tmp_path / "native" / "tool").mkdir()
    (tmp_path / "native" / "tool" / "__main__.py").write_text(COUNT, "utf-8")
    pretend = 'Object.defineProperty(process, "platform", { value: "win32" }); require(process.argv[1]); '
    pretend += 'process.on("SIGINT", () => console.log("heard"))'
    node = [str(shutil.which("node")), "-e", pretend, str(tmp_path / "native" / "main.js")]
    environ = {"PATH": str(tmp_path), "ENDS_AT": "SIGTERM"}
    with subprocess.Popen(node, env=environ, stdout=subprocess.PIPE, text=True, start_new_session=True) as running:
        assert running.stdout
        assert running.stdout.readline() == "ready\n"
        os.kill(running.pid, signal.SIGINT)  # Node alone, which goes on waiting
        assert running.stdout.readline() == "heard\n"
        (tool,) = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
        os.kill(int(tool), signal.SIGTERM)
        assert (running.stdout.read(), running.wait()) == ("got SIGTERM\n", 5)


def test_tool__missing__says_that_it_is_no_release(stub_job: StubJob) -> None:
    """On main, the tool is not unpacked."""
    (error,) = stub_job(None).execute().step("page").messages("error")
    assert "use a release tag, or run `make native`" in error


def test_tree__each_module__imports_nothing_from_elsewhere(native_action: Path) -> None:
    """What a release holds is complete: no package of the machine is needed, nor seen."""
    code = "import pkgutil, sys; sys.path.insert(0, sys.argv[1]); import alert24_deploy as a\n"
    code += "for each in pkgutil.walk_packages(a.__path__, 'alert24_deploy.'): __import__(each.name)"
    subprocess.run([sys.executable, "-I", "-S", "-W", "error", "-c", code, native_action / "tool"], check=True)
    names = {path.name for path in (native_action / "tool").iterdir()}
    assert {"alert24_deploy", "actions_toolkit", "certifi", "requests", "LICENSE"} <= names
    assert not names & {"click", "tests", "alert24_sandbox"}


@pytest.mark.parametrize(
    ("code", "after"), [(0, "operational"), (1, "down"), (None, "degraded")], ids=["succeeds", "fails", "is cancelled"]
)
def test_composite__job_ends__page_follows(
    tmp_path: Path, native_executor: NodeExecutor, sandbox: Sandbox, code: int | None, after: str
) -> None:
    """Within another action, post runs with that action and knows how the job ended."""
    workflow = Workflow(tmp_path, native_executor, sandbox)
    job = workflow.job()
    (job.directories.workspace / "native").symlink_to(native_executor.action)
    (tmp_path / "action.yml").write_text(COMPOSITE, "utf-8")
    seen: list[tuple[str, ...]] = []
    given = {"key": "${{ secrets.KEY }}", "url": sandbox.url, "services": SERVICES}
    job.uses(tmp_path, given, id="page")
    job.run(RunningStep.cancel if code is None else workflow.noting(seen, code), id="deploy")
    result = job.execute()
    assert workflow.statuses() == (after,) * 2
    assert {event.after for event in sandbox.events} == {"maintenance", after}
    assert silent(result)
