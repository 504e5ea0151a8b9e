"""The component's text: its two copies, its inputs beside the action's and the tool's, and what it must not hold."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
import yaml

import component as release
from alert24_deploy import __version__
from alert24_deploy.settings.setting import OPTION
from alert24_deploy.settings.table import SETTINGS

from .rendering import COMPONENT, content, header, job, load, render, variables

ROOT = COMPONENT.parent
INPUTS = header()
URL = "https://example.com/v1.2.3"
IMAGE = f"registry.example.com/alert24-deploy@sha256:{'5' * 64}"
JOBS = ("alert24:start", "alert24:succeeded", "alert24:failed")
# The component's own: what its scripts read, and what GitLab's runner does.
OWN = {"ALERT24_API_KEY_VARIABLE", "ALERT24_TOOL_URL", "ALERT24_TOOL_SHA256"}


def test_copies__are_equal() -> None:
    """The Catalog gets the very file that the other ways to include get: run `make component`."""
    assert (ROOT / "templates" / "deploy.yml").read_bytes() == COMPONENT.read_bytes()


def test_component__released__names_image_files_and_checksums() -> None:
    """A release's component names its image by digest, where its files are, and the checksum of their checksums."""
    text = release.released(COMPONENT.read_text("utf-8"), IMAGE, URL, b"abc  file\n")
    defaults = [header(text)[name]["default"] for name in ("image", "tool-url", "tool-sha256")]
    assert defaults == [IMAGE, URL, hashlib.sha256(b"abc  file\n").hexdigest()]
    assert content(text) == content()


def test_component__sums__are_what_sha256sum_checks(tmp_path: Path) -> None:
    """The list has coreutils' form, and names files, not paths."""
    (tmp_path / "alert24-deploy.pyz").write_bytes(b"abc")
    line = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  alert24-deploy.pyz\n"
    assert release.sums(tmp_path) == line


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
    names = "services api-url respect-existing-maintenance description fail-on-unreachable timeout record-change change"
    for name in f"{names} lane max-duration incident-on-failure".split():
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
