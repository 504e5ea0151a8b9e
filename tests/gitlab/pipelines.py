"""Runs whole pipelines by gitlab-ci-local, a runner that reads GitLab's YAML, in projects made from the fixtures."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from helpers.key_watch import KeyWatch
from helpers.processes import SCRIPT

from .rendering import COMPONENT

HERE = Path(__file__).parent
NODE = HERE / "node"
FIXTURES = HERE / "fixtures"
REMOTE = "https://gitlab.example.com/group/project.git"
_LONGEST_SECONDS = 240.0
_RESULT = re.compile(r"^ *(PASS|FAIL|WARN) +(\S.*?) *$", re.MULTILINE)
_COLOUR = re.compile(r"\x1b\[[0-9;]*[mK]")


@dataclass
class Ended:
    """How a pipeline ended: the runner's exit code, each finished job's result, and what was said."""

    code: int
    log: str

    @classmethod
    def of(cls, ended: subprocess.CompletedProcess[str]) -> Ended:
        """What a run of gitlab-ci-local says, without its colours."""
        return cls(ended.returncode, _COLOUR.sub("", ended.stdout + ended.stderr))

    @property
    def jobs(self) -> dict[str, str]:
        """`PASS` or `FAIL` by job."""
        return {name: verdict for verdict, name in _RESULT.findall(self.log)}


@dataclass
class Project:
    """A project made from a fixture, with the component in it and CI/CD variables of its own.

    Args:
        root: an empty directory.
        fixture: the fixture's name.
        watch: takes note of the log.
        variables: the project's CI/CD variables; the key is one of them, so they lie outside of `root`.
        home: where they lie.
        programs: a directory in front of PATH.
    """

    root: Path
    fixture: str
    watch: KeyWatch
    home: Path
    programs: Path
    variables: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shutil.copytree(FIXTURES / self.fixture, self.root)
        (self.root / "templates").mkdir()
        shutil.copy(COMPONENT, self.root)
        shutil.copy(COMPONENT.parent / "templates" / "deploy.yml", self.root / "templates")
        self.programs.mkdir(parents=True)
        author = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
        commands = (["init", "-q", "-b", "main"], ["remote", "add", "origin", REMOTE], ["add", "-A"])
        for command in (*commands, [*author, "commit", "-q", "-m", "A"]):
            subprocess.run(["git", *command], cwd=self.root, check=True)

    def install_tool(self) -> None:
        """Put the tool on PATH."""
        self._install("alert24-deploy", SCRIPT)

    def install_python(self) -> None:
        """Put this test's Python on PATH as python3, without the tool that is installed beside it."""
        self._install("python3", Path(sys.executable))

    def _install(self, name: str, program: Path) -> None:
        path = self.programs / name
        path.write_text(f'#!/bin/sh\nexec {shlex.quote(str(program))} "$@"\n', "utf-8")
        path.chmod(0o755)

    def run(self, *arguments: str, env: Mapping[str, str] | None = None) -> Ended:
        """Run the pipeline on this machine's own shell."""
        return Ended.of(self.start("--force-shell-executor", *arguments, env=env))

    def preview(self) -> object:
        """The whole configuration, merged."""
        ended = self.start("--preview")
        assert ended.returncode == 0, ended.stderr
        return yaml.safe_load(ended.stdout)

    def start(self, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run gitlab-ci-local."""
        settings = self.home / ".gitlab-ci-local"
        settings.mkdir(parents=True, exist_ok=True)
        (settings / "variables.yml").write_text(yaml.safe_dump({"global": self.variables}), "utf-8")
        command = [str(_node()), str(NODE / "node_modules/gitlab-ci-local/dist/index.js"), "--home", str(self.home)]
        ended = subprocess.run(
            [*command, "--color=false", *arguments],
            cwd=self.root,
            env={"PATH": f"{self.programs}:/usr/local/bin:/usr/bin:/bin", "HOME": str(self.home), **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_LONGEST_SECONDS,
            check=False,
        )
        self.watch.saw("the pipeline's log", ended.stdout)
        self.watch.saw("the runner's messages", ended.stderr)
        return ended


def install_runner() -> None:
    """Install gitlab-ci-local and its Node.js, exactly as the lock file names them."""
    installed = NODE / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= (NODE / "package-lock.json").stat().st_mtime:
        return
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=NODE, check=True)
    os.utime(installed)


def _node() -> Path:
    return next((NODE / "node_modules").glob("node-linux-*/bin/node"))
