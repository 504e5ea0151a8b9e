#!/usr/bin/env python3
"""The release's page on GitHub, by its command line: a draft that is bound to a commit, then its publication.

    python3 release/page.py draft VERSION COMMIT DIST     makes the draft with the files in DIST
    python3 release/page.py publish VERSION               publishes it, if its tag is there

Twice is as once: a draft is made anew, and what is published never changes.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import changelog
import tags
from common import Problem, Version, remote_tags, run, step


def draft(root: Path, version: str, commit: str, folder: Path) -> None:
    """Make the draft, which GitHub shows to maintainers alone.

    Raises:
        Problem: the version is published, from another commit.
    """
    name, found = f"v{version}", _found(f"v{version}")
    if found and not found["isDraft"]:
        if found["targetCommitish"] != commit:
            raise Problem(f"{name} is published from commit {found['targetCommitish']}, not {commit}.")
        return
    if found:
        run(["gh", "release", "delete", name, "--yes"])
    candidate = ["--prerelease"] if Version.parse(version).is_candidate else []
    with tempfile.NamedTemporaryFile(prefix="alert24-deploy-notes-", suffix=".md") as notes:
        notes.write(changelog.notes(changelog.read(root), version).encode())
        notes.flush()
        command = ["gh", "release", "create", name, "--draft", "--target", commit, "--title", name]
        run([*command, "--notes-file", notes.name, *candidate, *sorted(folder.iterdir())])


def _found(name: str) -> dict[str, str] | None:
    """Return what GitHub knows of the release of a tag, or None."""
    try:
        found: dict[str, str] = json.loads(run(["gh", "release", "view", name, "--json", "isDraft,targetCommitish"]))
    except Problem as problem:
        if "release not found" in str(problem):
            return None
        raise
    return found


def publish(root: Path, version: str) -> None:
    """Publish the draft. GitHub creates no tag for it: the tag must be there."""
    name, found = f"v{version}", _found(f"v{version}")
    if found is None:
        raise Problem(f"{name} has no draft.")
    if found["isDraft"]:
        latest = str(tags.latest(version, remote_tags(root))).lower()
        run(["gh", "release", "edit", name, "--draft=false", "--verify-tag", f"--latest={latest}"])


def main(command: str, version: str, *arguments: str) -> None:
    """Run one command."""
    if command == "draft":
        commit, folder = arguments
        draft(Path(), version, commit, Path(folder))
    elif command == "publish":
        publish(Path(), version)
    else:
        raise Problem(f"There is no command {command!r}.")


if __name__ == "__main__":
    step(main)
