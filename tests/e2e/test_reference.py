"""The tests' runner reads what GitHub's own toolkit writes, and evaluates what GitHub's own evaluator does."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from helpers.github_runner import Job, JobResult, ProcessExecutor
from helpers.github_runner.tests.test_expressions import CONTEXTS, VALUES

from .conftest import Node

pytestmark = pytest.mark.e2e

MANIFEST = """
name: Speak
description: Says values by @actions/core.
runs: {using: docker, image: x, entrypoint: main, post-entrypoint: post}
"""
TEXTS = [
    "",
    "plain",
    "two\nlines",
    "ends in a newline\n",
    "\n\nbegins with two",
    "carriage\r\nreturns\ralone",
    "100% sure, %0A is no newline, nor %250A",
    "a=b<<EOF\nEOF\n=",
    "::error::not a command\n##[error]nor this",
    "title=x,file=y:z;w]",
    "quotes \" ' ` $HOME \\ \\n",
    "Straße 🚀 日本 \u2028 \u00a0",
    " blanks around \t",
    "x" * 4000,
]


@pytest.fixture
def speak(node_packages: Path, tmp_path: Path) -> ProcessExecutor:
    """Programs of which main says a value by GitHub's toolkit, and post shows its environment."""
    run = f'cd "{node_packages}" && exec node speak.mjs < "$VALUES"'
    # Into a file: in the output, a value that looks like a command would be one.
    show = f'exec {sys.executable} -I -c \'import json, os; json.dump(dict(os.environ), open("seen", "w"))\''
    for name, script in (("main", run), ("post", show)):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        program.chmod(0o755)
    (tmp_path / "action.yml").write_text(MANIFEST, "utf-8")
    return ProcessExecutor(tmp_path)


def _spoken(speak: ProcessExecutor, name: str, text: str) -> tuple[Job, JobResult]:
    values = speak.programs / "values.json"
    values.write_text(json.dumps([{"name": name, "value": text}]), "utf-8")
    job = Job(speak.programs / "runner", speak, env={"VALUES": str(values)})
    job.uses(speak.programs, id="s")
    return job, job.execute()


@pytest.mark.parametrize("text", TEXTS)
def test_toolkit__files__are_read_back(speak: ProcessExecutor, text: str) -> None:
    """An output, a state, a variable and a summary of any text come out as they went in."""
    job, result = _spoken(speak, "Some_Name", text)
    shown = json.loads((job.directories.workspace / "seen").read_text("utf-8"))
    assert result.step("s").outputs == {"Some_Name": text}
    assert shown["STATE_Some_Name"] == job.env["Some_Name"] == text
    assert result.step("s").summary == text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")


@pytest.mark.parametrize("text", TEXTS)
def test_toolkit__commands__are_read_back(speak: ProcessExecutor, text: str) -> None:
    """An annotation of any text has its message and its title unchanged."""
    annotations = _spoken(speak, "name", text)[1].step("s").annotations
    assert [(annotation.level, annotation.message) for annotation in annotations] == [
        ("error", text),
        ("warning", text),
        ("notice", text),
    ]
    assert annotations[0].title == text
    assert (annotations[0].properties["file"], annotations[0].properties["line"]) == ("a,b:c.txt", "3")


def test_toolkit__masks_groups_and_paths__are_read_back(speak: ProcessExecutor) -> None:
    """A secret of two lines is hidden, a group opens and closes, directories are added in order."""
    job, result = _spoken(speak, "name", "text")
    assert result.step("s").log[-3:] == ["a ***, a ***", "##[group]group: a, b", "##[endgroup]"]
    assert job.path == ["/opt/first", "/opt/second one"]


def test_expressions__same_table__has_githubs_values(node: Node) -> None:
    """The table to which the runner's small evaluator is held is right by GitHub's own."""
    question = {"expressions": [expression for expression, _ in VALUES], "contexts": CONTEXTS}
    assert node("evaluate.mjs", question) == [value for _, value in VALUES]
