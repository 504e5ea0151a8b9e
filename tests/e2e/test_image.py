"""The image by itself: what is in it, and what it needs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from alert24_sandbox import Sandbox
from helpers.action_workflows import Workflow, silent
from helpers.github_runner import ContainerExecutor

from .conftest import NETWORK

pytestmark = pytest.mark.e2e

Docker = Callable[..., str]
Inside = Callable[..., str]


@pytest.fixture
def docker(engine_address: str) -> Docker:
    """Runs the docker command, and gives what it printed."""

    def run(*arguments: str) -> str:
        command = ["docker", "--host", engine_address, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    return run


@pytest.fixture
def inside(docker: Docker, image: str) -> Inside:
    """Runs shell commands in the image."""

    def run(commands: str, *options: str) -> str:
        return docker("run", "--rm", *NETWORK, *options, "--entrypoint", "sh", image, "-c", commands).strip()

    return run


def test_image__without_arguments__is_the_command_line(docker: Docker, image: str) -> None:
    """The entry point is the tool itself, in exec form, for root."""
    (config,) = json.loads(docker("image", "inspect", image))
    assert config["Config"]["Entrypoint"] == ["/usr/local/bin/alert24-deploy"]
    assert config["Config"]["User"] in ("", "root", "0")
    assert docker("run", "--rm", *NETWORK, image, "--version").startswith("alert24-deploy ")


def test_image__labels__say_where_it_comes_from(docker: Docker, image: str) -> None:
    """The build's arguments are the image's labels."""
    (config,) = json.loads(docker("image", "inspect", image))
    labels = config["Config"]["Labels"]
    assert labels["org.opencontainers.image.title"] == "alert24-deploy"
    assert labels["org.opencontainers.image.version"] == "1.2.3"
    assert labels["org.opencontainers.image.revision"] == "abc"


def test_image__programs__ignore_the_job_s_python(inside: Inside) -> None:
    """All three programs are there, isolated and unbuffered, and none goes through a shell."""
    names = ("alert24-deploy", "alert24-deploy-main", "alert24-deploy-post")
    for name in names:
        first = inside(f"head -n 1 /usr/local/bin/{name}")
        assert first == "#!/opt/alert24-deploy/bin/python3 -Iu"


def test_image__contents__are_the_runtime_s_alone(inside: Inside) -> None:
    """No PyGithub and its tree, no pip, no build tools, no tests."""
    installed = inside("ls /opt/alert24-deploy/lib/python3.*/site-packages").split()
    assert {"alert24_deploy", "actions_toolkit", "click", "requests"} <= set(installed)
    assert not {"github", "nacl", "pip", "hatchling", "werkzeug", "tests"} & set(installed)
    assert int(inside("du -sm /opt/alert24-deploy").split()[0]) < 20


def test_image__bytecode__is_there_and_never_checked(inside: Inside) -> None:
    """Every module is compiled, so that a start writes nothing and looks at no source."""
    site = "/opt/alert24-deploy/lib/python3.*/site-packages"
    sources = int(inside(f"find {site} -name '*.py' | wc -l"))
    compiled = inside(f"for f in $(find {site} -name '*.pyc'); do head -c 8 $f | tail -c 4 | od -An -tx1; done").split(
        "\n"
    )
    # The flags in a file's head: hash-based, and not to be checked (PEP 552).
    assert len(compiled) >= sources > 0
    assert set(compiled) == {" 01 00 00 00"} or {line.strip() for line in compiled} == {"01 00 00 00"}


def test_image__shell__is_there_for_gitlab(inside: Inside) -> None:
    """GitLab's runner starts a job's script by `sh`."""
    assert inside("command -v alert24-deploy && id -u") == "/usr/local/bin/alert24-deploy\n0"


def test_image__read_only__has_all_it_needs(image: str, engine_address: str, tmp_path: Path, sandbox: Sandbox) -> None:
    """A whole deployment works where nothing can be written but what the runner mounts."""
    executor = ContainerExecutor(
        image, engine_address, (*NETWORK, "--read-only", "--cap-drop", "ALL", "--cap-add", "DAC_OVERRIDE")
    )
    workflow = Workflow(tmp_path, executor, sandbox)
    job = workflow.job()
    workflow.page(job)
    job.run(lambda _: 0)
    result = job.execute()
    assert (result.status, workflow.statuses()) == ("success", ("operational", "operational"))
    assert silent(result)


def test_image__key__is_in_no_layer_and_no_command_line(
    docker: Docker, container_executor: ContainerExecutor, tmp_path: Path, sandbox: Sandbox
) -> None:
    """While a stage runs, the key is in no process list, no container's command, and nothing of the image.

    In the environment that `docker inspect` shows of the container it is, and can't but be: that is how GitHub's
    runner hands over inputs.
    """
    workflow = Workflow(tmp_path, container_executor, sandbox)
    held = sandbox.hold(method="GET")
    job = workflow.job()
    workflow.page(job)
    seen: list[str] = []

    def look() -> None:
        held.wait_until_reached(timeout=30)
        (container,) = docker("ps", "--quiet", "--filter", f"label={container_executor.label}").split()
        (details,) = json.loads(docker("inspect", container))
        seen.append(json.dumps([details["Path"], details["Args"], details["Name"], details["Config"]["Labels"]]))
        seen.append(docker("top", container, "-eo", "pid,args"))
        seen.append(subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True).stdout)
        seen.append(docker("image", "inspect", container_executor.image))
        seen.append(docker("history", "--no-trunc", container_executor.image))
        held.release()

    job.execute_with(look)
    assert "alert24-deploy-main" in seen[1]
    assert [index for index, text in enumerate(seen) if workflow.key in text] == []


def test_image__cancelled__ends_at_the_first_signal(
    container_executor: ContainerExecutor, tmp_path: Path, sandbox: Sandbox
) -> None:
    """As the container's first process, which has no default actions, the program obeys SIGINT by itself."""
    workflow = Workflow(tmp_path, container_executor, sandbox)
    held = sandbox.hold(method="GET")
    job = workflow.job()
    workflow.page(job)

    def interrupt() -> None:
        held.wait_until_reached(timeout=30)
        job.cancel()

    result = job.execute_with(interrupt)
    # 130 is the program's own answer to SIGINT; had it taken SIGTERM or SIGKILL, the code would tell.
    assert (result.step("page").exit_code, workflow.untouched()) == (130, True)
