"""What the tool says in a job of GitLab: folded, coloured, linked, and never able to be forged."""

from __future__ import annotations

import io
import re

import pytest

from alert24_deploy.ci.console import Console
from alert24_deploy.ci.gitlab import GitLabConsole, job_time_note
from alert24_deploy.cli.main import console_for
from alert24_sandbox import Sandbox
from helpers.processes import CliProcess

RUN = {
    "GITLAB_CI": "true",
    "CI_PIPELINE_URL": "https://gitlab.example.com/g/p/-/pipelines/1",
    "CI_JOB_URL": "https://gitlab.example.com/g/p/-/jobs/2",
    "CI_COMMIT_SHA": "0123456789abcdef",
    "GITLAB_USER_LOGIN": "ada",
    "CI_ENVIRONMENT_NAME": "production",
}
SECTION = re.compile(r"\x1b\[0Ksection_(start|end):(\d+):([a-z0-9_]+)\r\x1b\[0K(.*)")


def spoken(**environ: str) -> tuple[GitLabConsole, io.StringIO, io.StringIO]:
    """A console and its two streams."""
    people, machine = io.StringIO(), io.StringIO()
    return GitLabConsole(environ, people, machine), people, machine


def returned(people: str) -> str:
    """What a process said, with the carriage returns that reading it as text made into line ends."""
    return re.sub(r"(section_(?:start|end):\d+:\w+)\n", r"\1\r", people)


def test_start_and_finish__in_gitlab__are_folded(cli_process: CliProcess, sandbox: Sandbox) -> None:
    """A command's lines stand in a section that names commit, actor and environment; stdout has JSON alone."""
    sandbox.add_service("Payments API")
    result = cli_process("start", "-s", "Payments API", "--json", env=RUN)
    people = returned(result.people)
    begun, ended = SECTION.findall(people)
    assert (begun[0], begun[2:]) == (
        "start",
        ("alert24_deploy_start", "alert24-deploy start (commit 01234567 by ada to production)"),
    )
    assert (ended[0], ended[2:]) == ("end", ("alert24_deploy_start", ""))
    assert int(begun[1]) <= int(ended[1])
    assert people.split("\n")[1:-2] == ["Payments API: operational -> maintenance (a deployment starts)"]
    assert result.document["gitlab"] == {
        "pipeline": RUN["CI_PIPELINE_URL"],
        "job": RUN["CI_JOB_URL"],
        "commit": RUN["CI_COMMIT_SHA"],
        "actor": "ada",
        "environment": "production",
    }


@pytest.mark.parametrize(("env", "label"), [({}, "\x1b[1;31mError: \x1b[0m"), ({"NO_COLOR": "1"}, "Error: ")])
def test_error__in_gitlab__stands_below_the_section(cli_process: CliProcess, env: dict[str, str], label: str) -> None:
    """An error is outside of what can be folded away, and red unless the user wants no colours."""
    people = returned(cli_process("start", "-s", "No such", env={**RUN, **env}).people)
    below = people[people.index("section_end") :].split("\n")[1:-1]
    assert below[0].startswith(f"{label}Could not look up")
    assert "\x1b" not in "".join(below[1:])


def test_json__of_a_list__has_no_place_for_the_run() -> None:
    """An object gets it, without what GitLab doesn't say."""
    console, _, machine = spoken(CI_JOB_URL="")
    console.json([1])
    console.json({})
    assert machine.getvalue() == '[\n  1\n]\n{\n  "gitlab": {}\n}\n'


@pytest.mark.parametrize("foreign", ["\x1b[0Ksection_end:1:x\r\x1b[0K", "\x1b[31mred", "a\rb"])
def test_foreign_text__writes_no_section(foreign: str) -> None:
    """What others wrote can open no section, end none and colour nothing."""
    console, people, machine = spoken(CI_JOB_URL=foreign, GITLAB_USER_LOGIN=foreign)
    with console.section("start"):
        console.info(foreign)
    console.fail(foreign)
    console.json({"a": 1})
    assert [edge for edge, *_ in SECTION.findall(people.getvalue())] == ["start", "end"]
    assert "\x1b" not in machine.getvalue()
    assert people.getvalue().count("\x1b") == 2 * 2 + 2


def test_section__error_inside__is_ended() -> None:
    """A section ends also where its command fails."""
    console, people, _ = spoken()
    with pytest.raises(ValueError, match="x"), console.section("finish"):
        raise ValueError("x")
    assert [edge for edge, *_ in SECTION.findall(people.getvalue())] == ["start", "end"]


@pytest.mark.parametrize(("environ", "kind"), [({"GITLAB_CI": "true"}, GitLabConsole), ({}, Console)])
def test_console__is_of_the_ci_that_this_is(environ: dict[str, str], kind: type[Console]) -> None:
    """Only a job of GitLab gets GitLab's console."""
    assert type(console_for(environ)) is kind


@pytest.mark.parametrize(
    ("job", "script", "after", "words", "problem"),
    [
        ("3600", "", "5m", ["3600 s", "script-timeout to 3300s"], False),
        ("3600", "55m1s", "5m", ["3301 s", "300 s", "3300s"], True),
        ("3600", "2h", "5m", ["7200 s"], True),
        ("300", "", "5m", ["timeout", "300 s"], True),
    ],
)
def test_job_time__after_script_at_risk__numbers_said(
    job: str, script: str, after: str, words: list[str], problem: bool
) -> None:
    """A job whose own timeout can keep finish from running is told by its numbers."""
    environ = {"CI_JOB_TIMEOUT": job, "RUNNER_SCRIPT_TIMEOUT": script, "RUNNER_AFTER_SCRIPT_TIMEOUT": after}
    note = job_time_note(environ)
    assert note is not None
    assert note.is_problem == problem
    assert [word for word in words if word not in note.text] == []


@pytest.mark.parametrize(
    ("job", "script", "after"), [("3600", "55m", "5m"), ("", "", "5m"), ("3600", "", ""), ("soon", "1h", "5m")]
)
def test_job_time__enough_or_unknown__nothing_said(job: str, script: str, after: str) -> None:
    """Nothing is said if the time is enough, not known, or not what finish relies on."""
    environ = {"CI_JOB_TIMEOUT": job, "RUNNER_SCRIPT_TIMEOUT": script, "RUNNER_AFTER_SCRIPT_TIMEOUT": after}
    assert job_time_note(environ) is None


def test_start__job_time_at_risk__said(cli_process: CliProcess, sandbox: Sandbox) -> None:
    """Start says it before the deployment."""
    sandbox.add_service("A")
    result = cli_process("start", "-s", "A", env={**RUN, "CI_JOB_TIMEOUT": "60", "RUNNER_AFTER_SCRIPT_TIMEOUT": "5m"})
    result.says("GitLab ends this job after 60 s")
