"""The examples that a shell, make or cron runs."""

from __future__ import annotations

import hashlib
import shutil

import pytest
from pytest_httpserver import HTTPServer

from .stage import EXAMPLES, Stage

pytestmark = pytest.mark.slow

ENDINGS = [(0, ["maintenance", "operational"]), (3, ["maintenance", "down"])]


@pytest.mark.parametrize(("code", "shown"), ENDINGS, ids=["succeeds", "fails"])
def test_start_finish__deployment_ends__page_and_exit_code_follow(stage: Stage, code: int, shown: list[str]) -> None:
    """The script around a deployment ends with its exit code, and stops before it if the page can't be changed."""
    stage.program("./deploy.sh", code=code)
    assert stage.run([EXAMPLES / "shell/start-finish.sh"], {"ALERT24_API_KEY": "wrong"}).code == 3
    assert (stage.calls, stage.shown("Payments API")) == ([], [])
    assert stage.run([EXAMPLES / "shell/start-finish.sh"]).code == code
    assert stage.shown("Payments API") == shown


def test_run__deployment_fails__is_rolled_back(stage: Stage) -> None:
    """The hook runs after a failure, and the page is as it was before."""
    stage.program("./deploy.sh", code=3)
    stage.program("./rollback.sh")
    assert stage.run([EXAMPLES / "shell/run.sh"]).code == 3
    assert stage.calls == ["deploy.sh", "rollback.sh"]
    assert stage.shown("Payments API") == ["maintenance", "operational"]


@pytest.mark.parametrize(("status", "code", "shown"), [(200, 0, "operational"), (503, 6, "operational")])
def test_verify__url_answers__decides(stage: Stage, httpserver: HTTPServer, status: int, code: int, shown: str) -> None:
    """A script that succeeds is rolled back if the service doesn't answer."""
    httpserver.expect_request("/health").respond_with_data(status=status)
    for name in ("./deploy.sh", "./rollback.sh"):
        stage.program(name)
    script = (
        (EXAMPLES / "shell/verify.sh").read_text().replace("https://payments.example.com/", httpserver.url_for("/"))
    )
    quick = {"ALERT24_VERIFY_INTERVAL": "0.01s", "ALERT24_VERIFY_TIMEOUT": "0.3s"}
    assert stage.shell(script, quick).code == code
    assert stage.calls == ["deploy.sh", "rollback.sh"][: 2 if code else 1]
    assert stage.shown("Payments API") == ["maintenance", shown]


@pytest.mark.parametrize(("rollback", "shown"), [(0, "operational"), (1, "down")])
def test_receivers__deployment_fails__rollback_decides(stage: Stage, rollback: int, shown: str) -> None:
    """Without a key, the URLs of receivers are enough."""
    statuses = {each: each for each in ("operational", "degraded", "down", "maintenance")}
    stage.program("./deploy.sh", code=1)
    stage.program("./rollback.sh", code=rollback)
    urls = stage.sandbox.add_receiver("Payments API", statuses)
    stage.run([EXAMPLES / "shell/receivers.sh"], {"ALERT24_API_KEY": "", "ALERT24_WEBHOOK_URLS": urls})
    assert stage.shown("Payments API") == ["maintenance", shown]


@pytest.mark.parametrize(("code", "shown"), ENDINGS, ids=["succeeds", "fails"])
def test_container__deployment_ends__page_follows(stage: Stage, code: int, shown: list[str]) -> None:
    """What docker is given, behind the image's name, are the command's own words, and the variables by name."""
    stage.program("docker", script=_DOCKER)
    stage.program("./deploy.sh", code=code)
    assert stage.run([EXAMPLES / "shell/container.sh"]).code == code
    assert stage.shown("Payments API") == shown


# The image's entry point with what stands behind the image's name; the folder is the same.
_DOCKER = """
while [ "$1" != ghcr.io/alert24/alert24-deploy:v1 ]; do
  case $2 in *=*) [ "$1" != --env ] || export "$2";; esac
  shift
done
shift
exec alert24-deploy "$@"
"""


@pytest.mark.parametrize("file", ["alert24-deploy.pyz", "alert24-deploy-linux-x86_64"])
@pytest.mark.parametrize("intact", [True, False], ids=["as released", "one byte changed"])
def test_get__file_of_a_release__is_checked_and_installed(
    stage: Stage, httpserver: HTTPServer, file: str, intact: bool
) -> None:
    """The command is there and can be run, or nothing is there by its name."""
    content = b"#!/bin/sh\necho it runs\n"
    files = ("alert24-deploy-linux-arm64", "alert24-deploy-linux-x86_64", "alert24-deploy.pyz")
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name in files)
    httpserver.expect_request("/SHA256SUMS").respond_with_data(sums)
    httpserver.expect_request(f"/{file}").respond_with_data(content if intact else content + b"#")
    released = "https://github.com/alert24/alert24-deploy/releases/download/v1.0.0"
    script = (EXAMPLES / "shell/get.sh").read_text().replace(released, httpserver.url_for("").rstrip("/"))
    choice = [] if file.endswith(".pyz") else [file]
    assert (stage.run(["sh", "-c", script, "get.sh", "tools", *choice]).code == 0) == intact
    command = stage.folder / "tools" / "alert24-deploy"
    assert command.exists() == intact
    assert not intact or stage.run([command]).out == "it runs\n"


@pytest.mark.parametrize(("code", "shown"), [(0, []), (2, ["down"])])
def test_check__of_the_database__sets_the_status(stage: Stage, code: int, shown: list[str]) -> None:
    """The health check that has replaced curl writes only what changes, and nothing during maintenance."""
    stage.program("pg_isready", code=code)
    assert stage.run([EXAMPLES / "from-curl/check-after.sh"]).code == code
    assert stage.shown("Payments API") == shown
    stage.sandbox.set_status("Payments API", "maintenance")
    stage.run([EXAMPLES / "from-curl/check-after.sh"])
    assert stage.shown("Payments API") == [*shown, "maintenance"]


def test_rollback__after_a_failure__puts_back_what_was_before(stage: Stage) -> None:
    """A rollback by itself knows from the deployment's state what the page showed before that."""
    stage.sandbox.set_status("Payments API", "degraded")
    stage.program("./deploy.sh", code=1)
    stage.program("./undo.sh")
    stage.run([EXAMPLES / "shell/start-finish.sh"])
    assert stage.run([EXAMPLES / "shell/separate-rollback.sh"]).code == 0
    assert stage.shown("Payments API") == ["degraded", "maintenance", "down", "maintenance", "degraded"]


@pytest.mark.parametrize(("answer", "shown"), [(202, ["maintenance"]), (500, ["maintenance", "down"])])
@pytest.mark.expects_warnings("a service refuses the rollback")
def test_rollback_url__service_answers__decides(
    stage: Stage, httpserver: HTTPServer, answer: int, shown: list[str]
) -> None:
    """A rollback service that accepts keeps the page in maintenance; one that fails leaves it down."""
    httpserver.expect_request("/hook", method="POST").respond_with_data(status=answer)
    stage.program("./deploy.sh", code=1)
    env = {"ALERT24_ROLLBACK_URL": httpserver.url_for("/hook"), "ALERT24_TIMEOUT": "4s"}
    assert stage.run([EXAMPLES / "shell/rollback-url.sh"], env).code == 1
    assert stage.shown("Payments API") == shown


@pytest.mark.parametrize(
    ("target", "failing", "shown"),
    [
        ("deploy", (), ["maintenance", "operational"]),
        ("deploy", ("deploy.sh",), ["maintenance", "operational"]),
        ("deploy", ("deploy.sh", "rollback.sh"), ["maintenance", "down"]),
        ("rollback", (), ["maintenance", "operational"]),
        ("rollback", ("rollback.sh",), ["maintenance", "down"]),
        ("maintenance", (), ["maintenance"]),
    ],
)
def test_makefile__each_target__changes_the_page(
    stage: Stage, target: str, failing: tuple[str, ...], shown: list[str]
) -> None:
    """Make fails when the deployment or the rollback does, and the page shows it."""
    for name in ("deploy.sh", "rollback.sh"):
        stage.program(f"./{name}", code=1 if name in failing else 0)
    ended = stage.run(["make", "-f", EXAMPLES / "makefile/Makefile", target])
    assert ended.code == (2 if failing else 0)
    assert stage.shown("Payments API") == shown


@pytest.mark.parametrize(
    ("build", "deployment", "shown"),
    [(0, 0, ["maintenance", "operational"]), (0, 1, ["maintenance", "down"]), (1, 0, [])],
    ids=["succeeds", "fails", "not built"],
)
def test_kamal__deployment_ends__page_follows(stage: Stage, build: int, deployment: int, shown: list[str]) -> None:
    """Kamal's hooks tell of the beginning and of success, and bin/deploy of failure."""
    shutil.copytree(EXAMPLES / "kamal/hooks", stage.folder / ".kamal/hooks")
    # What `kamal deploy` does with its hooks: lib/kamal/cli/main.rb.
    script = f"[ {build} = 0 ] || exit 1\n.kamal/hooks/pre-deploy || exit\n[ {deployment} = 0 ] || exit 1\n"
    stage.program("kamal", script=f"{script}.kamal/hooks/post-deploy || exit")
    assert stage.run([EXAMPLES / "kamal/bin/deploy", "-d", "production"]).code == max(build, deployment)
    assert stage.calls == ["kamal deploy -d production"]
    assert stage.shown("Web shop") == shown


def test_kamal__not_built_after_a_success__page_is_not_touched(stage: Stage) -> None:
    """A build that fails is not the failure of the deployment before it."""
    shutil.copytree(EXAMPLES / "kamal/hooks", stage.folder / ".kamal/hooks")
    stage.program("kamal", script=".kamal/hooks/pre-deploy; .kamal/hooks/post-deploy")
    stage.run([EXAMPLES / "kamal/bin/deploy"])
    stage.program("kamal", code=1)
    assert stage.run([EXAMPLES / "kamal/bin/deploy"]).code == 1
    assert stage.shown("Web shop") == ["maintenance", "operational"]


def test_helm__upgrade_fails__helm_rolls_back(stage: Stage) -> None:
    """The script around `helm upgrade` has Helm itself undo what failed."""
    stage.program("helm", script='[ "$1" != upgrade ] || exit 1')
    assert stage.run([EXAMPLES / "helm/upgrade.sh"]).code == 1
    assert [call.split()[:2] for call in stage.calls] == [["helm", "upgrade"], ["helm", "rollback"]]
    assert stage.shown("Payments API") == ["maintenance", "operational"]


@pytest.mark.parametrize(("status", "code", "shown"), [(200, 0, []), (503, 6, ["down"])])
def test_cron__each_line__shows_the_check(
    stage: Stage, httpserver: HTTPServer, status: int, code: int, shown: list[str]
) -> None:
    """A line of the table, run by its shell with its variables, says on the page what the check found three times."""
    httpserver.expect_request("/health").respond_with_data(status=status)
    lines = [line for line in (EXAMPLES / "cron/alert24-check").read_text().splitlines() if not line.startswith("#")]
    variables = dict(line.split("=", 1) for line in lines if "=" in line.split(" ")[0])
    (entry,) = [line for line in lines if line.startswith("*")]
    command = entry.split(None, 5)[5].replace("https://shop.example.com", httpserver.url_for("").rstrip("/"))
    key_file = variables.pop("ALERT24_API_KEY_FILE")
    assert key_file == "/etc/alert24/key"  # the key of this test comes from the environment
    shell, path = variables.pop("SHELL"), variables.pop("PATH")
    assert path.startswith("/usr/local/bin:")  # where the page has the reader install the command
    for now_shown in ([], [], shown):
        ended = stage.run([shell, "-c", command], variables)
        assert (ended.code, stage.shown("Web shop")) == (code, now_shown)


@pytest.mark.parametrize("intact", [True, False], ids=["as released", "one byte changed"])
def test_gitlab_files__release__is_checked_and_uploaded(stage: Stage, httpserver: HTTPServer, intact: bool) -> None:
    """The mirror has what the component downloads, and the script says which checksum to give it; or has nothing."""
    files = {"alert24-deploy.pyz": b"one", "alert24-deploy-linux-x86_64": b"two"}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    uploaded = {**files, "SHA256SUMS": sums.encode()}
    for name, content in uploaded.items():
        (stage.folder / name).write_bytes(content)
        httpserver.expect_request(f"/v1/{name}", "PUT", headers={"PRIVATE-TOKEN": "of-a-test"}).respond_with_data()
    if not intact:
        (stage.folder / "alert24-deploy.pyz").write_bytes(b"0ne")
    script = EXAMPLES / "mirror" / "gitlab-files.sh"
    result = stage.run([script, httpserver.url_for("/v1")], {"GITLAB_TOKEN": "of-a-test"})
    seen = {request.path.rpartition("/")[2]: request.data for request, _ in httpserver.log}
    assert seen == (uploaded if intact else {})
    assert (result.code == 0, result.out) == (
        intact,
        f"{hashlib.sha256(sums.encode()).hexdigest()}\n" if intact else "",
    )
