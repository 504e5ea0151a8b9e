"""CONTRIBUTING's two paths through the code, compared with what the program does."""

from __future__ import annotations

import contextlib
import io
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from alert24_deploy.action.stages import main_stage, post_stage
from alert24_deploy.app.build import Context
from alert24_deploy.ci.console import Console
from alert24_deploy.signals import Cancellation
from alert24_sandbox import Sandbox
from helpers.cli import Cli

from .pages import ROOT

PACKAGE = ROOT / "entrypoint" / "alert24_deploy"
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
LONGEST_PATH = 8  # files


def steps(heading: str) -> list[tuple[str, str]]:
    """Return the file and the function of each step below a heading."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^\d+\. `(\S+\.py)`: `([\w.]+)`", section, re.MULTILINE)
    return [(file, function.rpartition(".")[2]) for file, function in found]


def called(run: Callable[[], object]) -> list[tuple[str, str]]:
    """Return the package's functions in the order of their first call in this thread."""
    calls: dict[tuple[str, str], None] = {}

    def profile(frame: FrameType, event: str, _: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and PACKAGE in path.parents:
            calls.setdefault((path.relative_to(PACKAGE).as_posix(), frame.f_code.co_name))

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        run()
    finally:
        sys.setprofile(before)
    return list(calls)


def assert_documented(heading: str, calls: list[tuple[str, str]]) -> None:
    """The steps are few, and the program takes them in their order."""
    documented = steps(heading)
    assert 0 < len(documented) <= LONGEST_PATH
    assert [each for each in documented if each not in calls] == []
    assert sorted(documented, key=calls.index) == documented


def test_services__from_the_command_line_to_the_put__pass_the_documented_files(cli: Cli, sandbox: Sandbox) -> None:
    """A start with a service calls the functions that the page names, in their order."""
    sandbox.add_service("Payments API")
    calls = called(lambda: cli("start", "-s", "Payments API"))
    assert sandbox.status_of("Payments API") == "maintenance"
    assert_documented("From `--service` to the PUT", calls)


@pytest.mark.runner
def test_outcome__from_the_input_to_the_status__passes_the_documented_files(
    sandbox: Sandbox, api_key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A post stage, here of a second attempt, calls the functions that the page names, in their order."""
    sandbox.add_service("Payments API")
    state = tmp_path / "state"
    state.touch()
    github = {"ACTIONS": "true", "RUN_ID": "7", "RUN_ATTEMPT": "1", "JOB": "deploy", "STATE": str(state)}
    inputs = {"API-KEY": api_key, "API-URL": sandbox.url, "SERVICES": "Payments API"}
    environ = {f"GITHUB_{name}": value for name, value in github.items()}
    for name, value in {**environ, **{f"INPUT_{name}": value for name, value in inputs.items()}}.items():
        monkeypatch.setenv(name, value)
    context = Context(environ, Console(io.StringIO(), io.StringIO()), Cancellation())
    masked = contextlib.redirect_stdout(io.StringIO())  # the commands that mask secrets go past the console
    with masked:
        assert main_stage(context) == 0
    for name, _, value in re.findall(r"(\w+)<<(\S+)\n(.*?)\n\2\n", state.read_text(), re.DOTALL):
        monkeypatch.setenv(f"STATE_{name}", value)
    monkeypatch.setenv("INPUT_OUTCOME", "failure")
    environ["GITHUB_RUN_ATTEMPT"] = "2"
    with masked:
        calls = called(lambda: post_stage(context))
    assert sandbox.status_of("Payments API") == "down"
    assert_documented("From the outcome to the status", calls)
