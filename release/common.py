"""What the steps of a release share: running programs, versions, and saying in a sentence why there is no release."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# The repository that the pages and manifests on main name. A release names the one that it is made in.
HOME = "alert24/alert24-deploy"
VERSION_FILE = "entrypoint/alert24_deploy/__init__.py"
_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-rc\.([1-9]\d*))?")


class Problem(Exception):
    """Why a step of the release stops, in a sentence."""


@dataclass(frozen=True, order=True)
class Version:
    """A version like 1.2.3, or a candidate for one, like 1.2.3-rc.1, which is lower."""

    major: int
    minor: int
    patch: int
    candidate: float = math.inf

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read a version.

        Raises:
            Problem: it is none.
        """
        found = _VERSION.fullmatch(text)
        if found is None:
            raise Problem(f"{text!r} is not a version like 1.2.3 or 1.2.3-rc.1.")
        major, minor, patch = map(int, found.groups()[:3])
        return cls(major, minor, patch, int(found[4]) if found[4] else math.inf)

    @property
    def is_candidate(self) -> bool:
        """Whether this is not final."""
        return self.candidate != math.inf

    def __str__(self) -> str:
        final = f"{self.major}.{self.minor}.{self.patch}"
        return f"{final}-rc.{self.candidate}" if self.is_candidate else final


def versions(texts: Sequence[str]) -> set[Version]:
    """Return the versions among some words, such as the names of tags without their `v`."""
    return {Version.parse(text) for text in texts if _VERSION.fullmatch(text)}


def package_version(root: Path) -> str:
    """Return the version of the package."""
    return "".join(re.findall(r'^__version__ = "(.+)"$', (root / VERSION_FILE).read_text("utf-8"), re.MULTILINE))


def run(
    command: Sequence[str | Path], cwd: Path | None = None, env: Mapping[str, str] | None = None, given: bytes = b""
) -> str:
    """Run a program and return what it prints.

    Args:
        command: the program and its arguments.
        cwd: where it runs.
        env: variables, besides those of this process.
        given: what it reads.

    Raises:
        Problem: it failed; the sentence ends with what it said last.
    """
    environ = {**os.environ, **(env or {})}
    ended = subprocess.run(command, cwd=cwd, env=environ, input=given, capture_output=True, check=False)
    if ended.returncode:
        said = (ended.stdout + ended.stderr).decode("utf-8", "replace").strip().splitlines()[-30:]
        words = " ".join(map(str, command[:3]))
        raise Problem("\n".join([f"`{words} ...` ended with exit code {ended.returncode}:", *said]))
    return ended.stdout.decode("utf-8")


def git(root: Path, *arguments: str, env: Mapping[str, str] | None = None, given: bytes = b"") -> str:
    """Run git in a repository and return what it prints, without the last line's end."""
    return run(["git", *arguments], root, env, given).removesuffix("\n")


def remote_tags(root: Path, remote: str = "origin") -> dict[str, str]:
    """Return the tags of a remote, with the commit of each; the local ones may be few or old."""
    lines = [line.split("\trefs/tags/") for line in git(root, "ls-remote", "--tags", remote).splitlines()]
    # For an annotated tag, the line with ^{} comes second, and has the commit.
    return {name.removesuffix("^{}"): commit for commit, name in lines}


def step(main: Callable[..., object]) -> None:
    """Run a step with the arguments of the command line; print why it stops, and exit with 1."""
    try:
        main(*sys.argv[1:])
    except Problem as problem:
        sys.exit(f"{Path(sys.argv[0]).name}: {problem}")
