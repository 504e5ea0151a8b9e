"""The Dockerfile's base image: pinned, and in the one form that Dependabot updates."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
# FROM_LINE of dependabot-core (docker/lib/dependabot/docker/file_parser.rb), which has no idea of ARG.
_COMPONENT = r"[a-z\d]+(?:(?:[._]|__|[-]*)[a-z\d]+)*"
FROM_LINE = re.compile(
    r"^FROM\s+(--platform=\S+\s+)?"
    rf"(?P<image>{_COMPONENT}(?:/{_COMPONENT})*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?(?:@sha256:(?P<digest>[0-9a-f]{64}))?(?:\s+AS\s+(?P<name>[\w-]+))?",
    re.IGNORECASE,
)


def test_from__dependabot__reads_name_tag_and_digest() -> None:
    """Dependabot finds the tag and the digest in every FROM line, which is the same image in all stages."""
    lines = [line for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines() if line.upper().startswith("FROM")]
    found = [match.groupdict() for line in lines if (match := FROM_LINE.fullmatch(line))]
    assert [(each["image"], each["tag"], each["name"]) for each in found] == [
        ("python", "3.14-slim", "build"),
        ("python", "3.14-slim", None),
    ]
    assert len(found) == len(lines)
    assert len({each["digest"] for each in found} - {None}) == 1


def test_dependabot__watches_the_dockerfile() -> None:
    """A pinned base gets no security fixes by itself."""
    settings = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text("utf-8"))
    assert [each["directory"] for each in settings["updates"] if each["package-ecosystem"] == "docker"] == ["/"]
