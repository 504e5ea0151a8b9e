"""README's commands, copied from it and typed in its order on a machine that has only git, make and Python."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from alert24_sandbox import Sandbox
from consistency.stage import Stage
from consistency.workflow import Workflow
from helpers.engine import base_image
from helpers.github_runner import ProcessExecutor
from helpers.key_watch import KeyWatch

from .conftest import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

# What README says that one needs; certificates, because a package index has one.
PACKAGES = "git,make,python3,python3-venv,ca-certificates"
README = (ROOT / "README.md").read_text("utf-8")
TRY_IT = README.partition("\n## Try it\n")[2].partition("\n## ")[0]
DEMO, SERVE, DEPLOY, INIT = re.findall(r"^```sh\n(.*?)^```$", TRY_IT, re.MULTILINE | re.DOTALL)
INSTALL = re.findall(r"`(pip install [^`]+)`", TRY_IT)
CLONED = "/home/reader/alert24-deploy"
# In a network of its own, whose port 8024 nobody else has, loopback is down at first.
LOOPBACK_UP = (
    "import fcntl, socket, struct; "
    "fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sh14x', b'lo', 0x49))"  # SIOCSIFFLAGS: up, loopback, running
)
ENTER = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" /bin/sh -ec "$1"'
ENVIRON = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/home/reader", "LANG": "C.UTF-8"}


@dataclass
class Machine:
    """A minimal Debian; needs root, as the tests' Docker engine does."""

    root: Path

    def command(self, script: str, *namespaces: str) -> list[str]:
        """The command that runs a script there."""
        own = ["unshare", "--mount", "--kill-child", "--fork", *namespaces]
        return [*own, "sh", "-c", ENTER, str(self.root), f"cd /home/reader\n{script}"]

    def run(self, script: str) -> str:
        """Run a script to its end and return its output."""
        ended = subprocess.run(self.command(script), env=ENVIRON, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    @contextlib.contextmanager
    def terminal(self, script: str, line: str) -> Iterator[Callable[[str], str]]:
        """Run a script in a network of its own; once it has printed a line, run others in the same network."""
        script = f'python3 -c "{LOOPBACK_UP}"\n{script}'
        command = self.command(script, "--net", "--pid")
        with subprocess.Popen(
            command, env=ENVIRON, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as shell:
            assert shell.stdout
            printed = ""
            for each in shell.stdout:
                printed += each
                if line in each:
                    break
            else:
                pytest.fail(printed)

            def beside(other: str) -> str:
                entered = ["nsenter", f"--net=/proc/{shell.pid}/ns/net", *self.command(f"cd {CLONED}\n{other}")]
                ended = subprocess.run(entered, env=ENVIRON, capture_output=True, text=True, check=False)
                assert ended.returncode == 0, ended.stdout + ended.stderr
                return ended.stdout + "\0" + ended.stderr

            try:
                yield beside
            finally:
                shell.kill()  # and with it, by --kill-child, all that runs in there


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The machine, on which README's URL leads to this checkout's last commit."""
    root = tmp_path_factory.mktemp("machine")
    subprocess.run(["tar", "-xf", base_image.archive(PACKAGES), "-C", root], check=True)
    subprocess.run(["git", "clone", "--quiet", "--bare", ROOT, root / "project.git"], check=True)
    url = re.findall(r"git clone (\S+)", DEMO)[0]
    (root / "etc/gitconfig").write_text(f'[url "/project.git"]\n  insteadOf = {url}\n[safe]\n  directory = *\n')
    (root / "home/reader").mkdir()
    (root / "etc/resolv.conf").write_bytes(Path("/etc/resolv.conf").read_bytes())
    (root / "etc/hosts").write_bytes(Path("/etc/hosts").read_bytes())
    yield Machine(root)
    shutil.rmtree(root)  # a whole Debian, of which pytest would keep three


def test_readme__first_ten_minutes__end_with_a_workflow_that_works(
    machine: Machine, tmp_path: Path, key_watch: KeyWatch, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """Clone, demo, a deployment of one's own on the embedded Alert24, and the workflow that `init` prints."""
    began = time.monotonic()

    def timed(step: str) -> None:
        record_testsuite_property(step, f"{time.monotonic() - began:.1f} s after the beginning")

    shown = machine.run(DEMO)
    timed("demo")
    assert "operational -> maintenance" in shown
    assert "maintenance -> down" in shown
    with machine.terminal(f"cd {CLONED}\n{SERVE}", "alert24-deploy services") as beside:
        deployed = beside(f"{DEPLOY}alert24-deploy services")
        timed("own run")
        for words in ("operational -> maintenance", "maintenance -> operational", "operational  Payments API"):
            assert words in deployed
        workflow = beside(f"{DEPLOY.partition('alert24-deploy run')[0]}{INIT}").partition("\0")[0]
        timed("init")
    (tmp_path / "deploy.yml").write_text(workflow)
    for code, after in ((0, "operational"), (1, "down")):
        with Sandbox() as sandbox:
            sandbox.add_service("Payments API")
            stage = Stage(tmp_path / after, sandbox, sandbox.add_key(), key_watch)
            stage.folder.mkdir()
            executor = ProcessExecutor(Path(sys.executable).parent)
            run = Workflow(stage, executor, str(tmp_path / "deploy.yml"), scripts={"deploy.sh": code})
            assert [job.status for job in run.run().values()] == [["success", "failure"][code], "success"]
            assert stage.shown("Payments API") == ["maintenance", after]
    timed("its workflow, run twice")


def test_readme__pip_install__brings_the_commands(machine: Machine) -> None:
    """What README says of pip works in a virtual environment, and the commands that it names are there."""
    machine.run(
        f"git clone --quiet /project.git elsewhere; python3 -m venv own; . own/bin/activate; cd elsewhere\n{INSTALL[0]}"
    )
    shown = machine.run(". own/bin/activate\nalert24-deploy demo --pace 0\nalert24-deploy sandbox --help")
    assert "operational -> maintenance" in shown
