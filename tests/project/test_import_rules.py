from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

OF_CLI = "Of cli, action knows the error boundary alone"

# One forbidden import for each contract in pyproject.toml: the file it is added to, the import, the contract it breaks.
VIOLATIONS = [
    ("settings", "alert24_deploy.cli", "The rooms of the package, each above those that it may know"),
    ("policy", "alert24_deploy.text", "policy, errors and text import nothing of ours"),
    ("deployment.start", "socket", "The story of a deployment does no I/O of its own"),
    ("settings.model", "alert24_deploy.state.model", "settings knows policy and errors"),
    ("alert24.client", "alert24_deploy.deployment.start", "alert24 knows the story's ports and errors"),
    ("ci", "alert24_deploy.deployment.finish", "ci knows the story's ports, state, policy and errors"),
    ("action.main", "alert24_deploy.cli.options", OF_CLI),
    ("ci", "requests", "Only alert24 speaks HTTP"),
    ("state.file", "actions_toolkit", "Only ci knows GitHub's toolkit"),
    ("alert24", "subprocess", "Only hooks starts processes"),
    ("cli", "alert24_sandbox", "The sandbox is known to its own two commands"),
]
STANDS_ALONE = "The sandbox stands alone"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The two packages and their rules, free to be spoilt."""
    for folder in ("entrypoint", "sandbox"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def judged(tree: Path) -> tuple[int, str]:
    """The linter's exit code and report on a tree of its own, not on the installed packages."""
    paths = os.pathsep.join([str(tree / "entrypoint"), str(tree / "sandbox")])
    linter = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    environment = {**os.environ, "PYTHONPATH": paths, "COLUMNS": "200"}
    ended = subprocess.run(linter, cwd=tree, env=environment, capture_output=True, text=True, check=False, timeout=50)
    return ended.returncode, ended.stdout + ended.stderr


def add_import(package: Path, module: str, imported: str) -> None:
    """Add one more import at the end of a module."""
    as_file = package.joinpath(*module.split(".")).with_suffix(".py")
    file = as_file if as_file.exists() else as_file.with_suffix("") / "__init__.py"
    file.write_text(f"{file.read_text()}\nimport {imported}\n")


def test_rules__hold_for_the_packages_as_they_are(tree: Path) -> None:
    """The copy passes, so what fails below fails because of what was added."""
    status, told = judged(tree)
    assert (status, "0 broken" in told) == (0, True), told


def test_rules__each_catches_its_violation(tree: Path) -> None:
    """Each contract is reported as broken by an import made to break it, so none of them is an empty promise."""
    for module, imported, _ in VIOLATIONS:
        add_import(tree / "entrypoint" / "alert24_deploy", module, imported)
    add_import(tree / "sandbox", "alert24_sandbox", "alert24_deploy")
    status, told = judged(tree)
    contracts = [*(contract for _, _, contract in VIOLATIONS), STANDS_ALONE]
    assert [contract for contract in contracts if f"{contract} BROKEN" not in told] == [], told
    assert (status, "0 kept" in told) == (1, True), told


def test_rules__a_new_room_has_to_find_its_place(tree: Path) -> None:
    """A module that no layer names fails, so nobody adds a room without saying whom it may know."""
    (tree / "entrypoint" / "alert24_deploy" / "attic.py").write_text("")
    status, told = judged(tree)
    assert (status, "attic" in told) == (1, True), told
