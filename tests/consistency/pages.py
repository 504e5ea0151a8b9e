"""The pages as tests read them: what `.ci/readme.py` writes, tables, links."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
_CELL = re.compile(r"(?<!\\)\|")


def program(name: str) -> ModuleType:
    """Return a program of `.ci/` as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def name(path: Path) -> str:
    """Return a file's path in the repository."""
    return str(path.relative_to(ROOT))


def rows(page: str, head: str) -> list[list[str]]:
    """Return the cells of the table whose first head this is, without its two first lines."""
    found = re.search(rf"^\| {re.escape(head)} \|.*\n\|[ |-]+\n((?:\|.*\n)+)", page, re.MULTILINE)
    assert found, f"There is no table {head!r}."
    return [[cell.strip() for cell in _CELL.split(line)[1:-1]] for line in found[1].splitlines()]


def code(cell: str) -> str:
    """Return the code that a cell holds, without the ticks around it."""
    found = re.fullmatch(r"(`+) ?(.*?) ?\1", cell)
    assert found, f"{cell!r} is not code."
    return found[2]


def links(page: Path) -> list[str]:
    """Return the targets of a page's relative links."""
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    return [target for target in targets if not re.match(r"[a-z]+:", target)]
