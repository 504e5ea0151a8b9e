#!/usr/bin/env python3
"""Prints what CHANGELOG.md says of the version that a tag names; fails when the tag, the package and it disagree."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def version(root: Path) -> str:
    """The version of the package."""
    source = (root / "entrypoint" / "alert24_deploy" / "__init__.py").read_text(encoding="utf-8")
    return "".join(re.findall(r'^__version__ = "(.+)"$', source, re.MULTILINE))


def notes(changelog: str, version: str) -> str:
    """The changelog's section on a version, without its heading; empty when there is none."""
    section = rf"^## \[{re.escape(version)}\][^\n]*\n(.*?)(?=^## |^\[[^\]]+\]: |\Z)"
    found = re.search(section, changelog, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def main(tag: str, directory: str = ".") -> int:
    """Return 0 after printing the notes, or 1 after saying what is wrong."""
    root = Path(directory)
    if tag != f"v{version(root)}":
        print(f"The tag is {tag}, but the package is {version(root)}.", file=sys.stderr)
        return 1
    told = notes((root / "CHANGELOG.md").read_text(encoding="utf-8"), tag[1:])
    if not told:
        print(f"CHANGELOG.md has no section [{tag[1:]}], or nothing in it.", file=sys.stderr)
        return 1
    print(told)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
