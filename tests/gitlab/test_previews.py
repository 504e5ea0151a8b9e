"""What the component makes of a project, merged by the runner, against golden files; and GitLab's own schema."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.key_watch import KeyWatch

from .pipelines import Project, install_runner
from .rendering import COMPONENT, content, job, render

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

GOLDEN = Path(__file__).parent / "golden"
# Set it to write the golden files anew, and read the difference before it is committed.
WRITE = "ALERT24_WRITE_GOLDEN"
BOOTSTRAP = job(render({}), ".alert24-deploy")["before_script"][0]
# The pipelines of this project, on main and in a release.
MAIN, CATALOG = ".gitlab-ci.yml", "release/catalog.gitlab-ci.yml"
RELEASED = ("ALERT24_TOOL_URL", "ALERT24_TOOL_SHA256", "image")


def shortened(value: Any) -> Any:
    """A configuration with a word in the place of the bootstrap, and of what every release changes."""
    if isinstance(value, dict):
        return {key: "(a release's)" if key in RELEASED else shortened(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shortened(each) for each in value]
    return "(the bootstrap)" if value == BOOTSTRAP else value


@pytest.mark.parametrize("fixture", ["wrap", "wrap-own-scripts", "jobs", "jobs-needs"])
def test_preview__is_golden(fixture: str, tmp_path: Path, key_watch: KeyWatch) -> None:
    """The merged configuration is the one that was read and found right."""
    install_runner()
    project = Project(tmp_path / "project", fixture, key_watch, tmp_path / "home", tmp_path / "bin")
    found = yaml.safe_dump(shortened(project.preview()), sort_keys=False, width=120)
    golden = GOLDEN / f"{fixture}.yml"
    if os.environ.get(WRITE):
        golden.write_text(found, "utf-8")
    assert found == golden.read_text("utf-8")


@pytest.mark.parametrize("which", ["header", "content"])
def test_schema__gitlabs_own__holds(which: str, tmp_path: Path) -> None:
    """Both documents are what GitLab's JSON schema takes."""
    path = tmp_path / "document.yml"
    path.write_text(content() if which == "content" else COMPONENT.read_text("utf-8").split("\n---\n")[0], "utf-8")
    check_schema(path)


@pytest.mark.parametrize("mode", ["wrap", "jobs"])
def test_schema__of_a_rendered_pipeline__holds(mode: str, tmp_path: Path) -> None:
    """So is what comes out of it, in both modes, with every input set."""
    given = {"mode": mode, "services": ["A"], "needs": ["b"], "environment": "production", "description": "text"}
    path = tmp_path / "rendered.yml"
    path.write_text(json.dumps(render(given)), "utf-8")
    check_schema(path)


@pytest.mark.parametrize("pipeline", [MAIN, CATALOG])
def test_schema__of_this_projects_pipelines__holds(pipeline: str) -> None:
    """This project's own pipelines are valid too."""
    check_schema(COMPONENT.parent / pipeline)


TESTS = {"tests", "check", "pipelines", "pyz"}
KEY = {"ALERT24_API_KEY": "a key", "ALERT24_SERVICES": "A"}


@pytest.mark.parametrize(
    ("pipeline", "variables", "jobs"),
    [
        (MAIN, {}, TESTS),
        (MAIN, KEY, {*TESTS, "component"}),
        (CATALOG, {"CI_COMMIT_TAG": "v1.2.3"}, {"release"}),
        (CATALOG, {"CI_COMMIT_TAG": "v1.2.3", **KEY}, {"try the component", "release"}),
        (CATALOG, {"CI_COMMIT_TAG": "nightly"}, set()),
    ],
)
def test_own_pipeline__jobs__by_tag_and_variables(
    pipeline: str, variables: dict[str, str], jobs: set[str], tmp_path: Path, key_watch: KeyWatch
) -> None:
    """A release's commit is released for a version's tag alone, main never is, and a key lets the component run."""
    install_runner()
    (tmp_path / "own").mkdir()
    shutil.copy(COMPONENT.parent / pipeline, tmp_path / "own" / ".gitlab-ci.yml")
    project = Project(tmp_path / "project", str(tmp_path / "own"), key_watch, tmp_path / "home", tmp_path / "bin")
    project.variables |= variables
    listed = project.start("--list-csv").stdout
    names = {line.split(";")[0].split(":")[0] for line in listed.splitlines()[1:]}
    assert names == jobs


def check_schema(path: Path) -> None:
    """Hold a file to GitLab's schema."""
    schema = ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"]
    command = [sys.executable, "-m", "check_jsonschema", *schema, str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
