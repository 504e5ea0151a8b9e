"""What is particular to GitLab: sections that fold, and the links of the pipeline and the job."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TextIO

from ..text import sanitize
from .console import Console

# A job's log reads these (GitLab docs, "Custom collapsible sections"). Foreign text can't hold them: `sanitize` leaves
# no control characters in it.
_SECTION = "\x1b[0Ksection_{edge}:{seconds:.0f}:alert24_deploy_{name}\r\x1b[0K{title}\n"
_UNIT_SECONDS = {"h": 3600, "m": 60, "s": 1}
_URL_LIMIT = 1000  # characters
_RUN = {
    "pipeline": "CI_PIPELINE_URL",
    "job": "CI_JOB_URL",
    "commit": "CI_COMMIT_SHA",
    "actor": "GITLAB_USER_LOGIN",
    "environment": "CI_ENVIRONMENT_NAME",
}


def on_gitlab(environ: Mapping[str, str]) -> bool:
    """Tell whether this process runs in a job of GitLab CI."""
    return environ.get("GITLAB_CI") == "true"


def run_of(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what GitLab's variables say about this run: links, commit, actor, environment, as far as they are set."""
    return {name: sanitize(environ[variable], _URL_LIMIT) for name, variable in _RUN.items() if environ.get(variable)}


class JobTimeNote(NamedTuple):
    """What a user should know about a job's time limits, and whether it is wrong already."""

    text: str
    is_problem: bool


def job_time_note(environ: Mapping[str, str]) -> JobTimeNote | None:
    """Return a note on a job whose own timeout can end it before `after_script`, where finish runs.

    GitLab runs `after_script` when RUNNER_SCRIPT_TIMEOUT ends a script, and not when the job's timeout does
    (gitlab-runner docs, "Ensuring after_script execution"). Only a job with RUNNER_AFTER_SCRIPT_TIMEOUT relies on it.
    CI_JOB_TIMEOUT is in seconds; the runner's two are durations such as `1h30m`.
    """
    job = int(environ["CI_JOB_TIMEOUT"]) if environ.get("CI_JOB_TIMEOUT", "").isdecimal() else 0
    script, after = (_seconds(environ.get(f"RUNNER_{name}_TIMEOUT", "")) for name in ("SCRIPT", "AFTER_SCRIPT"))
    if not (job and after) or (script and script + after <= job):
        return None
    ends = f"GitLab ends this job after {job} s, and then finish doesn't run and services stay in maintenance."
    if job <= after:
        return JobTimeNote(f"{ends} Increase the job's `timeout`: finish alone may take {after} s.", True)
    if script:
        why = f"script-timeout ({script} s) and after_script ({after} s) don't fit into that."
        return JobTimeNote(f"{ends} {why} Set script-timeout to {job - after}s or less.", True)
    return JobTimeNote(f"{ends} To prevent that, set script-timeout to {job - after}s or less.", False)


def _seconds(duration: str) -> int:
    """Return the seconds of a duration in Go's form; 0 if it is none."""
    if not re.fullmatch(r"(\d+[hms])+", duration):
        return 0
    return sum(int(number) * _UNIT_SECONDS[unit] for number, unit in re.findall(r"(\d+)([hms])", duration))


class GitLabConsole(Console):
    """Folds a command's lines into a section of the job's log, and says in JSON which run they belong to."""

    log_shows_colors = True  # and has no annotations in which an error would stand out

    def __init__(
        self,
        environ: Mapping[str, str],
        people: TextIO | None = None,
        machine: TextIO | None = None,
        *,
        verbose: bool = False,
    ) -> None:
        """Write to the same streams as `Console`."""
        super().__init__(people, machine, verbose=verbose, no_color=bool(environ.get("NO_COLOR")))
        self._run = run_of(environ)

    def json(self, document: object) -> None:
        """Write one JSON document for machines; an object gets the run it belongs to as `gitlab`."""
        super().json({**document, "gitlab": self._run} if isinstance(document, dict) else document)

    @contextlib.contextmanager
    def section(self, name: str) -> Iterator[None]:
        """Fold what is written meanwhile under a title that names the command and its run."""
        self._edge("start", name, f"alert24-deploy {name}{self._described_run()}")
        try:
            yield
        finally:
            self._edge("end", name, "")

    def _described_run(self) -> str:
        words = {"commit": "commit {:.8}", "actor": "by {}", "environment": "to {}"}
        known = [word.format(self._run[name]) for name, word in words.items() if name in self._run]
        return f" ({' '.join(known)})" if known else ""

    def _edge(self, edge: str, name: str, title: str) -> None:
        self._people.write(_SECTION.format(edge=edge, seconds=time.time(), name=name, title=title))
        self._people.flush()
