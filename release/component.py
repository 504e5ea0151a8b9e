#!/usr/bin/env python3
"""Updates the GitLab component: its copy for the Catalog, and what a release's component refers to.

    python3 release/component.py                 copies gitlab-ci-component.yml to templates/deploy.yml
    python3 release/component.py sums FOLDER     writes SHA256SUMS of the tool's files in FOLDER

A component can't compute the checksums of what it downloads. So the files are built first, and the release's commit
names the checksum of their SHA256SUMS (release/commit.py).
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from common import Problem, step

SOURCE = "gitlab-ci-component.yml"
COPY = "templates/deploy.yml"
SUMS = "SHA256SUMS"


def default_of(component: str, name: str) -> str:
    """Return the default of an input.

    Raises:
        Problem: it has none on its own line.
    """
    found = re.search(_default(name), component)
    if found is None:
        raise Problem(f"{SOURCE} has no input {name} with a default.")
    return found[2].strip('"')


def with_default(component: str, name: str, value: str) -> str:
    """Return the component with a new default for an input."""
    default_of(component, name)
    return re.sub(_default(name), lambda found: f"{found[1]}{value}", component)


def _default(name: str) -> str:
    return rf"(?m)^(    {re.escape(name)}:\n(?:      .*\n)*?      default: )(.*)$"


def checksum(content: bytes) -> str:
    """Return a SHA-256, as in SHA256SUMS."""
    return hashlib.sha256(content).hexdigest()


def sums(folder: Path, pattern: str = "alert24[-_]deploy*") -> str:
    """Return what `sha256sum` says of files in a folder: one line for each."""
    files = sorted(path for path in folder.glob(pattern) if path.is_file())
    return "".join(f"{checksum(file.read_bytes())}  {file.name}\n" for file in files)


def released(component: str, image: str, url: str, listed: bytes) -> str:
    """Return the component of a release.

    Args:
        component: the one on main.
        image: the image, by digest.
        url: the folder of the tool's files.
        listed: the content of their SHA256SUMS.
    """
    component = with_default(component, "image", image)
    component = with_default(component, "tool-url", url)
    # Quoted, because it could be all digits.
    return with_default(component, "tool-sha256", f'"{checksum(listed)}"')


def check_copy(root: Path) -> None:
    """Check that the Catalog gets the same file as everyone else.

    Raises:
        Problem: it doesn't.
    """
    if (root / COPY).read_bytes() != (root / SOURCE).read_bytes():
        raise Problem(f"{COPY} is not a copy of {SOURCE}: run `make component`.")


def main(command: str = "copy", folder: str = "dist") -> None:
    """Run one command."""
    if command == "sums":
        Path(folder, SUMS).write_text(sums(Path(folder)), "utf-8")
    elif command == "copy":
        Path(COPY).write_bytes(Path(SOURCE).read_bytes())
    else:
        raise Problem(f"There is no command {command!r}.")


if __name__ == "__main__":
    step(main)
