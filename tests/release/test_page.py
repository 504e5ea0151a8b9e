"""The release's page: a draft that may be made anew, bound to a commit, and a publication that nothing changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import page
import tags
from common import Problem

from .conftest import ROOT, Commit

GH = ROOT / "release" / "standins" / "gh.py"


@pytest.fixture
def dist(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A release's file, in a rehearsal whose `gh` has no page yet."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gh").symlink_to(GH)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    monkeypatch.setenv("REHEARSAL", str(tmp_path))
    monkeypatch.chdir(checkout)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "file").write_text("abc")
    return tmp_path / "dist"


def shown(dist: Path, name: str = "v1.2.2") -> dict[str, Any]:
    """What the page has."""
    known: dict[str, Any] = json.loads((dist.parent / "page" / name / "release.json").read_text())
    return known


def test_draft__twice__is_made_anew(checkout: Path, commit: Commit, dist: Path) -> None:
    """A repeated job replaces what it finds: other files, or another commit."""
    page.draft(checkout, "1.2.2", commit("A door"), dist)
    second = commit("A window")
    (dist / "file").write_text("abd")
    page.draft(checkout, "1.2.2", second, dist)
    assert shown(dist) == {"isDraft": True, "targetCommitish": second, "body": "- A window.", "latest": False}
    assert (dist.parent / "page/v1.2.2/files/file").read_text() == "abd"


def test_publish__without_the_tag__stays_a_draft(checkout: Path, commit: Commit, dist: Path) -> None:
    """GitHub would create a tag of its own; it must be the one that this release has pushed."""
    with pytest.raises(Problem, match=r"v1\.2\.2 has no draft"):
        page.publish(checkout, "1.2.2")
    page.draft(checkout, "1.2.2", commit("A door"), dist)
    with pytest.raises(Problem, match=r"tag v1\.2\.2 doesn't exist"):
        page.publish(checkout, "1.2.2")
    assert shown(dist)["isDraft"] is True


def test_publish__twice__changes_nothing_any_more(checkout: Path, commit: Commit, dist: Path) -> None:
    """What is published has the files that it had; a repeated job passes, and another commit is refused."""
    sha = commit("A door")
    page.draft(checkout, "1.2.2", sha, dist)
    tags.publish(checkout, "1.2.2", sha)
    for _ in range(2):
        page.publish(checkout, "1.2.2")
    (dist / "file").write_text("abd")
    page.draft(checkout, "1.2.2", sha, dist)
    with pytest.raises(Problem, match=f"is published from commit {sha}"):
        page.draft(checkout, "1.2.2", "f00", dist)
    assert (shown(dist)["isDraft"], shown(dist)["latest"]) == (False, True)
    assert (dist.parent / "page/v1.2.2/files/file").read_text() == "abc"
