"""The GitLab component in containers: its own jobs in the real image, a wrapped job in an image without the tool."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from alert24_sandbox import Sandbox
from gitlab.pipelines import Ended, Project, install_runner
from gitlab.release import PYZ, SUMS, sums
from gitlab.rendering import COMPONENT
from helpers.engine import base_image
from helpers.key_watch import KeyWatch

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

# What gitlab-ci-local copies artifacts with; its own helper image is in a registry that can't be reached.
HELPER = "gitlab-helper:test"
HELPER_FILE = f"FROM {base_image.image_name()}\nRUN apt-get update -qq && apt-get install -qq -y rsync\n"
Run = Callable[..., Ended]


@pytest.fixture(scope="module")
def helper(image: str, engine_address: str) -> str:
    """The runner's helper image; `image` has made what it is built from."""
    assert image
    install_runner()
    command = ["docker", "--host", engine_address, "build", "--network", "host", "--tag", HELPER, "-"]
    subprocess.run(command, input=HELPER_FILE.encode(), check=True, env={**os.environ, "DOCKER_BUILDKIT": "0"})
    return HELPER


@pytest.fixture
def pipeline(
    helper: str, engine_address: str, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory, key_watch: KeyWatch
) -> Run:
    """Runs a fixture's pipeline with every job in a container, where DEPLOY is the deployment."""

    def run(fixture: str, deploy: str, **variables: str) -> Ended:
        outside = tmp_path_factory.mktemp("outside")
        project = Project(outside / "project", fixture, key_watch, outside / "home", outside / "bin")
        project.variables |= {"ALERT24_API_URL": sandbox.url, "ALERT24_API_KEY": sandbox.add_key(), "DEPLOY": deploy}
        project.variables |= {"DEPLOY_IMAGE": base_image.image_name(), **variables}
        options = ["--helper-image", helper, "--pull-policy", "if-not-present", "--network", "host"]
        ended = project.start(*options, env={"DOCKER_HOST": engine_address})
        return Ended.of(ended)

    return run


def seen(sandbox: Sandbox) -> list[str]:
    """The statuses of the first service, one after the other."""
    return [event.after for event in sandbox.events if event.service == "Payments API"]


@pytest.mark.parametrize(
    ("deploy", "last", "after"), [("true", "alert24:succeeded", "operational"), ("false", "alert24:failed", "down")]
)
def test_jobs__in_our_image__page_follows(pipeline: Run, sandbox: Sandbox, deploy: str, last: str, after: str) -> None:
    """The component's jobs run in the image that the Dockerfile makes, with GitLab's way to empty its entrypoint."""
    ended = pipeline("containers-jobs", deploy)
    assert ended.jobs == {"alert24:start": "PASS", "deploy": "PASS" if deploy == "true" else "FAIL", last: "PASS"}
    assert seen(sandbox) == ["maintenance", after]


@pytest.mark.parametrize(("deploy", "after"), [("true", "operational"), ("false", "down")])
def test_wrap__in_an_image_without_the_tool__page_follows(
    pipeline: Run, sandbox: Sandbox, httpserver: HTTPServer, tmp_path: Path, deploy: str, after: str
) -> None:
    """A container's own Python and shell fetch, check and run the single file, before and after."""
    built = tmp_path / "alert24-deploy.pyz"
    builder = COMPONENT.parent / "release" / "pyz.py"
    subprocess.run([sys.executable, builder, built], check=True, stdout=subprocess.PIPE)
    files = {PYZ: built.read_bytes()}
    for name, data in {SUMS: sums(files), **files}.items():
        httpserver.expect_request(f"/v1/{name}").respond_with_data(data)
    url, checksum = httpserver.url_for("/v1").rstrip("/"), hashlib.sha256(sums(files)).hexdigest()
    ended = pipeline("containers-wrap", deploy, ALERT24_TOOL_URL=url, ALERT24_TOOL_SHA256=checksum)
    assert ended.jobs == {"deploy": "PASS" if deploy == "true" else "FAIL"}
    assert (seen(sandbox), len(httpserver.log)) == (["maintenance", after], 2)
