"""The image by itself: what is in it, and what it needs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from alert24_sandbox import Sandbox
from helpers.action_workflows import Workflow, silent
from helpers.engine.base_image import image_name
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
    """No PyGithub and its tree, no pip, no build tools, no tests, no sandbox, no sources; our license is there."""
    installed = inside("ls /opt/alert24-deploy/lib/python3.*/site-packages").split()
    assert {"alert24_deploy", "actions_toolkit", "click", "requests"} <= set(installed)
    unwanted = {
        "github",
        "nacl",
        "pip",
        "hatchling",
        "werkzeug",
        "tests",
        "bin",
        "charset_normalizer",
        "alert24_sandbox",
    }
    assert unwanted.isdisjoint(installed)
    assert inside("find /opt/alert24-deploy -name '*.py'") == ""
    assert inside("head -n 1 /opt/alert24-deploy/LICENSE") == "MIT License"


def test_image__size__is_at_most_5_mb_over_its_base(docker: Docker, image: str) -> None:
    """The base is as Docker's own: without any bytecode, which the image therefore has to bring."""
    size, base = (int(docker("image", "inspect", "--format", "{{.Size}}", name)) for name in (image, image_name()))
    assert 0 < size - base <= 5_000_000


def test_image__start__compiles_nothing(inside: Inside, sandbox: Sandbox) -> None:
    """Bytecode is there for every module that a deployment uses, also for those of the standard library."""
    given = {"ALERT24_API_URL": sandbox.url, "ALERT24_API_KEY": sandbox.add_key(), "ALERT24_SERVICES": "Payments API"}
    options = [word for name, value in given.items() for word in ("--env", f"{name}={value}")]
    commands = "alert24-deploy start; alert24-deploy finish --outcome success; alert24-deploy run -- true"
    stages = "export GITHUB_ACTIONS=true; alert24-deploy-main; alert24-deploy-post"
    compiled = inside(
        f"touch /mark; {{ {commands}; {stages}; }} >&2; find / -xdev -name '*.pyc' -newer /mark", *options
    )
    assert (compiled, len(sandbox.events)) == ("", 4)


def test_image__certificates__are_the_base_s(inside: Inside) -> None:
    """An image that is built on this one can add a certificate authority as Debian's documentation says."""
    names = "import certifi, os, ssl; ssl.create_default_context(cafile=certifi.where())"
    code = f"{names}; print(os.path.realpath(certifi.where()))"
    assert inside(f"/opt/alert24-deploy/bin/python3 -I -c '{code}'") == "/etc/ssl/certs/ca-certificates.crt"


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
