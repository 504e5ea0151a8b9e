from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .pages import code, rows

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]

LAYERS = "The packages, each above those that it may import"

# One forbidden import for each contract in pyproject.toml: the file it is added to, the import, the contract it breaks.
VIOLATIONS = [
    ("settings", "alert24_deploy.cli", LAYERS),
    ("deployment.start", "socket", "A deployment does no I/O of its own"),
    ("alert24.client", "alert24_deploy.deployment.start", "Adapters know a deployment by its interfaces alone"),
    ("settings.table", "alert24_deploy.state.model", "settings and hooks know no state"),
    ("cli", "alert24_sandbox", "Only the sandbox's own commands import the sandbox"),
]
STANDS_ALONE = "The sandbox stands alone"

# One import for each library that a single package may use: where it is added, and the import.
BANNED = [
    ("ci.pipeline", "requests"),
    ("alert24.client", "urllib3"),
    ("ci.gitlab", "http.client"),
    ("hooks.environment", "subprocess"),
    ("action.inputs", "actions_toolkit"),
]


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


def test_rules__a_new_module_needs_a_layer(tree: Path) -> None:
    """A module that no layer names fails, so nobody adds one without saying what it may import."""
    (tree / "entrypoint" / "alert24_deploy" / "attic.py").write_text("")
    status, told = judged(tree)
    assert (status, "attic" in told) == (1, True), told


@pytest.mark.parametrize(("module", "imported"), BANNED)
def test_rules__a_library_has_one_importer(tree: Path, module: str, imported: str) -> None:
    """Ruff's banned-api lets one package speak HTTP, one module start processes and one import GitHub's toolkit."""
    add_import(tree / "entrypoint" / "alert24_deploy", module, imported)
    linter = [str(Path(sys.executable).with_name("ruff")), "check", "--no-cache", "--select", "TID251", "entrypoint"]
    ended = subprocess.run(linter, cwd=tree, capture_output=True, text=True, check=False, timeout=50)
    assert (ended.returncode, f"`{imported}` is banned" in ended.stdout) == (1, True), ended.stdout


def test_pages__packages__have_the_layers() -> None:
    """CONTRIBUTING's table and the picture of the architecture have each package and module on its layer."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["name"] == LAYERS)
    wanted = {name.strip(): level for level, layer in enumerate(layers, 1) for name in layer.split("|")}
    listed = rows((ROOT / "CONTRIBUTING.md").read_text("utf-8"), "level")
    assert {code(row[1]): int(row[0]) for row in listed} == wanted
    picture = (ROOT / "docs/images/architecture.svg").read_text("utf-8")
    drawn = re.findall(r'class="name" x="\S+" y="(\d+)">(\w+)<', picture)
    heights = sorted({int(y) for y, _ in drawn})
    assert {name: heights.index(int(y)) + 1 for y, name in drawn} == wanted
