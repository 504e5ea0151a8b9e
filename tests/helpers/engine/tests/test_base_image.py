from __future__ import annotations

from pathlib import Path

import pytest

from helpers.engine import base_image

RELEASE = 'ID=debian\nVERSION_CODENAME=trixie\nNAME="Debian"\n'
NEW_STYLE = """# A comment
Types: deb
URIs: http://other.test/cloud
Suites: cloud-trixie
Components: main

Types: deb-src
URIs: http://source.test/debian
Suites: trixie

Types: deb deb-src
# Where a snapshot was taken
URIs: http://mirror.test/debian http://second.test/debian
Suites: trixie trixie-updates
Components: main
"""
OLD_STYLE = """# deb http://commented.test/debian trixie main
deb http://security.test/debian trixie-security main
deb [arch=amd64 signed-by=/usr/share/x.gpg] http://mirror.test/debian trixie main contrib
"""


def _etc(tmp_path: Path, name: str, sources: str) -> Path:
    (tmp_path / "os-release").write_text(RELEASE, "utf-8")
    (tmp_path / "apt/sources.list.d").mkdir(parents=True)
    (tmp_path / "apt" / name).write_text(sources, "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        ("sources.list.d/debian.sources", NEW_STYLE),
        ("sources.list.d/debian.list", OLD_STYLE),
        ("sources.list", OLD_STYLE),
    ],
)
def test_mirror__own_release__is_found(tmp_path: Path, name: str, sources: str) -> None:
    """The mirror is the one from which the machine takes its own release, in either style of sources."""
    assert base_image.mirror(_etc(tmp_path, name, sources)) == "http://mirror.test/debian"


def test_mirror__none_for_the_release__is_an_error(tmp_path: Path) -> None:
    """Another system's sources aren't guessed at."""
    with pytest.raises(LookupError, match="trixie"):
        base_image.mirror(_etc(tmp_path, "sources.list", "deb http://mirror.test/ubuntu noble main\n"))


def test_image_name__dockerfile__says_it(tmp_path: Path) -> None:
    """The name is that of the FROM lines, without the digest; it must be one."""
    dockerfile = tmp_path / "Dockerfile"
    one, other = (f"FROM python:{version}-slim@sha256:{'0a' * 32}" for version in ("9.9", "9.8"))
    dockerfile.write_text(f"# x\n{one} AS build\nRUN true\n{one}\n", "utf-8")
    assert base_image.image_name(dockerfile) == "python:9.9-slim"
    for wrong in (f"{one}\n{other}\n", "FROM python:9.9-slim\n"):
        dockerfile.write_text(wrong, "utf-8")
        with pytest.raises(LookupError, match="base images"):
            base_image.image_name(dockerfile)


def test_rebased__only_the_from_lines_differ() -> None:
    """What the tests build is the project's Dockerfile but for its base, in every stage."""
    original = base_image.DOCKERFILE.read_text("utf-8").splitlines()
    copy = base_image.rebased("here:1").splitlines()
    pairs = [(old, new) for old, new in zip(original, copy, strict=True) if old != new]
    assert [old for old, _ in pairs] == [line for line in original if line.upper().startswith("FROM")]
    assert [new.split()[1:] for _, new in pairs] == [["here:1", "AS", "build"], ["here:1"]]


def test_pip_settings__of_this_machine__are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """What leads to an index is taken over; directories of this machine are not, nor its own certificate path."""
    for name in ("PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_CERT", "PIP_DEFAULT_TIMEOUT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_FIND_LINKS", "/opt/here")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "file:///opt/here https://index.test/a%20b/simple")
    assert base_image.pip_conf().splitlines()[:3] == [
        "[global]",
        "cert = /etc/ssl/certs/ca-certificates.crt",
        "extra-index-url = https://index.test/a%20b/simple",
    ]


def test_pip_settings__environment__wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As with pip itself, a variable is above a file."""
    config = tmp_path / "pip.conf"
    config.write_text("[global]\nindex-url = https://file.test/simple\n", "utf-8")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    monkeypatch.setenv("PIP_INDEX_URL", "https://environment.test/simple")
    assert "index-url = https://environment.test/simple" in base_image.pip_conf()
