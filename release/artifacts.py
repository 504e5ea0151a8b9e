#!/usr/bin/env python3
"""Builds a release's files that are the same for every processor: wheel, source archive, single file, list of packages.

    python3 release/artifacts.py [dist]

The same commit makes the same bytes. release/binary.py builds the rest, on a machine with each processor.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pyz
import sbom
from common import git, package_version, run, step

SBOM = "alert24-deploy.cdx.json"


def build(folder: Path, root: Path = Path()) -> None:
    """Write the files into a folder, from a checkout."""
    folder.mkdir(parents=True, exist_ok=True)
    seconds = git(root, "log", "-1", "--format=%ct")
    run([sys.executable, "-m", "hatchling", "build", "-d", folder.resolve()], root, {"SOURCE_DATE_EPOCH": seconds})
    pyz.main(str(folder / "alert24-deploy.pyz"))
    lock = (root / "requirements/image.txt").read_text("utf-8")
    (folder / SBOM).write_bytes(sbom.bill(lock, package_version(root), int(seconds)))


def main(folder: str = "dist") -> None:
    """Build from this checkout."""
    build(Path(folder))


if __name__ == "__main__":
    step(main)
