#!/usr/bin/env python3
"""Prepares the commit on main from which a version is released.

    python3 release/bump.py 1.2.3 [2026-12-31]       the day of the release; by default, today

Sets `__version__`, makes CHANGELOG's *Unreleased* the section of the version, and updates what pages, examples and the
component say of the version before. `git diff` then shows what to commit.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timezone
from pathlib import Path

import changelog
import component
from common import VERSION_FILE, Problem, Version, git, package_version, remote_tags, step, versions

# The files that users read, and that name full versions.
TEMPLATES = "entrypoint/alert24_deploy/cli/templates"  # copies of examples
REFERENCES = ("README.md", "SECURITY.md", "docs", "examples", "native", TEMPLATES, component.SOURCE)
LEFT_ALONE = ("docs/adr/", "docs/images/")


def check_higher(version: Version, before: set[Version]) -> None:
    """Refuse a version that is not the highest.

    Raises:
        Problem: it isn't. Only the latest release receives fixes, so there is none below it.
    """
    if before and version <= max(before):
        raise Problem(f"{version} is not higher than {max(before)}, which is released.")


def bump(root: Path, version: str, day: date) -> None:
    """Change the files of a checkout.

    Raises:
        Problem: the version isn't the next one, or nothing is unreleased.
    """
    text, package = changelog.read(root), root / VERSION_FILE
    tags = versions([name.removeprefix("v") for name in remote_tags(root)])
    check_higher(Version.parse(version), changelog.released(text) | tags)
    old = package_version(root)
    (root / changelog.FILE).write_text(changelog.with_release(text, version, day), "utf-8")
    package.write_text(package.read_text("utf-8").replace(f'"{old}"', f'"{version}"'), "utf-8")
    for path in filter(None, git(root, "ls-files", "--", *REFERENCES).splitlines()):
        if not path.startswith(LEFT_ALONE):
            _update(root / path, old, version)
    (root / component.COPY).write_bytes((root / component.SOURCE).read_bytes())


def _update(file: Path, old: str, new: str) -> None:
    """Replace our old version where it stands by our name, or alone as a tag."""
    text = file.read_text("utf-8")
    named = rf"(alert24[-_]deploy\S*?[@:=/-]v?|(?<![\w.])v){re.escape(old)}(?![\w-]|\.\d)"
    changed = re.sub(named, lambda found: found[1] + new, text)
    if changed != text:
        file.write_text(changed, "utf-8")


def main(version: str, day: str = "") -> None:
    """Change the files of this checkout."""
    bump(Path(), version, date.fromisoformat(day) if day else datetime.now(timezone.utc).date())


if __name__ == "__main__":
    step(main)
