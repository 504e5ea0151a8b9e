"""The stages without everything that only POSIX has: as near to Windows as another system comes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from alert24_sandbox import Sandbox
from helpers.action_workflows import Workflow, silent
from helpers.github_runner import ProcessExecutor

pytestmark = pytest.mark.runner

MODULES = "fcntl grp pwd resource termios tty pty syslog readline"
# What the package and its libraries might use; tests/consistency/test_windows.py finds what the package uses.
OF_OS = """chown chroot fchmod fchown fork forkpty getegid geteuid getgid getgroups getpgid getpgrp getpriority getsid
    getuid kill killpg lchown mkfifo nice openpty posix_spawn pread pwrite sendfile set_blocking setegid seteuid setgid
    setpgid setpgrp setpriority setsid setuid statvfs sysconf tcgetpgrp tcsetpgrp uname wait O_NONBLOCK O_CLOEXEC
    O_NOFOLLOW O_DIRECTORY O_NOCTTY WNOHANG"""
OF_SIGNAL = """alarm pause pthread_kill pthread_sigmask setitimer sigpending sigwait SIGHUP SIGKILL SIGQUIT SIGTSTP
    SIGTTIN SIGTTOU SIGCONT SIGSTOP SIGPIPE SIGUSR1 SIGUSR2 SIGCHLD SIGALRM SIG_BLOCK SIG_SETMASK"""
# The libraries come first: they look at the platform, and would call Windows itself.
PROGRAM = f"""#!{sys.executable} -Iu
import os, signal, subprocess, sys, uuid, requests
for name in {MODULES!r}.split(): sys.modules[name] = None
for module, names in ((os, {OF_OS!r}), (signal, {OF_SIGNAL!r})):
    for name in names.split(): vars(module).pop(name, None)
sys.platform = "win32"
from alert24_deploy import action
action.%s()
"""


@pytest.fixture
def workflow(tmp_path: Path, sandbox: Sandbox) -> Workflow:
    """Jobs whose stages miss what Windows lacks."""
    for stage in ("main", "post"):
        program = tmp_path / f"alert24-deploy-{stage}"
        program.write_text(PROGRAM % stage, "utf-8")
        program.chmod(0o755)
    return Workflow(tmp_path, ProcessExecutor(tmp_path), sandbox)


@pytest.mark.parametrize(("code", "after"), [(0, "operational"), (1, "down")])
def test_auto__without_posix__page_follows(workflow: Workflow, code: int, after: str) -> None:
    """A deployment starts and ends, with nothing but what it says."""
    seen: list[tuple[str, ...]] = []
    job = workflow.job()
    workflow.page(job)
    job.run(workflow.noting(seen, code), id="deploy")
    result = job.execute()
    assert (seen, workflow.statuses()) == ([("maintenance",) * 2], (after,) * 2), result.log
    assert not result.step("page").annotations
    assert silent(result)


def test_auto__without_posix__interrupted_start_is_restored(workflow: Workflow) -> None:
    """Ctrl-C reaches a start that waits for Alert24, and post puts back what it had written."""
    sandbox = workflow.sandbox
    first, second = (service.id for service in sandbox.services)
    held = sandbox.hold(method="PUT", path=second)
    job = workflow.job()
    workflow.page(job)

    def interrupt() -> None:
        held.wait_until_reached(timeout=30)
        sandbox.wait_for(lambda: sandbox.status_of(first) == "maintenance", timeout=30)
        job.cancel()

    result = job.execute_with(interrupt)
    assert (sandbox.status_of(first), result.step("page").exit_code) == ("operational", 130), result.log
    assert silent(result)


def test_auto__without_posix__large_state_is_refused(workflow: Workflow) -> None:
    """Windows hands over less than Linux in a variable: a start whose post would fail must not begin."""
    names = [f"{number:03} {'x' * 200}" for number in range(120)]
    for name in names:
        workflow.sandbox.add_service(name)
    job = workflow.job()
    workflow.page(job, {"services": "\n".join(names)})
    (error,) = job.execute().step("page").messages("error")
    assert "too large for one step" in error
    assert workflow.untouched()
