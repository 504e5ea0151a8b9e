"""action.yml and the workflows, read by GitHub's own parser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import pytest

from .conftest import ROOT, Node

pytestmark = pytest.mark.e2e

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
ACTIONS = [ROOT / "action.yml", *sorted((ROOT / ".github/actions").glob("*/action.yml"))]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _snippets(page: Path) -> list[str]:
    """The YAML blocks of a page that are whole workflows."""
    blocks = re.findall(r"^```ya?ml\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [
        block
        for block in blocks
        if re.search(r"^jobs:", block, re.MULTILINE) and re.search(r"^on:", block, re.MULTILINE)
    ]


@pytest.mark.parametrize("file", [*ACTIONS, *WORKFLOWS], ids=lambda file: str(file.relative_to(ROOT)))
def test_parser__our_file__finds_nothing_wrong(node: Node, file: Path) -> None:
    """GitHub can read the action, and the project's workflows and actions."""
    assert node("validate.mjs", {"name": file.name, "content": file.read_text("utf-8")}) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_parser__snippets_of_a_page__are_workflows(node: Node, page: Path) -> None:
    """What a reader pastes into a workflow file, GitHub can read."""
    for number, snippet in enumerate(_snippets(page)):
        assert node("validate.mjs", {"name": f"{page.name}-{number}.yml", "content": snippet}) == []


def test_parser__readme__has_a_workflow(node: Node) -> None:
    """README shows at least one whole workflow; the parser would tell if it weren't one."""
    snippet = _snippets(ROOT / "README.md")[0]
    broken = snippet.replace("steps:", "stepz:")
    assert node("validate.mjs", {"name": "broken.yml", "content": broken}) != []


def test_parser__expression_in_a_description__is_a_mistake(node: Node) -> None:
    """The trap that action.yml's own comment warns of is one that this test would find."""
    content = (
        (ROOT / "action.yml").read_text("utf-8").replace("description: Puts", "description: ${{ job.status }} Puts", 1)
    )
    (message,) = cast("list[str]", node("validate.mjs", {"name": "action.yml", "content": content}))
    assert "Unrecognized named-value: 'job'" in message
