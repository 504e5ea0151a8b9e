from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from .pages import README, ROOT, links, name, program

PAGES = [ROOT / page for page in ("README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))
EXAMPLES = sorted(path for path in (ROOT / "examples").rglob("*") if path.is_file())


def test_generated__all_pages__are_up_to_date() -> None:
    """What pages show of examples, manifest and help is what `make readme` would write now."""
    assert [name(page) for page in program("readme").stale()] == []


def test_generated__a_changed_page__is_found(tmp_path: Path) -> None:
    """A block that differs from its file is told, and written anew."""
    (tmp_path / "README.md").write_text("<!-- file: a.sh -->\n```sh\nfalse\n```\n")
    (tmp_path / "docs").mkdir()
    (tmp_path / "action.yml").write_text("name: A\ninputs: {}\noutputs: {}\nruns:\n  using: docker\n")
    (tmp_path / "a.sh").write_text("true\n")
    stale = program("readme").stale(tmp_path)
    assert stale[tmp_path / "README.md"] == "<!-- file: a.sh -->\n```sh\ntrue\n```\n"


def test_readme__first_example__is_complete_by_line_55() -> None:
    """After the reasons, the picture and two steps comes the whole of a working workflow: at most 12 lines of it."""
    lines = README.splitlines()
    begin, end = lines.index("```yaml"), lines.index("```")
    workflow = "\n".join(lines[begin + 1 : end])
    assert end <= 55
    assert end - begin - 1 <= 12
    assert yaml.safe_load(workflow)["jobs"]["deploy"]["steps"][1]["uses"] == "alert24/alert24-deploy@v1"


def test_readme__length_and_order__let_a_stranger_read_it_in_minutes() -> None:
    """It is short, in the order in which questions come up, and leaves the tables of a reference to the docs."""
    assert len(README.splitlines()) < 250
    heads = re.findall(r"^## (.+)$", README, re.MULTILINE)
    assert heads == [
        "Why not curl?",
        "Set it up on GitHub",
        "GitLab",
        "Any other CI",
        "Status after the deployment",
        "Try it",
        "Where to go next",
    ]
    assert re.findall(r"<!-- table: (\w+)", README) == ["outcomes"]


@pytest.mark.parametrize("example", EXAMPLES, ids=name)
def test_examples__each__is_shown_in_a_page(example: Path) -> None:
    """No example is kept that nobody is shown."""
    shown = re.compile(rf"^<!-- file: {re.escape(name(example))} -->$", re.MULTILINE)
    assert any(shown.search(page.read_text("utf-8")) for page in PAGES)


@pytest.mark.parametrize("example", EXAMPLES, ids=name)
def test_examples__each__is_run_by_a_test(example: Path) -> None:
    """Some test names the file, and nobody is shown an example that nothing has tried."""
    in_its_folder = "/".join(example.relative_to(ROOT / "examples").parts[1:])
    named = [f'"{in_its_folder}"', f"{name(example).removeprefix('examples/')}"]
    tests = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    assert any(each in path.read_text("utf-8") for path in tests for each in named)


@pytest.mark.parametrize("example", EXAMPLES, ids=name)
def test_examples__each__calls_no_other_example(example: Path) -> None:
    """Whoever runs an example where it lies runs that one alone: what it calls is the reader's own, or not there."""
    assert _called(example.read_text("utf-8")) & {path.name for path in EXAMPLES} == set()


def test_examples__a_call_of_another_example__is_found() -> None:
    """A script that is called by its path, with or without arguments, in shell, make and YAML, is recognised."""
    called = _called("exec x --rollback ./rollback.sh -- bin/deploy\n  - run: ./a.sh eu\n.kamal/hooks/pre-deploy")
    assert called == {"rollback.sh", "deploy", "a.sh", "pre-deploy"}
    assert _called("# usage: see docs/cli.md\nhttps://a.example.com/deploy.sh") == set()


def _called(example: str) -> set[str]:
    """The file names of the relative paths in an example, without those in its comments and URLs."""
    code = re.sub(r"#.*", "", example)
    return {Path(path).name for path in re.findall(r"(?<![\w/.:$-])(?:\.|[\w.-]+)(?:/[\w.-]+)+(?!\S*://)", code)}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links__each__leads_somewhere(page: Path) -> None:
    """Relative links lead to files, and their fragments to headings."""
    for link in links(page):
        path, _, fragment = link.partition("#")
        target = (page.parent / path) if path else page
        assert target.exists(), link
        if fragment:
            assert fragment in _anchors(target.read_text("utf-8")), link


def test_site__navigation__has_every_page() -> None:
    """A page that mkdocs.yml doesn't name is one that nobody finds, and `make docs` refuses it."""
    listed = re.findall(r"^ +- .+: (\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    decisions = {page for page in pages if re.match(r"adr/0", page)}
    assert set(listed) - {"index.md", "security.md", "changelog.md", "contributing.md"} == pages - decisions


def _anchors(page: str) -> set[str]:
    """The anchors that GitHub makes of headings."""
    heads = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
