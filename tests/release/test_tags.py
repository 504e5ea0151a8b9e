"""Which tags a release creates and moves; and in a real git remote, that none of them ever moves back."""

from __future__ import annotations

from pathlib import Path

import pytest

import tags
from common import Problem, Version, git, remote_tags

from .conftest import Commit


@pytest.mark.parametrize(
    ("version", "before", "names"),
    [
        ("1.0.0", "", "v1.0 v1"),
        ("1.0.1", "1.0.0", "v1.0 v1"),
        ("1.0.1", "1.0.1", "v1.0 v1"),
        ("1.1.0", "1.0.0 1.0.1", "v1.1 v1"),
        ("1.0.2", "1.0.1 1.1.0", "v1.0"),
        ("1.0.1", "1.0.2 1.1.0", ""),
        ("1.10.0", "1.9.0", "v1.10 v1"),
        ("2.0.0", "1.9.0", "v2.0 v2"),
        ("1.9.1", "1.9.0 2.0.0", "v1.9 v1"),
        ("1.1.0-rc.1", "1.0.0", ""),
        ("1.0.1", "1.0.0 1.1.0-rc.1", "v1.0 v1"),
    ],
)
def test_moving__by_the_versions_before(version: str, before: str, names: str) -> None:
    """A tag of a line moves to the highest version of that line, and to no candidate."""
    assert tags.moving(Version.parse(version), list(map(Version.parse, before.split()))) == names.split()


@pytest.mark.parametrize(
    ("version", "names", "latest"),
    [
        ("1.1.0", "v1.0.0 v1", True),
        ("1.1.0", "v2.0.0", False),
        ("1.1.0", "v1.2.0-rc.1", True),
        ("1.1.0-rc.1", "", False),
    ],
)
def test_latest__by_the_tags(version: str, names: str, latest: bool) -> None:
    """GitHub shows the highest final version as the latest one."""
    assert tags.latest(version, dict.fromkeys(names.split(), "abc")) is latest


def test_publish__twice__is_as_once(checkout: Path, commit: Commit) -> None:
    """The tag is created, and a repeated job finds it there."""
    first = commit("A door")
    for _ in range(2):
        tags.publish(checkout, "1.2.3", first)
    assert remote_tags(checkout) == {"v1.2.3": first}


def test_publish__another_commit__is_refused(checkout: Path, commit: Commit) -> None:
    """The tag of a version never moves, whoever made it."""
    first, second = commit("A door"), commit("A window")
    git(checkout, "push", "--quiet", "origin", f"{first}:refs/tags/v1.2.3")
    with pytest.raises(Problem, match=f"v1.2.3 is commit {first} and never moves"):
        tags.publish(checkout, "1.2.3", second)
    assert remote_tags(checkout) == {"v1.2.3": first}


def test_publish__a_tag_that_comes_meanwhile__is_refused(
    checkout: Path, commit: Commit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the question and the push nobody's tag is overwritten."""
    first, second = commit("A door"), commit("A window")
    git(checkout, "push", "--quiet", "origin", f"{first}:refs/tags/v1.2.3")
    monkeypatch.setattr(tags, "remote_tags", lambda *_: {})
    with pytest.raises(Problem, match="stale info"):
        tags.publish(checkout, "1.2.3", second)
    assert remote_tags(checkout) == {"v1.2.3": first}


def test_remote_tags__annotated__name_the_commit(checkout: Path, commit: Commit) -> None:
    """A tag with a message is as good as one without."""
    first = commit("A door")
    git(checkout, "-c", "user.name=A", "-c", "user.email=a@example.com", "tag", "-m", "A message", "v1.0.0")
    git(checkout, "push", "--quiet", "origin", "v1.0.0")
    assert remote_tags(checkout) == {"v1.0.0": first}


def test_move__without_the_tag_of_the_version__moves_nothing(checkout: Path, commit: Commit) -> None:
    """What isn't published is named by no tag at all."""
    first = commit("A door")
    with pytest.raises(Problem, match=f"v1.2.3 is not commit {first}"):
        tags.move(checkout, "1.2.3", first, f"127.0.0.1:1/a/b@sha256:{'1' * 64}")
    assert remote_tags(checkout) == {}
