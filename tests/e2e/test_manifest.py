"""action.yml, the workflows and what the pages show of them, read by GitHub's own parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent
from typing import cast

import pytest
import yaml

from .conftest import ROOT, Node

pytestmark = pytest.mark.e2e

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
ACTIONS = [ROOT / "action.yml", ROOT / "native/action.yml", *sorted((ROOT / ".github/actions").glob("*/action.yml"))]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
JOB = "jobs:\n  deploy:\n    runs-on: ubuntu-latest\n"
# Our action, by repository or from the workspace.
OURS = re.compile(r"(\S+/)?alert24-deploy(/native)?@\S+|\./(published/?)?(native)?")


def _relative(file: Path) -> str:
    return str(file.relative_to(ROOT))


def _workflow(block: str) -> str | None:
    """A YAML block as the workflow that a reader makes of it; None where it is something else."""
    if re.match(r"- (uses|name|id|run|if):", block):
        block = f"steps:\n{block}"
    if block.startswith("steps:"):
        block = JOB + indent(block, "    ")
    if not re.search(r"^jobs:", block, re.MULTILINE) or re.search(r"^version:", block, re.MULTILINE):
        return None  # CircleCI's jobs stand below a version
    return block if re.search(r"^on:", block, re.MULTILINE) else f"on: push\n{block}"


def _snippets(page: Path) -> list[str]:
    blocks = re.findall(r"^```ya?ml[^\n]*\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [workflow for block in blocks if (workflow := _workflow(block))]


def _steps(workflow: str) -> Iterator[dict[str, object]]:
    for job in yaml.safe_load(workflow)["jobs"].values():
        yield from job.get("steps", ())


def _mistakes(node: Node, name: str, content: str) -> list[str]:
    return cast("list[str]", node("validate.mjs", {"name": name, "content": content}))


@pytest.mark.parametrize("file", [*ACTIONS, *WORKFLOWS], ids=_relative)
def test_parser__our_file__finds_nothing_wrong(node: Node, file: Path) -> None:
    """GitHub can read the action, and the project's workflows and actions."""
    assert _mistakes(node, file.name, file.read_text("utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=_relative)
def test_parser__snippets_of_a_page__are_workflows(node: Node, page: Path) -> None:
    """What a reader pastes into a workflow file, GitHub can read."""
    found = {workflow: _mistakes(node, "snippet.yml", workflow) for workflow in _snippets(page)}
    assert {workflow: mistakes for workflow, mistakes in found.items() if mistakes} == {}


@pytest.mark.parametrize("file", [*WORKFLOWS, *PAGES], ids=_relative)
def test_inputs__of_our_action__exist(file: Path) -> None:
    """Nobody is shown an input that the action hasn't: GitHub would only warn."""
    known = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    workflows = [file.read_text("utf-8")] if file in WORKFLOWS else _snippets(file)
    ours = [step for workflow in workflows for step in _steps(workflow) if OURS.fullmatch(str(step.get("uses")))]
    given = {name for step in ours for name in cast("dict[str, str]", step.get("with", {}))}
    assert given <= set(known)


def test_parser__readme__has_a_workflow(node: Node) -> None:
    """README shows our action at work, and the parser would tell if what it shows were wrong."""
    (snippet, *_) = [snippet for snippet in _snippets(ROOT / "README.md") if "alert24-deploy@" in snippet]
    assert _mistakes(node, "broken.yml", snippet.replace("steps:", "stepz:")) != []


def test_parser__expression_in_a_description__is_a_mistake(node: Node) -> None:
    """The trap that action.yml's own comment warns of is one that this test would find."""
    content = (ROOT / "action.yml").read_text("utf-8")
    broken = content.replace("description: Puts", "description: ${{ job.status }} Puts", 1)
    (message,) = _mistakes(node, "action.yml", broken)
    assert "Unrecognized named-value: 'job'" in message
