"""Names and words that were replaced (docs/adr/0012), so that none of them comes back."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .pages import ROOT, name

SOURCES = sorted([*(ROOT / "entrypoint").rglob("*.py"), *(ROOT / "sandbox").rglob("*.py")])
PAGES = [ROOT / page for page in ("README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))
CODE_PAGES = [ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs" / "adr").glob("*.md"))]
READ_BY_USERS = [
    *PAGES,
    ROOT / "action.yml",
    ROOT / "native" / "run.js",
    ROOT / "gitlab-ci-component.yml",
    *sorted(path for path in (ROOT / "examples").rglob("*") if path.is_file() and path.suffix != ".pyc"),
    *sorted(path for path in (ROOT / "sandbox").rglob("page.*") if path.suffix != ".pyc"),
    *SOURCES,  # messages, help, docstrings and comments
]
WORDS = re.compile(r"\b(deserves?|told|rooms|of ours|of yours|is well(?!-)|fail[-_]on[-_]error)\b", re.IGNORECASE)

MODULES = (
    "assembly compose receiving handing looking steps hurrying remembering telling boundary processes again pause "
    "answers elsewhere receivers handover outside connection stop workers budget probe ports references writing "
    "health running verification setting cleaners addresses facts guarded terminal orders rounds journal secret hosts "
    "waiting world"
).split()
CLASSES = (
    "World Looks Hurrying RememberingStore Processes Answer Poster Stop Budget _Crew Done Probe Page Store Write "
    "Written Check Setting Health Start Finish End Around Verdict Ending Word Gathered Handover Orders Rounds Journal"
).split()
# With a dot: a method of that class alone.
FUNCTIONS = (
    "undisturbed look watch tell side_by_side at_most carry_out told shown quoted listed counted spelled "
    "guard leave listen lend take_back journal rearm answered settings_of facts "
    "Console.hide Console.struck Console.document Console.say"
).split()
# These names have one meaning today, which is not the one that was replaced.
TODAYS = {
    ("settings.setting", "setting"),  # a row of the table of settings
    ("settings.setting", "Setting"),
    ("alert24_sandbox.answers", "answers"),  # the sandbox's responses
    ("alert24_sandbox.page", "Page"),  # the sandbox's status page
    ("alert24_sandbox.store", "Store"),  # the sandbox's services
}


def _defined(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the kind and the name of a module and of what it defines."""
    yield "module", path.parent.name if path.stem == "__init__" else path.stem
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield "class", node.name
            methods = [each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
            yield from (("function", f"{node.name}.{each.name}") for each in methods)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield "function", node.name


def _old(path: Path) -> list[str]:
    """Return the old names that a module bears or defines; a leading underscore changes nothing."""
    old = {"module": MODULES, "class": CLASSES, "function": FUNCTIONS}
    plain = {kind: {each.lstrip("_") for each in names} for kind, names in old.items()}
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts[-2:])
    found = [(kind, each) for kind, each in _defined(path) if each.lstrip("_") in plain[kind]]
    return [f"{kind} {each}" for kind, each in found if (module, each) not in TODAYS]


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_names__a_module_and_what_it_defines__bear_no_old_name(path: Path) -> None:
    """A name that was replaced by the standard one stays replaced."""
    assert _old(path) == []


def test_names__an_old_name__is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules, classes, functions and methods are compared, private ones as well."""
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    spoilt = tmp_path / "ports.py"
    spoilt.write_text(
        "class World:\n    def undisturbed(self): ...\n\ndef _told(): ...\n\nclass Console:\n"
        "    def hide(self): ...\n\ndef hide(): ...\n"
    )
    kinds = ("module ports", "class World", "function undisturbed", "function Console.hide", "function _told")
    assert {*kinds[:2], *kinds[3:]} <= set(_old(spoilt))
    assert not {"class Console", "function hide"} & set(_old(spoilt))


@pytest.mark.parametrize("path", READ_BY_USERS, ids=name)
def test_words__what_users_and_contributors_read__is_plain(path: Path) -> None:
    """The words that made the text read like a translation are gone, and so is the option's old name."""
    assert [found[0] for found in WORDS.finditer(path.read_text("utf-8"))] == []


def test_words__a_quaint_sentence__is_found() -> None:
    """Each of the words is recognised, and what only contains them is not."""
    quaint = "It deserves what it was told in the rooms of ours and of yours; all is well, by fail-on-error."
    assert len(WORDS.findall(quaint)) == 7
    assert WORDS.findall("A room untold; it is well-kept.") == []


@pytest.mark.parametrize("page", CODE_PAGES, ids=name)
def test_paths__that_a_page_names__exist(page: Path) -> None:
    """A page that explains the code names files and packages of today."""
    roots = (ROOT, ROOT / "entrypoint" / "alert24_deploy", ROOT / "tests")
    paths = re.findall(r"`((?:[\w.-]+/)*(?:\w+\.py|[\w.-]+/))`", page.read_text("utf-8"))
    assert [path for path in paths if not any((root / path).exists() for root in roots)] == []


@pytest.mark.parametrize("page", [*CODE_PAGES, ROOT / "pyproject.toml"], ids=name)
def test_names__that_a_page_or_a_contract_uses__are_todays(page: Path) -> None:
    """Pages that explain the code, and the import contracts, name no class or package by an old name."""
    text = page.read_text("utf-8")
    spans = re.findall(r"`(\w+)(?:\.\w+)*(?:\(\))?`", text)
    modules = re.findall(r"\balert24_deploy(?:\.\w+)*\.(\w+)", text)
    assert sorted(set(spans) & set(CLASSES)) == []
    assert sorted(set(modules) & {*MODULES, *CLASSES}) == []
