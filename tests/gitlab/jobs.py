"""Runs a rendered job as gitlab-runner does: before_script and script in one shell, after_script in another.

After common/build.go and shells/bash.go of gitlab-runner. What it adds to gitlab-ci-local: a job that is cancelled or
runs out of time, and a choice of shells and programs.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.key_watch import KeyWatch
from helpers.processes import SCRIPT

from .rendering import expanded, script

# What gitlab-runner makes of a job's lines (shells/bash.go, `BashWriter.Finish`).
_FRAME = """\
if set -o | grep pipefail >/dev/null; then set -o pipefail; fi; set -o errexit
set +o noclobber
: | eval {lines}
exit 0
"""
# What the bootstrap may call beside the tool and what downloads it, and what the fixtures' own lines do.
_PROGRAMS = ("sh", "grep", "mkdir", "rm", "rmdir", "chmod", "cat", "touch", "uname", "sha256sum", "printenv")


@dataclass
class Ended:
    """How a job ended: its status for GitLab, whether after_script failed it, and what it said."""

    status: str
    after_code: int
    log: str
    seconds: tuple[float, float] = (0.0, 0.0)  # that before_script with script took, and after_script

    def says(self, *words: str) -> None:
        """Assert that all these words are in the log; capitals don't count."""
        missing = [word for word in words if word.casefold() not in self.log.casefold()]
        assert not missing, f"Missing {missing} in:\n{self.log}"

    @property
    def green(self) -> bool:
        """Whether GitLab would show the job as passed."""
        return self.status == "success" and self.after_code == 0


@dataclass
class Machine:
    """Where jobs run: a directory, a shell, the programs on PATH and the project's CI/CD variables."""

    root: Path
    watch: KeyWatch
    project_variables: dict[str, str] = field(default_factory=dict)
    shell: Sequence[str] = ("sh",)

    def __post_init__(self) -> None:
        for directory in (self.project, self.programs):
            directory.mkdir(parents=True)
        for program in _PROGRAMS:
            self.install(program, f'exec {_where(program)} "$@"')
        self.install("sleep", "exit 0")  # no pauses between attempts

    @property
    def project(self) -> Path:
        """CI_PROJECT_DIR, which may have blanks in its name."""
        return self.root / "a project"

    @property
    def programs(self) -> Path:
        """All of PATH."""
        return self.root / "bin"

    @property
    def temporary(self) -> Path:
        """RUNNER_TEMP_PROJECT_DIR, beside the checkout."""
        return self.root / "a project.tmp"

    @property
    def folder(self) -> Path:
        """The folder that the component makes for a job."""
        return self.temporary / "alert24-deploy-12"

    def install(self, name: str, text: str) -> None:
        """Put a program on PATH: a shell script of these lines."""
        path = self.programs / name
        path.write_text(text if text.startswith("#!") else f"#!/bin/sh\n{text}\n", "utf-8")
        path.chmod(0o755)

    def install_tool(self) -> None:
        """Put the real tool on PATH."""
        self.install("alert24-deploy", f'exec {shlex.quote(str(SCRIPT))} "$@"')

    def install_python(self, version: tuple[int, int] | None = None) -> None:
        """Put a python3 on PATH, of this version where one is given."""
        python = shlex.quote(sys.executable)
        if version is None:
            return self.install("python3", f'exec {python} "$@"')
        change = f'import sys; sys.version_info = (*{version}, 0, "final", 0); exec(sys.argv.pop(1))'
        return self.install(
            "python3", f'[ "$2" = -c ] || exec {python} "$@"\nshift 2\nexec {python} -I -c \'{change}\' "$@"'
        )

    def install_system(self, *programs: str) -> None:
        """Put this machine's own programs on PATH."""
        for program in programs:
            self.install(program, f'exec {_where(program)} "$@"')

    def remove(self, *programs: str) -> None:
        """Take programs from PATH."""
        for program in programs:
            (self.programs / program).unlink()

    def run(self, job: Mapping[str, Any], *, ending: str = "", env: Mapping[str, str] | None = None) -> Ended:
        """Run a job; `ending` is what became of it other than by its own exit code: `canceled`, `timedout`."""
        environ = {**self._environ(job), **(env or {})}
        began = time.perf_counter()
        code, log = self._shell(script(job, "before_script", "script"), {**environ, "CI_JOB_STATUS": "running"})
        between = time.perf_counter()
        status = ending or ("failed" if code else "success")
        after_code, after_log = self._shell(script(job, "after_script"), {**environ, "CI_JOB_STATUS": status})
        seconds = (between - began, time.perf_counter() - between)
        return Ended(status, after_code, log + after_log, seconds)

    def _environ(self, job: Mapping[str, Any]) -> dict[str, str]:
        measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
        predefined = {"CI": "true", "GITLAB_CI": "true", "CI_PIPELINE_ID": "11", "CI_JOB_ID": "12"}
        given = {**predefined, **self._places(), **self.project_variables}
        return {**measured, **expanded(job, given), **given}

    def _places(self) -> dict[str, str]:
        places = {"CI_PROJECT_DIR": str(self.project), "RUNNER_TEMP_PROJECT_DIR": str(self.temporary)}
        return {**places, "HOME": str(self.root), "PATH": str(self.programs)}

    def _command(self) -> list[str]:
        return [_where(self.shell[0]), *self.shell[1:]]

    def _shell(self, lines: str, environ: Mapping[str, str]) -> tuple[int, str]:
        ended = subprocess.run(
            self._command(),
            input=_FRAME.format(lines=shlex.quote(lines)),
            cwd=self.project,
            env=dict(environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        self.watch.saw("a job's log", ended.stdout)
        return ended.returncode, ended.stdout


def _where(program: str) -> str:
    found = next((path for path in ("/bin", "/usr/bin") if Path(path, program).exists()), None)
    assert found, f"There is no {program} on this machine."
    return str(Path(found, program))
