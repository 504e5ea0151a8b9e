"""Every reference to a release of this project, in every tracked file, names a release that will exist."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

import pytest

from alert24_deploy import __version__

from .pages import ROOT

OURS = __version__.partition("-")[0].split(".")
PLACEHOLDER = "1.2.3"  # "any version", in what maintainers read
# What users read has no placeholder, and must name the version itself.
READ_BY_MAINTAINERS = re.compile(r"\.ci/|\.github/|\.gitlab-ci|CONTRIBUTING|Makefile|benchmarks/|release/|tests/")
# These name versions of the past, versions that a test made up, or none at all.
EXEMPT = re.compile(
    r"CHANGELOG\.md|docs/(adr|images)/|requirements/|tests/(release/|consistency/test_versions\.py)|.*package-lock\.json"
)

_NUMBERS = r"\d+(?:\.\d+){0,2}(?![\w-])"
# By our name: the action, the image, the component, an installed distribution, a file of the release.
_NAMED = re.compile(
    rf"alert24[-_]deploy(?:\[\w+\])?(?:/[\w-]+)*(?:@|:|/(?=v)|-(?=\d+\.)|[=~<>]=)(v?{_NUMBERS})", re.IGNORECASE
)
# A tag that stands alone, such as in `ref: v1.0.0` or `@<sha> # v1.0.0`. Not in tests, whose servers have such paths.
_ALONE = re.compile(rf"(?<![\w/.@:-])(v{_NUMBERS})")
# Another repository's tag, next to the SHA that it stands for.
_PIN = re.compile(r"(?!\S*alert24-deploy)\b[\w.-]+/[\w./-]+@[0-9a-f]{40} # v[\d.]+")


def _tracked() -> Iterator[tuple[str, str]]:
    """Yield path and content of every text file that git knows."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for path in filter(None, listed.split("\0")):
        if not EXEMPT.match(path) and (ROOT / path).is_file():
            yield path, (ROOT / path).read_text("utf-8")


def _references(path: str, content: str) -> list[str]:
    """Return the versions of ours that a file names."""
    content = _PIN.sub("", content)
    alone = [] if path.startswith(("tests/", "benchmarks/")) else _ALONE.findall(content)
    return _NAMED.findall(content) + alone


def _exists(path: str, reference: str) -> bool:
    """Tell whether a release creates what a file refers to: `v1`, `v1.0` or `v1.0.0`, if this is 1.0.0."""
    parts = reference.lstrip("v").split(".")
    if path.startswith("tests/"):
        return parts[0] == OURS[0]
    placeholder = READ_BY_MAINTAINERS.match(path) and parts == PLACEHOLDER.split(".")[: len(parts)]
    return bool(parts == OURS[: len(parts)] or placeholder)


def test_references__every_tracked_file__name_this_version() -> None:
    """README, docs, examples, manifests, workflows, issue forms and tests name no version that no release creates."""
    found = {path: _references(path, content) for path, content in _tracked()}
    wrong = {path: [each for each in refs if not _exists(path, each)] for path, refs in found.items()}
    assert {path: refs for path, refs in wrong.items() if refs} == {}
    naming = {path for path, refs in found.items() if refs}
    assert {"README.md", "docs/guides/gitlab.md", "examples/github/deploy.yml", "templates/deploy.yml"} <= naming


@pytest.mark.parametrize(
    "line",
    [
        "- uses: alert24/alert24-deploy@v0",
        "- uses: alert24/alert24-deploy/native@v0.1",
        f"- uses: alert24/alert24-deploy@{'a' * 40} # v0.1.0",
        "- component: $CI_SERVER_FQDN/alert24/alert24-deploy/deploy@0",
        'image: "ghcr.io/alert24/alert24-deploy:v0.1.0"',
        "pip install git+https://github.com/alert24/alert24-deploy@v0",
        "pip install 'alert24-deploy[sandbox]==0.1.0'",
        "https://raw.githubusercontent.com/alert24/alert24-deploy/v0.1.0/gitlab-ci-component.yml",
        "https://github.com/alert24/alert24-deploy/releases/download/v0.1.0/SHA256SUMS",
        "    ref: v0.1.0",
        "The tag `v0.1` moves.",
        "alert24_deploy-0.1.0.tar.gz",
    ],
)
def test_references__another_version__is_found(line: str) -> None:
    """Each form in which a release is referred to is recognised, whatever the version."""
    (reference,) = _references("docs/page.md", line)
    assert not _exists("docs/page.md", reference)


@pytest.mark.parametrize(
    "line",
    [
        f"- uses: actions/checkout@{'a' * 40} # v7.0.1",
        "- uses: actions/checkout@v4",
        "apiVersion: batch/v1",
        "https://gitlab.example.com/api/v4/projects",
        "image: python:3.14",
    ],
)
def test_references__another_tools_version__is_none_of_ours(line: str) -> None:
    """Only references to this project are held to its version."""
    assert _references("docs/page.md", line) == []


@pytest.mark.parametrize(("path", "right"), [("CONTRIBUTING.md", True), ("README.md", False), ("docs/cli.md", False)])
def test_references__placeholder__is_for_maintainers(path: str, right: bool) -> None:
    """A page for users names no version that only stands for any."""
    assert _exists(path, "v9.9.9") is False
    assert _exists(path, f"v{PLACEHOLDER}") is right
