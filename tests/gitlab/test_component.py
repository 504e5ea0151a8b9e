"""The component's text: its two copies, its inputs beside the action's and the tool's, and what it must not hold."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from alert24_deploy import __version__
from alert24_deploy.settings.setting import OPTION
from alert24_deploy.settings.table import SETTINGS

from .rendering import COMPONENT, content, header, job, load, render, variables

ROOT = COMPONENT.parent
TOOL = ROOT / "release" / "component.py"
INPUTS = header()
URL = "https://example.com/v1.2.3"
JOBS = ("alert24:start", "alert24:succeeded", "alert24:failed")
# The component's own: what its scripts read, and what GitLab's runner does.
OWN = {"ALERT24_API_KEY_VARIABLE", "ALERT24_TOOL_URL", "ALERT24_TOOL_SHA256"}


def packaged(*arguments: str, root: Path) -> subprocess.CompletedProcess[str]:
    """What release/component.py makes of a directory."""
    return subprocess.run([sys.executable, TOOL, *arguments], cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The component in a directory of its own, with a single file of a version."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "gitlab-ci-component.yml").write_bytes(COMPONENT.read_bytes())
    package = tmp_path / "entrypoint" / "alert24_deploy"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('__version__ = "1.2.3"\n')
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "alert24-deploy.pyz").write_bytes(b"abc")
    assert packaged("sums", "dist", root=tmp_path).returncode == 0
    return tmp_path


def test_copies__are_equal() -> None:
    """The Catalog gets the very file that the other ways to include get: run `make component`."""
    assert (ROOT / "templates" / "deploy.yml").read_bytes() == COMPONENT.read_bytes()


def test_component__release__names_files_and_version(project: Path) -> None:
    """A release's component names where its files are, the checksum of their checksums, and its image."""
    assert packaged("release", URL, "dist", root=project).returncode == 0
    text = (project / "templates/deploy.yml").read_text("utf-8")
    inputs = header(text)
    assert inputs["tool-url"]["default"] == URL
    assert inputs["tool-sha256"]["default"] == hashlib.sha256((project / "dist/SHA256SUMS").read_bytes()).hexdigest()
    assert inputs["image"]["default"].endswith("/alert24-deploy:v1.2.3")
    assert content(text) == content()
    assert packaged("check", "dist", "v1.2.3", root=project).returncode == 0
    assert packaged("url", root=project).stdout.strip() == URL


def test_component__sums__are_what_sha256sum_checks(project: Path) -> None:
    """The list has coreutils' form, and names files, not paths."""
    line = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  alert24-deploy.pyz\n"
    assert (project / "dist/SHA256SUMS").read_text() == line


@pytest.mark.parametrize(
    ("tag", "file", "told"),
    [
        ("v1.2.4", "alert24-deploy.pyz", "does not name v1.2.4"),
        ("v1.2.3", "alert24-deploy.pyz", "SHA256SUMS does not list 'a52d159f"),
        ("v1.2.3", "SHA256SUMS", "but SHA256SUMS has a52d159f"),
    ],
)
def test_component__check_of_another_release__fails(project: Path, tag: str, file: str, told: str) -> None:
    """A tag that the component is not of, or files that came out differently, aren't released."""
    packaged("release", URL, "dist", root=project)
    if tag == "v1.2.3":
        (project / "dist" / file).write_bytes(b"abd")
    ended = packaged("check", "dist", tag, root=project)
    assert (ended.returncode, told in ended.stderr) == (1, True)


def test_component__check_of_a_copy_that_differs__fails(project: Path) -> None:
    """A forgotten `make component` stops a release."""
    packaged("release", URL, "dist", root=project)
    (project / "templates/deploy.yml").write_text("old")
    assert "not a copy" in packaged("check", "dist", "v1.2.3", root=project).stderr
    assert packaged(root=project).returncode == 0
    copy = (project / "templates/deploy.yml").read_bytes()
    assert copy == (project / "gitlab-ci-component.yml").read_bytes()


def test_defaults__of_the_release__belong_together() -> None:
    """The image is this version's, and a place to fetch the tool from never comes without its checksum."""
    assert INPUTS["image"]["default"].endswith(f":v{__version__}")
    assert (INPUTS["tool-url"]["default"] == "none") == (INPUTS["tool-sha256"]["default"] == "none")


@pytest.mark.parametrize("name", INPUTS)
def test_input__is_held_to_a_kind_and_described(name: str) -> None:
    """A text has a list of options or a regex, all else a type; the default fits, and a sentence says what for."""
    spec = INPUTS[name]
    kinds = [kind for kind in ("options", "regex", "type") if kind in spec]
    assert len(kinds) == 1
    assert spec["description"].endswith(".")
    render({name: spec["default"]})


@pytest.mark.parametrize("name", [name for name, spec in INPUTS.items() if "regex" in spec])
@pytest.mark.parametrize("end", ["\n", "\r", "\x85", "\u2028"])
def test_input__two_lines__refused(name: str, end: str) -> None:
    """No text that goes into the YAML as it is can end its line, by whatever YAML takes for an end."""
    default = INPUTS[name]["default"] or "a"
    assert not re.fullmatch(INPUTS[name]["regex"], f"{default}{end}{default}")


def test_inputs__are_the_actions() -> None:
    """What the action and the component both can do, they call by the same name."""
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    for name in "services api-url respect-existing-maintenance description fail-on-unreachable timeout".split():
        assert name in action
        assert name in INPUTS
    assert {name for name in action if name.startswith("on-")} == {name for name in INPUTS if name.startswith("on-")}


def test_variables__are_the_tools() -> None:
    """Each variable that the component sets is one that the tool, its own script or the runner reads."""
    known = {row.variable for row in SETTINGS.values() if OPTION in row.where} | OWN
    set_here = set(variables(job(render({}), ".alert24-settings")))
    assert set_here <= known
    assert set_here - OWN >= {f"ALERT24_ON_{word}" for word in ("SUCCESS", "FAILURE", "CANCELLED", "CONFLICT")}


def test_key__is_never_an_input() -> None:
    """Inputs stand in the merged configuration for everybody to read, so only the variable's name is one."""
    assert [name for name in INPUTS if "key" in name] == ["api-key-variable"]


def test_scripts__hold_no_input() -> None:
    """No script has a place where GitLab would put an input."""
    loaded = load(content())
    for part in loaded.values():
        for key in ("before_script", "script", "after_script"):
            assert "$[[" not in str(part.get(key, ""))


def test_content__has_only_jobs() -> None:
    """Nothing global: a pipeline that includes the component keeps its own stages, defaults and variables."""
    rendered = render({})
    assert {name for name in rendered if not name.startswith(".")} == set(JOBS)


def test_wrap__is_what_a_deployment_needs() -> None:
    """A wrapped job can't be interrupted, gives after_script its time, and fails if finish fails.

    No limit is put on a script unless the user asks for one: it could end deployments that used to finish.
    """
    wrapped = job(render({"resource-group": "a b"}), ".alert24-deploy")
    assert wrapped["interruptible"] is False
    assert wrapped["resource_group"] == "a b"
    expected = {"RUNNER_AFTER_SCRIPT_TIMEOUT": "5m", "AFTER_SCRIPT_IGNORE_ERRORS": "false"}
    assert variables(wrapped).items() >= expected.items()
    assert "RUNNER_SCRIPT_TIMEOUT" not in variables(wrapped)
    assert variables(job(render({"script-timeout": "2h"}), ".alert24-deploy"))["RUNNER_SCRIPT_TIMEOUT"] == "2h"


def test_inputs__oldest_gitlab__takes_their_defaults() -> None:
    """Before 18.1, GitLab held no blank text to match any regex (`text.present?` in its UntrustedRegexp)."""
    assert [name for name, spec in INPUTS.items() if "regex" in spec and not spec["default"].strip()] == []


def test_reconcile__is_the_last_job_of_a_pipeline() -> None:
    """It runs whatever became of the deployment, in our image, one at a time with deployments."""
    last = job(render({"resource-group": "a b"}), ".alert24-reconcile")
    deployment = job(render({"resource-group": "a b"}), ".alert24-deploy")
    assert (last["stage"], last["when"], last["image"]) == (".post", "always", job(render({}), JOBS[0])["image"])
    assert last["resource_group"] == deployment["resource_group"]
    assert last["script"][-1] == "alert24_deploy reconcile"


@pytest.mark.parametrize("name", JOBS)
def test_jobs__environment__is_only_prepared(name: str) -> None:
    """A named environment lends its variables, and our jobs don't count as its deployments; without a name, none."""
    assert job(render({"environment": "prod/eu"}), name)["environment"] == {"name": "prod/eu", "action": "prepare"}
    assert "environment" not in job(render({}), name)


def test_jobs__run_in_our_image_with_the_tool() -> None:
    """Nothing of the user's image, scripts or checkout has a part in the component's own jobs."""
    start = job(render({"image": "example.com/a:1"}), JOBS[0])
    assert start["image"] == {"name": "example.com/a:1", "entrypoint": [""]}
    assert (start["before_script"], start["after_script"], start["variables"]["GIT_STRATEGY"]) == ([], [], "none")
    assert "before_script" not in start["inherit"]["default"]
