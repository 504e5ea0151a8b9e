"""The project's own workflows: what they may do, whose code they run, and that no job can fail unseen."""

from __future__ import annotations

import copy
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from .pages import ROOT, name

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
# Their last job stands for all others: it alone is required of a pull request.
GATED = [ROOT / ".github/workflows" / file for file in ("ci.yml", "selftest.yml")]
GATE = "passed"
USES = re.compile(r"uses: ([^\s./#][^\s#]*)(.*)$", re.MULTILINE)  # of another repository; a local one begins with a dot
PIN = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
OURS = "alert24/alert24-deploy"


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text("utf-8"))


def _jobs(workflow: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from workflow["jobs"].items()


def _checkouts(job: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for step in job.get("steps", ()) if str(step.get("uses")).startswith("actions/checkout@")]


def _mistakes(workflow: Any) -> list[str]:
    """What a workflow leaves to GitHub's defaults, which give a token too much and a job six hours."""
    found = [] if workflow.get("permissions") == {} else ["the workflow has permissions"]
    for id_, job in _jobs(workflow):
        if not isinstance(job.get("permissions"), dict):
            found.append(f"{id_} has no permissions of its own")
        if "uses" not in job and "timeout-minutes" not in job:
            found.append(f"{id_} has no time limit")
        keeping = [step for step in _checkouts(job) if step.get("with", {}).get("persist-credentials") is not False]
        found += [f"{id_} leaves the token in the checkout"] * len(keeping)
    return found


def _ungated(workflow: Any) -> list[str]:
    """The jobs whose failure the gate would not see."""
    gate = workflow["jobs"][GATE]
    if gate["if"] != "always()" or "needs.*.result" not in str(gate["steps"]):
        return [GATE]
    return [id_ for id_, _ in _jobs(workflow) if id_ not in {GATE, *gate["needs"]}]


@pytest.mark.parametrize("file", WORKFLOWS, ids=name)
def test_workflow__each_job__has_only_what_it_needs(file: Path) -> None:
    """The token can do nothing but what a job asks for, and no job runs for hours."""
    assert _mistakes(_read(file)) == []


@pytest.mark.parametrize(
    ("path", "mistake"),
    [
        (("permissions",), "the workflow has permissions"),
        (("jobs", "fast", "permissions"), "fast has no permissions of its own"),
        (("jobs", "fast", "timeout-minutes"), "fast has no time limit"),
        (("jobs", "fast", "steps", 0, "with", "persist-credentials"), "fast leaves the token in the checkout"),
    ],
)
def test_workflow__a_default_comes_back__is_found(path: tuple[Any, ...], mistake: str) -> None:
    """Each of the settings is missed if it is gone."""
    workflow = inner = _read(ROOT / ".github/workflows/ci.yml")
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    assert _mistakes(workflow) == [mistake]


@pytest.mark.parametrize("file", GATED, ids=name)
def test_gate__every_other_job__is_needed(file: Path) -> None:
    """A pull request can't be merged while any job has failed, was cancelled or was skipped."""
    workflow = _read(file)
    assert _ungated(workflow) == []
    for id_ in workflow["jobs"][GATE]["needs"]:
        broken = copy.deepcopy(workflow)
        broken["jobs"][GATE]["needs"].remove(id_)
        assert _ungated(broken) == [id_]


@pytest.mark.parametrize(
    ("results", "code"), [("success success", 0), ("success failure", 1), ("cancelled success", 1), ("skipped", 1)]
)
@pytest.mark.parametrize("file", GATED, ids=name)
def test_gate__any_other_result__fails(file: Path, results: str, code: int) -> None:
    """Only jobs that all succeeded let it pass."""
    (step,) = _read(file)["jobs"][GATE]["steps"]
    assert list(step["env"]) == ["RESULTS"]
    ended = subprocess.run(["bash", "-e", "-c", step["run"]], env={"RESULTS": results}, check=False)
    assert ended.returncode == code


def test_pins__every_action_of_others__is_one_commit_everywhere() -> None:
    """A tag can be moved, and two versions of an action would be two to review. Examples pin as we do."""
    actions = sorted((ROOT / ".github/actions").glob("*/action.yml"))
    examples = sorted((ROOT / "examples/github").glob("*.yml"))
    used = {found for file in [*WORKFLOWS, *actions, *examples] for found in USES.findall(file.read_text("utf-8"))}
    others = {(action, comment) for action, comment in used if not action.startswith(OURS)}
    unpinned = {action for action, comment in others if not (PIN.fullmatch(action) and _is_version(comment))}
    assert unpinned == set()
    assert len({action.partition("@")[0] for action, _ in others}) == len(others)


def _is_version(comment: str) -> bool:
    return re.fullmatch(r" # v\d+\.\d+\.\d+", comment) is not None
