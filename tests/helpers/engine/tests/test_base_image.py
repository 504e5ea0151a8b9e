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
    """The name is the default of the Dockerfile's own argument."""
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text("# x\nARG PYTHON_IMAGE=python:9.9-slim\nFROM ${PYTHON_IMAGE}\n", "utf-8")
    assert base_image.image_name(dockerfile) == "python:9.9-slim"


def test_image_name__project__asks_for_a_slim_python() -> None:
    """The project's Dockerfile has that argument."""
    assert base_image.image_name().startswith("python:3.")


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
