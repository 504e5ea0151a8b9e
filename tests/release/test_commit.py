"""What a release's commit has, and in what it differs from main: these paths and lines, and nothing else."""

from __future__ import annotations

import difflib
import json
import re
import subprocess
from pathlib import Path

import pytest

import commit
import native
from commit import Release
from common import Problem, git

from .conftest import ROOT

# pip downloads what native/tool is made of.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

IMAGE = f"registry.example.com/image@sha256:{'5' * 64}"
REPOSITORY = "some-fork/deploy"
PAGES = ("README.md", "SECURITY.md", "CHANGELOG.md")
# The lines that differ, by file and without the links and names that differ in many.
CHANGED = {
    "action.yml": {("  image: Dockerfile", f"  image: docker://{IMAGE}")},
    "gitlab-ci-component.yml": {
        ("      default: ghcr.io/OWNER:vVERSION", f"      default: {IMAGE}"),
        ("      default: none", "      default: https://github.com/OWNER/releases/download/v1.2.3"),
        ("      default: none", f'      default: "{"a" * 64}"'),
    },
}
CHANGED["templates/deploy.yml"] = CHANGED["gitlab-ci-component.yml"]


@pytest.fixture(scope="module")
def release() -> Release:
    """A release of HEAD, by a fork."""
    return Release(ROOT, "1.2.3", git(ROOT, "rev-parse", "HEAD"), REPOSITORY, IMAGE, b"abc  alert24-deploy.pyz\n")


@pytest.fixture(scope="module")
def tree(release: Release) -> dict[str, bytes]:
    """The files of its commit."""
    return commit.files(release)


def same_names(line: str, release: Release) -> str:
    """Return a line without what differs between repositories, versions and places of a page."""
    for kind in ("blob", "tree", "raw"):
        line = line.replace(f"https://github.com/{REPOSITORY}/{kind}/{release.source}/", "")
    line = line.replace("registry.example.com/image:", "ghcr.io/alert24/alert24-deploy:")
    line = line.replace("`registry.example.com/image`", "`ghcr.io/alert24/alert24-deploy`")
    line = line.replace("alert24/alert24-deploy", "OWNER").replace(REPOSITORY, "OWNER")
    return re.sub(r"(?<=ghcr.io/OWNER:v)\d+\.\d+\.\d+", "VERSION", line)


def test_tree__paths__are_those_that_users_need(release: Release, tree: dict[str, bytes]) -> None:
    """Each path of the allow-list is there with all that main has in it; beside it, only the unpacked tool."""
    main = set(git(ROOT, "ls-tree", "-r", "--name-only", release.source).splitlines())
    wanted = {path for path in main if path in commit.TREE or path.startswith("native/")}
    assert {path for path in tree if not path.startswith("native/tool/")} == wanted
    assert {path.removeprefix("native/tool/") for path in tree if path.startswith("native/tool/")} == set(
        native.files()
    )
    assert wanted >= {"README.md", "LICENSE", "SECURITY.md", "CHANGELOG.md", "action.yml", "native/action.yml"}
    assert all(commit.TREE.values())


def test_tree__each_file__differs_from_main_in_these_lines_alone(release: Release, tree: dict[str, bytes]) -> None:
    """Beside the pipeline of GitLab, which is another file, only image, checksums, names and links differ."""
    for path, content in tree.items():
        if path.startswith("native/tool/") or path == ".gitlab-ci.yml":
            continue
        before, after = (
            [same_names(line, release) for line in text.splitlines()]
            for text in (git(ROOT, "show", f"{release.source}:{path}"), content.decode())
        )
        after = [re.sub(r'"[0-9a-f]{64}"', f'"{"a" * 64}"', line) for line in after]
        blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        changed = {
            pair for tag, a, b, c, d in blocks if tag != "equal" for pair in zip(before[a:b], after[c:d], strict=True)
        }
        assert changed == CHANGED.get(path, set()), path
    assert tree[".gitlab-ci.yml"].decode() == release.read(commit.CATALOG)


def test_tree__links__lead_to_its_own_files_or_to_the_commit_on_main(release: Release, tree: dict[str, bytes]) -> None:
    """No page of a release has a link that leads nowhere, and none mentions a page by a path that is gone."""
    for path in PAGES:
        page = tree[path].decode()
        for link in re.findall(r"(?:\]\(|\bsrc=\"|\bsrcset=\")([^)\s#\"]+)", page):
            found = re.fullmatch(rf"https://github\.com/{REPOSITORY}/(?:blob|tree|raw)/{release.source}/(.+)", link)
            if found:
                git(ROOT, "cat-file", "-e", f"{release.source}:{found[1].rstrip('/')}")
            else:
                assert link in tree or link.startswith("https://"), link
    for path in ("action.yml", "native/action.yml", "gitlab-ci-component.yml"):
        assert not re.search(r"(?<!/)docs/", tree[path].decode())
    assert "alert24/alert24-deploy" not in "".join(
        tree[path].decode() for path in tree if not path.startswith("native/tool")
    )


def test_commit__twice__is_the_same_and_leaves_the_checkout_alone(
    release: Release, tree: dict[str, bytes], tmp_path: Path
) -> None:
    """A repeated job makes the same commit; neither the work tree, nor the index, nor a branch changes."""
    git(tmp_path, "clone", "--quiet", str(ROOT), "clone")
    clone = tmp_path / "clone"
    made = Release(clone, "1.2.3", release.source, REPOSITORY, IMAGE, release.sums)
    sha = commit.write(made, tree)
    assert commit.write(made, tree) == sha
    assert (
        git(clone, "log", "-1", "--format=%P %an %cn", sha) == f"{release.source} {'github-actions[bot] ' * 2}".strip()
    )
    assert git(clone, "ls-tree", "-r", "--name-only", sha).splitlines() == sorted(tree)
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "rev-parse", "HEAD") == release.source


def test_complete__the_list__has_every_file_and_is_checked_by_sha256sum(
    release: Release, tree: dict[str, bytes], tmp_path: Path
) -> None:
    """What gets signed lists all that is published, so also what names the image and the commit."""
    (tmp_path / "alert24-deploy.pyz").write_bytes(b"abc")
    (tmp_path / "RELEASE.sha256.sigstore.json").write_bytes(b"of an attempt before")
    commit.complete(release, "f00", tree, tmp_path)
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "RELEASE.sha256"], cwd=tmp_path, check=True)
    listed = {line.split("  ")[1] for line in (tmp_path / "RELEASE.sha256").read_text().splitlines()}
    assert listed | {"RELEASE.sha256"} == {path.name for path in tmp_path.iterdir()}
    assert json.loads((tmp_path / "RELEASE.json").read_text()) == {
        "version": "1.2.3",
        "source": release.source,
        "commit": "f00",
        "image": IMAGE,
    }


def test_action__built_otherwise__is_refused() -> None:
    """If action.yml on main changes its form, no release goes out with an image that every job would build."""
    with pytest.raises(Problem, match="no line `image: Dockerfile`"):
        commit.action("runs:\n  using: docker\n  image: ./Dockerfile\n", IMAGE)
