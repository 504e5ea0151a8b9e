#!/usr/bin/env python3
"""Prints the section of CHANGELOG.md for a version: the notes of its release.

python3 release/changelog.py 1.2.3
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from common import Problem, Version, step, versions

FILE = "CHANGELOG.md"
UNRELEASED = "Unreleased"


def read(root: Path = Path()) -> str:
    """Return the changelog of a checkout."""
    return (root / FILE).read_text("utf-8")


def released(changelog: str) -> set[Version]:
    """Return the versions that have a section."""
    return versions(re.findall(r"^## \[([^\]]+)\]", changelog, re.MULTILINE))


def notes(changelog: str, version: str) -> str:
    """Return the section of a version without its heading.

    Raises:
        Problem: there is none, or it is empty.
    """
    section = rf"^## \[{re.escape(version)}\][^\n]*\n(.*?)(?=^## |^\[[^\]]+\]: |\Z)"
    found = re.search(section, changelog, re.MULTILINE | re.DOTALL)
    if not found or not found[1].strip():
        raise Problem(f"{FILE} has no section [{version}], or the section is empty.")
    return found[1].strip()


def with_release(changelog: str, version: str, day: date) -> str:
    """Return the changelog with what was unreleased as the section of a version.

    Raises:
        Problem: nothing is unreleased.
    """
    notes(changelog, UNRELEASED)
    return changelog.replace(f"## [{UNRELEASED}]", f"## [{UNRELEASED}]\n\n## [{version}] - {day}", 1)


def main(version: str) -> None:
    """Print the notes of a version."""
    print(notes(read(), version))


if __name__ == "__main__":
    step(main)
