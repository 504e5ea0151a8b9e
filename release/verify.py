#!/usr/bin/env python3
"""Verifies a release as SECURITY.md tells users to: downloads its files into an empty folder, and runs the commands.

python3 release/verify.py VERSION COMMIT
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from common import Problem, git, run, step

HEADING = "## Verify a release"


def commands(security: str) -> list[str]:
    """Return the commands of the page's section.

    Raises:
        Problem: they are not three.
    """
    section = security.partition(f"\n{HEADING}\n")[2].partition("\n## ")[0]
    shell = "".join(re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL))
    found = [command.strip() for command in re.split(r"(?<!\\)\n", shell) if command.strip()]
    if len(found) != 3:
        raise Problem(f"SECURITY.md has {len(found)} commands under {HEADING!r}, not 3.")
    return found


def verify(security: str, folder: Path) -> None:
    """Run the commands in the folder of a release's files."""
    for command in commands(security):
        run(["bash", "-c", command], folder)


def main(version: str, commit: str) -> None:
    """Download the files of a release, draft or not, and verify them by the page in its commit."""
    security = git(Path(), "show", f"{commit}:SECURITY.md")
    with tempfile.TemporaryDirectory(prefix="alert24-deploy-verify-") as directory:
        run(["gh", "release", "download", f"v{version}", "--dir", directory])
        verify(security, Path(directory))
    for command in commands(security):
        print(command)


if __name__ == "__main__":
    step(main)
