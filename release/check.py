#!/usr/bin/env python3
"""Checks all that can be checked before anything is built or published, and prints the outputs of that job.

    python3 release/check.py 1.2.3

Reads GITHUB_REPOSITORY, and REGISTRY: the registry of the image, by default GitHub's. What pages and examples say of
versions is checked by the gate, which runs on the same commit (tests/consistency).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import changelog
import component
import registry
from bump import check_higher
from common import HOME, Problem, Version, package_version, remote_tags, step, versions

MAIN = "refs/heads/main"
BASE = re.compile(r"^(?:FROM|ARG \w+=) ?([\w./:-]+)@(sha256:[0-9a-f]{64})(?: AS \w+)?$", re.MULTILINE)


def check(root: Path, version: str, tags: Mapping[str, str], digest: Callable[[str], str | None]) -> None:
    """Check a checkout.

    Args:
        root: the checkout.
        version: what is to be released.
        tags: those of the remote, with their commits.
        digest: asks a registry for the digest of an image.

    Raises:
        Problem: one sentence per problem.
    """
    text = changelog.read(root)
    checks: list[Callable[[], object]] = [
        lambda: _unpublished(Version.parse(version), tags),
        lambda: _equal(f"__version__ is {package_version(root)}", package_version(root), version),
        lambda: changelog.notes(text, version),
        lambda: _highest_in(text, Version.parse(version)),
        lambda: component.check_copy(root),
        lambda: _base_images((root / "Dockerfile").read_text("utf-8"), digest),
    ]
    if sentences := [str(problem) for problem in map(_problem, checks) if problem]:
        raise Problem("\n".join(sentences))


def _problem(check: Callable[[], object]) -> Problem | None:
    try:
        check()
    except Problem as problem:
        return problem
    return None


def _equal(sentence: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise Problem(f"{sentence}, not {wanted}.")


def _unpublished(version: Version, tags: Mapping[str, str]) -> None:
    if commit := tags.get(f"v{version}"):
        raise Problem(
            f"v{version} is published already, as commit {commit}, and never moves. "
            "If a job after that failed, re-run the failed jobs of that run."
        )
    check_higher(version, versions([name.removeprefix("v") for name in tags]))


def _highest_in(text: str, version: Version) -> None:
    highest = max(changelog.released(text), default=version)
    _equal(f"The highest version in {changelog.FILE} is {highest}", max(highest, version), version)


def _base_images(dockerfile: str, digest: Callable[[str], str | None]) -> None:
    """Check that the image that ours is built from is what its tag names, with the latest fixes."""
    images = BASE.findall(dockerfile)
    if not images:
        raise Problem("The Dockerfile names no base image by digest.")
    for image, pinned in dict.fromkeys(images):
        if (found := digest(image)) != pinned:
            raise Problem(f"The Dockerfile has {image}@{pinned}, but its registry has {found}.")


def main(version: str) -> None:
    """Check this checkout; print the image's name and the version."""
    if (ref := os.environ.get("GITHUB_REF", MAIN)) != MAIN:
        raise Problem(f"Releases are made from {MAIN}, which users verify, not from {ref}.")
    check(Path(), version, remote_tags(Path()), registry.digest)
    image = f"{os.environ.get('REGISTRY', 'ghcr.io')}/{os.environ.get('GITHUB_REPOSITORY', HOME)}".lower()
    print(f"version={version}\nimage={image}")


if __name__ == "__main__":
    step(main)
