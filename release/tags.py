#!/usr/bin/env python3
"""Names a release: the tag that never moves, and then the tags that move along.

    python3 release/tags.py publish VERSION COMMIT [REMOTE]     creates v1.2.3 in git
    python3 release/tags.py move VERSION COMMIT IMAGE           the image's tag v1.2.3, and v1.2 and v1 of both

Twice is as once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import registry
from common import Problem, Version, git, remote_tags, step, versions


def moving(version: Version, before: Collection[Version]) -> list[str]:
    """Return the tags that move to a version: those of its lines of which it is the highest, none to a candidate."""
    if version.is_candidate:
        return []
    final = [each for each in before if not each.is_candidate]
    minor = [each for each in final if (each.major, each.minor) == (version.major, version.minor)]
    major = [each for each in final if each.major == version.major]
    lines = {f"v{version.major}.{version.minor}": minor, f"v{version.major}": major}
    return [name for name, line in lines.items() if version >= max(line, default=version)]


def _versions(tags: Mapping[str, str]) -> set[Version]:
    return versions([name.removeprefix("v") for name in tags])


def publish(root: Path, version: str, commit: str, remote: str = "origin") -> None:
    """Create the version's tag in a remote.

    Raises:
        Problem: it names another commit.
    """
    name = f"v{Version.parse(version)}"
    there = remote_tags(root, remote).get(name)
    if there not in (None, commit):
        raise Problem(f"{name} is commit {there} and never moves, so it can't become {commit}.")
    # The lease refuses a tag that somebody has made meanwhile.
    git(root, "push", "--quiet", f"--force-with-lease=refs/tags/{name}:{there or ''}", remote, _to(commit, name))


def move(root: Path, version: str, commit: str, image: str) -> list[str]:
    """Tag the image, then move the tags of the version's lines; return all names.

    Raises:
        Problem: the version's tag is not this commit's, or the image's names another image.
    """
    tags = remote_tags(root)
    if tags.get(f"v{version}") != commit:
        raise Problem(f"v{version} is not commit {commit}.")
    repository, _, digest = image.partition("@")
    there = registry.digest(f"{repository}:v{version}")
    if there not in (None, digest):
        raise Problem(f"{repository}:v{version} is {there} and never moves, so it can't become {digest}.")
    names = moving(Version.parse(version), _versions(tags))
    for name in [f"v{version}", *names]:
        registry.put_tag(repository, digest, name)
    if names:
        git(root, "push", "--quiet", "--force", "origin", *(_to(commit, name) for name in names))
    return [f"v{version}", *names]


def _to(commit: str, name: str) -> str:
    return f"{commit}:refs/tags/{name}"


def latest(version: str, tags: Mapping[str, str]) -> bool:
    """Return whether a version is the highest that is final."""
    this = Version.parse(version)
    return not this.is_candidate and this >= max(
        (each for each in _versions(tags) if not each.is_candidate), default=this
    )


def main(command: str, version: str, *arguments: str) -> None:
    """Run one command."""
    if command == "publish":
        publish(Path(), version, *arguments)
    elif command == "move":
        print(*move(Path(), version, *arguments))
    else:
        raise Problem(f"There is no command {command!r}.")


if __name__ == "__main__":
    step(main)
