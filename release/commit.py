#!/usr/bin/env python3
"""Makes the commit that a release's tags name. It is no commit of main, but has one as its parent.

    python3 release/commit.py action IMAGE               prints action.yml with the image by digest
    python3 release/commit.py make VERSION IMAGE DIST    makes the commit, prints its SHA, completes the files in DIST

Its tree holds what is run or read by users, and nothing else: TREE says what, and why. It is made by git's plumbing in
an index of its own, so that neither the work tree nor the branch changes. The same input makes the same commit.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import component
import native
from common import HOME, Problem, git, step

# Each path, and who needs it there. A folder stands for all that main has in it.
TREE = {
    "README.md": "shown by GitHub, its Marketplace and GitLab's Catalog",
    "LICENSE": "the terms, which go with every copy",
    "SECURITY.md": "how to verify the release, and to report a vulnerability",
    "CHANGELOG.md": "what has changed",
    "action.yml": "run by `uses: OWNER/alert24-deploy@...`",
    "action-types.yml": "read by generators of typed workflows, beside action.yml",
    "native": "run by `uses: OWNER/alert24-deploy/native@...`, with the unpacked tool",
    component.SOURCE: "read by `include: project` and `include: remote`",
    component.COPY: "read by `include: component` and the Catalog",
    ".gitlab-ci.yml": "makes the Catalog's release of the tag's commit",
}
# On main, these files have another name or other content.
CATALOG = "release/catalog.gitlab-ci.yml"
DOCKERFILE = "\n  image: Dockerfile\n"
SIGNED = "RELEASE.sha256"
FACTS = "RELEASE.json"
# GitHub shows the bot's name and picture for this address.
BOT = {"NAME": "github-actions[bot]", "EMAIL": "41898282+github-actions[bot]@users.noreply.github.com"}


@dataclass(frozen=True)
class Release:
    """What a release's commit is made of.

    Args:
        root: a checkout.
        version: without a `v`.
        source: the commit of main.
        repository: owner and name on GitHub.
        image: the image, by digest.
        sums: the content of SHA256SUMS.
    """

    root: Path
    version: str
    source: str
    repository: str
    image: str
    sums: bytes

    @property
    def download_url(self) -> str:
        """The folder of the release's files."""
        return f"https://github.com/{self.repository}/releases/download/v{self.version}"

    def read(self, path: str) -> str:
        """Return a file of main."""
        return git(self.root, "show", f"{self.source}:{path}") + "\n"


def action(manifest: str, image: str) -> str:
    """Return action.yml with an image that is pulled instead of built.

    Raises:
        Problem: it has none that is built.
    """
    if manifest.count(DOCKERFILE) != 1:
        raise Problem("action.yml has no line `image: Dockerfile`.")
    return manifest.replace(DOCKERFILE, f"\n  image: docker://{image}\n")


def files(release: Release) -> dict[str, bytes]:
    """Return the content of every file of the tree, by path."""
    listed = git(release.root, "ls-tree", "-r", "--name-only", release.source, "--", *TREE).splitlines()
    paths = {path: path for path in listed} | {".gitlab-ci.yml": CATALOG}
    texts = {path: _made(release, path, release.read(source)) for path, source in paths.items()}
    tree = {path: _with_links(release, path, text, texts).encode() for path, text in texts.items()}
    return {**tree, **{f"native/tool/{name}": content for name, content in native.files().items()}}


def _made(release: Release, path: str, text: str) -> str:
    """Return what becomes of a file of main."""
    if path == "action.yml":
        return _renamed(release, action(text, release.image))
    if path in (component.SOURCE, component.COPY):
        return component.released(_renamed(release, text), release.image, release.download_url, release.sums)
    return _renamed(release, text)


def _renamed(release: Release, text: str) -> str:
    """Name the repository that makes this release, which may be a fork."""
    image = release.image.partition("@")[0]
    return text.replace(f"ghcr.io/{HOME}", image).replace(HOME, release.repository)


def _with_links(release: Release, path: str, text: str, tree: Mapping[str, str]) -> str:
    """Have links and other mentions of pages that only main has lead to the commit there."""
    kept = {name for file in tree for name in (file, *map(str, Path(file).parents))}
    page = f"https://github.com/{release.repository}/{{}}/{release.source}/{{}}"

    def absolute(found: re.Match[str]) -> str:
        target = os.path.normpath(Path(path).parent / found[2])
        if target in kept:
            return found[0]
        kind = "tree" if found[2].endswith("/") else "raw" if found[1].startswith("![") else "blob"
        return found[1] + page.format(kind, found[2])

    if path.endswith(".md"):
        # The images of a <picture>, one for light and one for dark pages.
        text = re.sub(
            r'((?:src|srcset)=")(?!https:)([^"]+)', lambda found: found[1] + page.format("raw", found[2]), text
        )
        return re.sub(r"(!?\[[^\]]*\]\()(?![a-z]+:|#)([^)\s#]+)", absolute, text)
    return re.sub(r"(?<![\w/.-])()(docs/[\w/-]+\.md)", absolute, text)


def write(release: Release, tree: Mapping[str, bytes]) -> str:
    """Make the commit and return its SHA."""
    with tempfile.TemporaryDirectory(prefix="alert24-deploy-commit-") as directory:
        index = {"GIT_INDEX_FILE": f"{directory}/index"}
        for path, content in tree.items():
            blob = git(release.root, "hash-object", "-w", "--stdin", given=content)
            git(release.root, "update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", env=index)
        written = git(release.root, "write-tree", env=index)
    # The commit of main says when, so that the same input makes the same commit.
    when = git(release.root, "log", "-1", "--format=%cI", release.source)
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in BOT.items()}
    dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    message = f"Release v{release.version}, with {release.image}"
    return git(release.root, "commit-tree", written, "-p", release.source, "-m", message, env=who | dates)


def complete(release: Release, sha: str, tree: Mapping[str, bytes], folder: Path) -> None:
    """Add the files by which a release is verified; the last one lists all others, and is what gets signed."""
    for path in ("action.yml", component.SOURCE):
        (folder / path).write_bytes(tree[path])
    facts = {"version": release.version, "source": release.source, "commit": sha, "image": release.image}
    (folder / FACTS).write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
    for old in folder.glob(f"{SIGNED}*"):  # of an attempt before
        old.unlink()
    (folder / SIGNED).write_text(component.sums(folder, "*"), "utf-8")


def make(root: Path, version: str, image: str, folder: Path, repository: str) -> str:
    """Make the commit of a release from the commit that is checked out, and complete the release's files."""
    listed = component.sums(folder).encode()
    (folder / component.SUMS).write_bytes(listed)
    release = Release(root, version, git(root, "rev-parse", "HEAD"), repository, image, listed)
    tree = files(release)
    sha = write(release, tree)
    complete(release, sha, tree, folder)
    return sha


def main(command: str, *arguments: str) -> None:
    """Run one command."""
    commands: dict[str, Callable[..., str]] = {
        "action": lambda image: action(Path("action.yml").read_text("utf-8"), image),
        "make": lambda version, image, folder: make(
            Path(), version, image, Path(folder), os.environ.get("GITHUB_REPOSITORY", HOME)
        ),
    }
    if command not in commands:
        raise Problem(f"There is no command {command!r}.")
    print(commands[command](*arguments))


if __name__ == "__main__":
    step(main)
