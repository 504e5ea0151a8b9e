"""README's example with a release's own files, in images with and without what could run or fetch them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

import component as release
from alert24_sandbox import Sandbox
from helpers.key_watch import KeyWatch

from .bare_root import BareRoot
from .jobs import Ended, Machine
from .release import BINARY, PYZ, SUMS
from .rendering import COMPONENT, job, load, render

# Building the binary takes half a minute.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

ROOT = COMPONENT.parent
EXAMPLE = ROOT / "examples" / "gitlab" / "deploy.yml"
# What the image has, and which file runs there.
FILES = {"python3": PYZ, "curl": BINARY, "busybox wget": BINARY, "nothing but busybox": BINARY}
IMAGES = list(FILES)


@pytest.fixture(scope="session")
def dist(pyz: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release's files: the single file, the binary and their checksums."""
    folder = tmp_path_factory.mktemp("dist")
    shutil.copy(pyz, folder / PYZ)
    subprocess.run([sys.executable, ROOT / "release" / "binary.py", folder], check=True, stdout=subprocess.PIPE)
    subprocess.run([sys.executable, ROOT / "release" / "component.py", "sums", folder], check=True)
    return folder


@pytest.fixture
def component(dist: Path, httpserver: HTTPServer) -> str:
    """The component as the release script fills it in, for a server that has the files."""
    for file in dist.iterdir():
        httpserver.expect_request(f"/v1.2.3/{file.name}").respond_with_data(file.read_bytes())
    url = httpserver.url_for("/v1.2.3")
    return release.released(COMPONENT.read_text("utf-8"), "none", url, (dist / SUMS).read_bytes())


@pytest.fixture
def machine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, key_watch: KeyWatch) -> Machine:
    """A machine like one of `IMAGES`."""
    root = tmp_path_factory.mktemp("machine")
    if request.param == IMAGES[-1]:
        return BareRoot(root, key_watch)
    machine = Machine(root, key_watch)
    if request.param == "python3":
        machine.install_python()
    elif request.param == "curl":
        machine.install_system("curl")
    else:
        machine.install("wget", 'exec /usr/bin/busybox wget "$@"')
    return machine


def run(machine: Machine, component: str, page: Sandbox, *lines: str, ending: str = "") -> Ended:
    """Run README's example with these lines as `deploy.sh`."""
    example = load(EXAMPLE.read_text("utf-8"))
    (include,) = example.pop("include")
    page.add_service("Payments API")
    machine.project_variables |= {"ALERT24_API_KEY": page.add_key(), "ALERT24_API_URL": page.url}
    script = machine.project / "deploy.sh"
    script.write_text("\n".join(["#!/bin/sh", "set -e", *lines]) + "\n")
    script.chmod(0o755)
    deployment = job({**render(include["inputs"], component), **example}, "deploy")
    return machine.run({**deployment, "script": [deployment["script"]]}, ending=ending)


def seen(page: Sandbox) -> list[str]:
    """What visitors saw."""
    return [event.after for event in page.events]


@pytest.mark.parametrize("machine", IMAGES, indirect=True)
@pytest.mark.parametrize(
    ("line", "ending", "after"),
    [
        ("true", "", "operational"),
        ("exit 7", "", "down"),
        ("exit 7", "canceled", "degraded"),
        ("exit 7", "timedout", "down"),
    ],
    ids=["success", "failure", "cancelled", "script timeout"],
)
def test_readme__pasted__in_any_image(
    machine: Machine, component: str, sandbox: Sandbox, line: str, ending: str, after: str
) -> None:
    """The example works as it stands, also where the script removes all that git doesn't know."""
    ended = run(machine, component, sandbox, 'rm -rf "$CI_PROJECT_DIR"/* "$CI_PROJECT_DIR"/.[!.]*', line, ending=ending)
    assert (seen(sandbox), ended.after_code) == (["maintenance", after], 0), ended.log
    assert ended.status == (ending or ("success" if line == "true" else "failed"))


@pytest.mark.parametrize(("machine", "file"), list(FILES.items()), indirect=["machine"])
def test_readme__pasted__fetches_one_file(
    machine: Machine, component: str, sandbox: Sandbox, httpserver: HTTPServer, file: str
) -> None:
    """What can run is fetched, once, and nothing is left of it afterwards."""
    assert run(machine, component, sandbox, "true").green
    assert [request.path for request, _ in httpserver.log] == [f"/v1.2.3/{SUMS}", f"/v1.2.3/{file}"]
    assert not list(machine.root.rglob("alert24-deploy*"))


@pytest.mark.parametrize("machine", ["curl"], indirect=True)
def test_finish__in_the_script__writes_nothing(machine: Machine, component: str, sandbox: Sandbox) -> None:
    """`finish --outcome auto` in the job's own script is a mistake: the job's status is still `running`."""
    example = {"extends": ".alert24-deploy", "script": ["alert24_deploy finish --outcome auto || echo code $?"]}
    sandbox.add_service("Payments API")
    machine.project_variables |= {"ALERT24_API_KEY": sandbox.add_key(), "ALERT24_API_URL": sandbox.url}
    configuration = {**render({"services": ["Payments API"]}, component), "deploy": example}
    ended = machine.run(job(configuration, "deploy"))
    ended.says("code 2", "the job goes on")
    assert (ended.green, seen(sandbox)) == (True, ["maintenance", "operational"])
