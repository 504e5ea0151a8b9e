#!/usr/bin/env python3
"""Stands in for GitHub's command line in a rehearsal: release pages are folders, and what is published never changes.

It knows the few commands that release/page.py and release/verify.py use, and refuses what GitHub refuses. A release is
the folder $REHEARSAL/page/TAG, with release.json and the folder files.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

REHEARSAL = Path(os.environ["REHEARSAL"])


def refuse(sentence: str) -> None:
    """End as gh does."""
    sys.exit(sentence)


def read(tag: str) -> dict[str, object]:
    """Return what is known of a release."""
    file = REHEARSAL / "page" / tag / "release.json"
    if not file.exists():
        refuse("release not found")
    known: dict[str, object] = json.loads(file.read_text("utf-8"))
    return known


def write(tag: str, known: dict[str, object]) -> None:
    """Save what is known of a release."""
    (REHEARSAL / "page" / tag / "release.json").write_text(json.dumps(known), "utf-8")


def create(given: argparse.Namespace) -> None:
    """Make a draft."""
    folder = REHEARSAL / "page" / given.tag
    if folder.exists():
        refuse(f"a release with the same tag name already exists: {given.tag}")
    if not given.draft:
        refuse("A release is published only once its files are there: create it with --draft.")
    (folder / "files").mkdir(parents=True)
    for file in given.files:
        shutil.copy(file, folder / "files")
    notes = Path(given.notes_file).read_text("utf-8")
    write(given.tag, {"isDraft": True, "targetCommitish": given.target, "body": notes, "latest": False})


def edit(given: argparse.Namespace) -> None:
    """Publish a draft, if the tag names its commit."""
    known = read(given.tag)
    question = ["git", "--git-dir", str(REHEARSAL / "origin.git"), "rev-parse", f"refs/tags/{given.tag}"]
    tag = subprocess.run(question, capture_output=True, text=True, check=False)
    if not given.verify_tag or tag.returncode:
        refuse(f"tag {given.tag} doesn't exist in the repository, aborting due to --verify-tag flag")
    if tag.stdout.strip() != known["targetCommitish"]:
        refuse(f"{given.tag} is not {known['targetCommitish']}")
    write(given.tag, known | {"isDraft": given.draft != "false", "latest": given.latest == "true"})


def delete(given: argparse.Namespace) -> None:
    """Remove a draft."""
    if not read(given.tag)["isDraft"]:
        refuse(f"{given.tag} is published and immutable")
    shutil.rmtree(REHEARSAL / "page" / given.tag)


def view(given: argparse.Namespace) -> None:
    """Print some fields."""
    known = read(given.tag)
    print(json.dumps({field: known[field] for field in given.json.split(",")}))


def download(given: argparse.Namespace) -> None:
    """Copy the files."""
    read(given.tag)
    shutil.copytree(REHEARSAL / "page" / given.tag / "files", given.dir, dirs_exist_ok=True)


def main() -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="gh", allow_abbrev=False)
    release = parser.add_subparsers(required=True).add_parser("release").add_subparsers(required=True)
    options: dict[str, list[tuple[str, dict[str, str]]]] = {
        "create": [(name, {}) for name in ("--target", "--title", "--notes-file")]
        + [(name, {"action": "store_true"}) for name in ("--draft", "--prerelease")],
        "edit": [("--draft", {}), ("--latest", {}), ("--verify-tag", {"action": "store_true"})],
        "delete": [("--yes", {"action": "store_true"})],
        "view": [("--json", {})],
        "download": [("--dir", {})],
    }
    for name, known in options.items():
        command = release.add_parser(name, allow_abbrev=False)
        command.add_argument("tag")
        for option, settings in known:
            command.add_argument(option, **settings)  # type: ignore[arg-type]
        command.set_defaults(run=globals()[name])
    release.choices["create"].add_argument("files", nargs="+")
    given = parser.parse_args()
    given.run(given)


if __name__ == "__main__":
    main()
