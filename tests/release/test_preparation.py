"""What prepares a version on main, and what is checked before anything is built."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import changelog
from bump import bump
from check import check
from common import Problem, Version, git

from .conftest import Commit

DAY = date(2026, 12, 31)
PINNED = f"sha256:{'1' * 64}"


def prepared(checkout: Path, commit: Commit, version: str = "1.2.3") -> None:
    """Bump the version of a checkout, and commit."""
    commit("A door")
    bump(checkout, version, DAY)
    commit("Prepare")


@pytest.mark.parametrize(
    "texts", [["1.2.3-rc.1", "1.2.3-rc.2", "1.2.3", "1.2.10", "1.10.0", "2.0.0-rc.1", "2.0.0"]], ids=["semver"]
)
def test_version__order__is_by_number_and_candidates_come_first(texts: list[str]) -> None:
    """Versions are compared as semver does."""
    assert list(map(str, sorted(map(Version.parse, reversed(texts))))) == texts


@pytest.mark.parametrize("text", ["1.2", "v1.2.3", "1.2.3-beta.1", "01.2.3", "1.2.3\n", "1.2.3+x", ""])
def test_version__anything_else__is_refused(text: str) -> None:
    """A version that tags or a package index would write differently is none."""
    with pytest.raises(Problem, match=r"is not a version like 1\.2\.3"):
        Version.parse(text)


def test_bump__next_version__changes_package_changelog_and_references(checkout: Path, commit: Commit) -> None:
    """What is unreleased becomes the version's section, and every page names the new version."""
    prepared(checkout, commit)
    assert '__version__ = "1.2.3"' in (checkout / "entrypoint/alert24_deploy/__init__.py").read_text()
    text = changelog.read(checkout)
    assert "## [Unreleased]\n\n## [1.2.3] - 2026-12-31\n\n### Added\n\n- A door.\n\n## [1.2.2]" in text
    assert changelog.notes(text, "1.2.3") == "### Added\n\n- A door."
    readme = "image: ghcr.io/alert24/alert24-deploy:v1.2.3, not v1.2.20\npip install alert24-deploy==1.2.3\n"
    assert (checkout / "README.md").read_text() == readme
    component = "# See /alert24-deploy/v1.2.3/gitlab-ci-component.yml\n"
    for name in ("gitlab-ci-component.yml", "templates/deploy.yml"):
        assert (checkout / name).read_text() == component


@pytest.mark.parametrize(("version", "tag"), [("1.2.2", ""), ("1.2.1", ""), ("1.2.3", "v1.3.0"), ("1.2.3", "v1.2.3")])
def test_bump__not_the_highest__changes_nothing(checkout: Path, commit: Commit, version: str, tag: str) -> None:
    """A version that the changelog or the remote's tags have reached can't be released once more, or below."""
    commit("A door")
    if tag:
        git(checkout, "push", "--quiet", "origin", f"HEAD:refs/tags/{tag}")
    with pytest.raises(Problem, match="is not higher than"):
        bump(checkout, version, DAY)
    assert git(checkout, "status", "--porcelain") == ""


def test_bump__nothing_unreleased__changes_nothing(checkout: Path, commit: Commit) -> None:
    """A release without a word to its users is none."""
    prepared(checkout, commit)
    with pytest.raises(Problem, match=r"no section \[Unreleased\], or the section is empty"):
        bump(checkout, "1.2.4", DAY)
    assert git(checkout, "status", "--porcelain") == ""


def test_check__prepared__passes(checkout: Path, commit: Commit) -> None:
    """A prepared version can be released, above those that are."""
    prepared(checkout, commit)
    check(checkout, "1.2.3", {"v1.2.2": "abc", "v1": "abc", "v1.2": "abc", "nightly": "abc"}, lambda _: PINNED)


def write(path: str, old: str, new: str) -> Callable[[Path], None]:
    """Return a mistake: a file with other words."""

    def change(checkout: Path) -> None:
        text = (checkout / path).read_text()
        assert old in text
        (checkout / path).write_text(text.replace(old, new))

    return change


@pytest.mark.parametrize(
    ("mistake", "version", "tags", "sentence"),
    [
        (None, "1.2.4", {}, r"__version__ is 1\.2\.3, not 1\.2\.4"),
        (None, "1.2.3", {"v1.3.0": "abc"}, r"1\.2\.3 is not higher than 1\.3\.0"),
        (None, "1.2.3", {"v1.2.3": "abc"}, r"v1\.2\.3 is published already, as commit abc"),
        (None, "1.2", {}, "'1.2' is not a version"),
        (write("CHANGELOG.md", "[1.2.3] - ", "[1.2.5] - "), "1.2.3", {}, r"no section \[1\.2\.3\]"),
        (write("CHANGELOG.md", "[1.2.2]", "[1.9.0]"), "1.2.3", {}, r"highest version in CHANGELOG.md is 1\.9\.0"),
        (write("templates/deploy.yml", "See", "Read"), "1.2.3", {}, "is not a copy"),
        (
            write("Dockerfile", "1" * 64, "2" * 64),
            "1.2.3",
            {},
            rf"python:3-slim@sha256:2+, but its registry has {PINNED}",
        ),
        (write("Dockerfile", "@sha256:", ":"), "1.2.3", {}, "names no base image by digest"),
    ],
)
def test_check__a_mistake__stops(
    checkout: Path,
    commit: Commit,
    mistake: Callable[[Path], None] | None,
    version: str,
    tags: dict[str, str],
    sentence: str,
) -> None:
    """Each mistake that can be found before anything is built is a sentence."""
    prepared(checkout, commit)
    if mistake:
        mistake(checkout)
    with pytest.raises(Problem, match=sentence):
        check(checkout, version, tags, lambda _: PINNED)


def test_notes__of_a_version__are_its_own() -> None:
    """A release shows its own section, without links' addresses and nothing of the one before."""
    text = "## [1.2.3] - 2026-11-24\n\n- A door.\n\n## [1.2.2]\n\n- A window.\n\n[1.2.3]: https://example.com/compare\n"
    assert (changelog.notes(text, "1.2.3"), changelog.notes(text, "1.2.2")) == ("- A door.", "- A window.")
