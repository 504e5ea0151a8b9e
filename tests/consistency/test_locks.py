from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"
LOCKS = sorted(path for path in REQUIREMENTS.glob("*.txt") if not path.name.startswith("excludes"))
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[\w.+!]+)(?: ; (?P<marker>[^\\]+?))? \\$", re.MULTILINE)
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")

# What each lock must hold: its own .in files, and these parts of pyproject.toml.
SOURCES = {
    "binary": (["binary"], [""]),
    "demo": (["build"], ["", "sandbox"]),
    "docs": (["docs"], []),
    "dev": (["build", "dev"], ["", "github", "sandbox"]),
    "e2e": (["binary", "e2e"], []),
    "image": ([], ["", "github"]),
    "locks": (["locks"], []),
}


def pins(lock: Path) -> list[tuple[str, str, str]]:
    """Name, version and marker of everything in a lock."""
    return [(pin["name"], pin["version"], pin["marker"] or "") for pin in PIN.finditer(lock.read_text())]


def names_in(source: Path) -> set[str]:
    """The packages that a .in file asks for."""
    lines = (line.split("#")[0].strip() for line in source.read_text().splitlines())
    return {_name(line) for line in lines if line}


def names_of_project(extra: str) -> set[str]:
    """The packages that pyproject.toml asks for, of an extra or, where that is empty, always."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["optional-dependencies"][extra] if extra else project["dependencies"]
    return {_name(requirement) for requirement in wanted}


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("_", "-").replace(".", "-")


def test_locks__each_has_its_sources() -> None:
    """A lock that nobody listed here would go unchecked."""
    assert [lock.stem for lock in LOCKS] == sorted(SOURCES)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.stem))
def test_lock__is_nothing_but_pins_with_hashes(lock: Path) -> None:
    """Every line is a comment, an exact version or a hash: nothing unchecked is installed, and no index is named."""
    text = lock.read_text()
    assert re.findall(r".*(?:://|--(?:extra-)?index|--find-links|--trusted-host|www\.).*", text) == []
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert [line for line in lines if not PIN.match(line) and not HASH.match(line)] == []
    assert lines
    assert all(HASH.match(after) for line, after in zip(lines, [*lines[1:], ""], strict=True) if PIN.match(line))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.stem))
def test_lock__pins_all_that_was_asked_for(lock: Path) -> None:
    """A requirement added to a .in file or to pyproject.toml without `make locks` is found out."""
    sources, extras = SOURCES[lock.stem]
    asked = set().union(
        *(names_in(REQUIREMENTS / f"{source}.in") for source in sources), *(names_of_project(extra) for extra in extras)
    )
    assert asked
    assert asked - {name for name, _, _ in pins(lock)} == set()


def test_locks__agree_on_versions() -> None:
    """All locks may be installed into one environment, one after the other."""
    versions: dict[tuple[str, str], set[str]] = {}
    for lock in LOCKS:
        for name, version, marker in pins(lock):
            versions.setdefault((name, marker), set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_locks__are_without_what_is_never_imported() -> None:
    """PyGithub and its tree of compiled packages stay out, though actions-toolkit names it."""
    everything = {name for lock in LOCKS for name, _, _ in pins(lock)}
    assert everything.isdisjoint({"pygithub", "pynacl", "cryptography", "pyjwt"})
    assert "actions-toolkit" in everything


@pytest.mark.parametrize("lean", ["image", "binary"])
def test_locks__what_is_shipped_is_without_charset_normalizer(lean: str) -> None:
    """The library requests names it, and works without it (net/lean_requests.py); who installs the wheel gets it."""
    assert "charset-normalizer" not in {name for name, _, _ in pins(REQUIREMENTS / f"{lean}.txt")}
    assert "charset-normalizer" in {name for name, _, _ in pins(REQUIREMENTS / "demo.txt")}
