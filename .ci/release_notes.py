#!/usr/bin/env python3
"""Prints the section of CHANGELOG.md for a tag's version; fails if tag, package and changelog disagree."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def version(root: Path) -> str:
    """Return the version of the package."""
    source = (root / "entrypoint" / "alert24_deploy" / "__init__.py").read_text(encoding="utf-8")
    return "".join(re.findall(r'^__version__ = "(.+)"$', source, re.MULTILINE))


def notes(changelog: str, version: str) -> str:
    """Return the changelog's section for a version without its heading; empty if there is none."""
    section = rf"^## \[{re.escape(version)}\][^\n]*\n(.*?)(?=^## |^\[[^\]]+\]: |\Z)"
    found = re.search(section, changelog, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def main(tag: str, directory: str = ".") -> int:
    """Print the notes and return 0, or print what is wrong and return 1."""
    root = Path(directory)
    if tag != f"v{version(root)}":
        print(f"The tag is {tag}, but the package is {version(root)}.", file=sys.stderr)
        return 1
    section = notes((root / "CHANGELOG.md").read_text(encoding="utf-8"), tag[1:])
    if not section:
        print(f"CHANGELOG.md has no section [{tag[1:]}], or the section is empty.", file=sys.stderr)
        return 1
    print(section)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
