"""How the component's scripts get the tool in an image that hasn't it, and what becomes of a job where they can't."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from werkzeug import Request, Response

from .release import ALL, BINARY, PYZ, SUMS, Release, pyz, sums

pytestmark = pytest.mark.slow

# Debian's packages of these are among those that .ci/run installs.
E2E = pytest.mark.e2e
TOKEN = "a job's token"


def only(release: Release, downloader: str) -> None:
    """Leave nothing on the machine that downloads but this."""
    release.machine.remove("python3")
    if downloader == "curl":
        release.machine.install_system("curl")
    elif downloader == "wget":
        release.machine.install("wget", 'exec busybox wget "$@"')
        release.machine.install_system("busybox")
    else:
        release.machine.install_python((3, 9))


# What downloads, what of the release runs then.
DOWNLOADERS = [
    pytest.param("curl", marks=E2E),
    pytest.param("wget", marks=E2E),
    "old python3",
]


def test_fetch__python_in_the_image__single_file_fetched_once(release: Release) -> None:
    """The single file is fetched before start, and is there for finish; afterwards nothing is left of it."""
    release.serve()
    assert release.run().green
    assert (release.calls, release.requested) == (ALL, [SUMS, PYZ])
    assert list(release.machine.temporary.iterdir()) == []


@pytest.mark.parametrize("downloader", DOWNLOADERS)
def test_fetch__no_python_in_the_image__binary(release: Release, downloader: str) -> None:
    """Without a Python that serves, the platform's binary is fetched by whatever can download."""
    only(release, downloader)
    release.serve()
    ended = release.run()
    assert ended.green, ended.log
    assert (release.calls, release.requested) == (ALL, [SUMS, BINARY])


@pytest.mark.parametrize(
    "shell",
    [
        pytest.param(["dash"], id="dash"),
        pytest.param(["bash"], id="bash"),
        pytest.param(["bash", "--posix", "-u"], id="bash -u"),
        pytest.param(["busybox", "ash"], id="busybox", marks=E2E),
    ],
)
@pytest.mark.parametrize("python", [True, False])
def test_fetch__any_shell__works(release: Release, shell: list[str], python: bool) -> None:
    """The script keeps to what every shell of an image knows."""
    release.machine.shell = shell
    if not python:
        only(release, "old python3")
    release.serve()
    ended = release.run()
    assert ended.green, ended.log
    assert release.calls == ALL


def test_fetch__tool_in_the_image__nothing_fetched(release: Release) -> None:
    """A tool on PATH is taken as it is."""
    release.machine.install("alert24-deploy", 'echo on PATH $1 >>calls; : >"$ALERT24_STATE"')
    assert release.run().green
    assert (release.calls, release.requested) == (["on PATH start", "deployed", "on PATH finish"], [])


@pytest.mark.parametrize("computes", ["sha256sum", "shasum", "python3"])
def test_checksum__by_whatever_computes_it(release: Release, computes: str) -> None:
    """The checksum is computed by coreutils, by Perl's program, or by Python."""
    release.serve()
    if computes != "sha256sum":
        release.machine.remove("sha256sum")
    if computes == "shasum":
        release.machine.install("shasum", "exec /usr/bin/sha256sum")
    assert release.run().green
    assert release.calls == ALL


def _changed(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "one byte changed": _changed,
    "truncated": lambda content: content[:-1],
    "empty": lambda _: b"",
    "another program": lambda _: pyz("another"),
}


# The content, the file and the rule meet nowhere in the script, so each is tried once.
@pytest.mark.parametrize(
    ("which", "spoil", "rule"),
    [*((PYZ, spoil, "never") for spoil in SPOILT.values()), (SUMS, _changed, "never"), (PYZ, _changed, "always")],
    ids=[*SPOILT, "checksums", "always"],
)
def test_checksum__of_another_file__never_runs(
    release: Release, which: str, spoil: Callable[[bytes], bytes], rule: str
) -> None:
    """A file that isn't the released one fails the job before anything runs, whatever fail-on-unreachable says."""
    content = {SUMS: sums(release.files), **release.files}[which]
    release.serve({which: spoil(content)})
    ended = release.run(**{"fail-on-unreachable": rule})
    assert (ended.status, release.calls) == ("failed", [])
    ended.says("checksum", "tool-sha256" if which == SUMS else SUMS, "never began")


def _gitlab(release: Release, storage: bool) -> list[tuple[str, str | None]]:
    """Serve the release as this GitLab's package registry, perhaps with its files in an object storage; note tokens."""
    seen: list[tuple[str, str | None]] = []
    variables = release.machine.project_variables
    api = release.server.url_for("/api/v4")
    variables |= {"CI_API_V4_URL": api, "CI_JOB_TOKEN": TOKEN, "ALERT24_TOOL_URL": f"{api}/packages"}

    def answer(request: Request) -> Response:
        seen.append((request.path, request.headers.get("JOB-TOKEN")))
        place = request.path.replace("/api/v4/packages", "/storage")
        if storage and place != request.path:
            return Response(status=302, headers={"Location": release.server.url_for(place)})
        contents = {SUMS: sums(release.files), **release.files}
        return Response(contents[request.path.rpartition("/")[2]])

    for name in (SUMS, PYZ, BINARY):
        for folder in ("/api/v4/packages", "/storage"):
            release.server.expect_request(f"{folder}/{name}").respond_with_handler(answer)
    return seen


@pytest.mark.parametrize("storage", [False, True], ids=["direct", "redirected"])
@pytest.mark.parametrize("downloader", [pytest.param("curl", marks=E2E), "old python3"])
def test_token__same_gitlab__sent_there_alone(release: Release, downloader: str, storage: bool) -> None:
    """The job token goes to this GitLab's API, not to where that redirects, and is no program's argument."""
    only(release, downloader)
    if downloader == "curl":
        release.machine.install("curl", 'echo "$@" >>arguments; exec /usr/bin/curl "$@"')
    seen = _gitlab(release, storage)
    ended = release.run()
    assert ended.green, ended.log
    assert release.calls == ALL
    assert {path.startswith("/api/") for path, token in seen if token == TOKEN} == {True}
    assert [token for path, token in seen if path.startswith("/storage/")] == [None] * (2 if storage else 0)
    arguments = release.machine.project / "arguments"
    assert not arguments.exists() or TOKEN not in arguments.read_text()


@pytest.mark.parametrize("downloader", DOWNLOADERS)
def test_token__another_server__not_sent(release: Release, downloader: str) -> None:
    """A server whose address only begins like GitLab's gets no token."""
    only(release, downloader)
    release.machine.project_variables |= {"CI_API_V4_URL": release.server.url_for("/v"), "CI_JOB_TOKEN": TOKEN}
    release.serve()
    assert release.run().green
    assert [request.headers.get("JOB-TOKEN") for request, _ in release.server.log] == [None, None]


def test_token__wget__never_gets_it(release: Release) -> None:
    """A token would be on the command line of wget, for everybody on the machine to see."""
    release.machine.remove("python3")
    release.machine.install("wget", 'echo "$@" >>arguments; exit 8')
    api = release.server.url_for("/api/v4")
    release.machine.project_variables |= {"CI_API_V4_URL": api, "CI_JOB_TOKEN": TOKEN, "ALERT24_TOOL_URL": f"{api}/a"}
    release.run().says("install curl")
    assert TOKEN not in (release.machine.project / "arguments").read_text()


# fail-on-unreachable, whether the deployment goes on.
RULES = [("never", True), ("finish", True), ("always", False)]


def _lost(release: Release) -> dict[str, object]:
    release.server.expect_request(f"/v1/{SUMS}").respond_with_data(b"", 503)
    return {}


def _nobody_listens(_: Release) -> dict[str, object]:
    return {"tool-url": "http://127.0.0.1:9"}


def _half_there(release: Release) -> dict[str, object]:
    release.server.expect_request(f"/v1/{SUMS}").respond_with_data(sums(release.files))
    release.server.expect_request(f"/v1/{PYZ}").respond_with_data(b"", 404)
    return {}


UNREACHABLE = {"HTTP Error 503": _lost, "Connection refused": _nobody_listens, "HTTP Error 404": _half_there}


@pytest.mark.parametrize(
    ("why", "rule", "deployed"),
    [("Connection refused", *rule) for rule in RULES] + [(why, "finish", True) for why in UNREACHABLE],
)
def test_unreachable__fail_on_unreachable_decides(release: Release, why: str, rule: str, deployed: bool) -> None:
    """A download that fails stops the deployment or not, and never fails a job after it: nothing changed."""
    ended = release.run(**UNREACHABLE[why](release), **{"fail-on-unreachable": rule})
    ended.says(why)
    assert (release.calls == ["deployed"], ended.status == "success", ended.after_code) == (deployed, deployed, 0)


@pytest.mark.parametrize(("failures", "calls"), [(3, ["deployed"]), (2, ALL)])
def test_unreachable__some_failures__tried_again_but_not_at_finish(
    release: Release, failures: int, calls: list[str]
) -> None:
    """Finish fetches nothing, because GitLab takes the job token away when a job is cancelled."""
    for _ in range(failures):
        release.server.expect_oneshot_request(f"/v1/{SUMS}").respond_with_data(b"", 503)
    release.serve()
    ended = release.run()
    assert (ended.green, release.calls, release.requested.count(SUMS)) == (True, calls, 3)
    ended.says("" if calls == ALL else "no status was changed")


def _prepare(release: Release, why: str) -> None:
    machine = release.machine
    if "python3" in why:
        machine.remove("python3")
        if "sha256sum" in why:
            machine.remove("sha256sum")
            machine.install("curl", "exit 1")
        return
    machine.install_python((3, 9))
    machine.install("uname", f"echo {'Darwin arm64' if 'Darwin' in why else 'Linux aarch64'}")
    release.serve()


# What is said, if the image has not what is named.
IMAGES = [
    "none of curl, wget and python3",
    "none of sha256sum, shasum and python3",
    "'Darwin arm64'",
    "no alert24-deploy-linux-arm64",
]


@pytest.mark.parametrize("why", IMAGES)
def test_image__no_tool_can_run__job_fails_before_the_deployment(release: Release, why: str) -> None:
    """What is wrong with an image is said before the deployment, whatever fail-on-unreachable says."""
    _prepare(release, why)
    ended = release.run(**{"fail-on-unreachable": "never"})
    assert (ended.status, release.calls, ended.after_code) == ("failed", [], 0)
    ended.says(why, "never began")


def test_image__file_that_cannot_run__job_fails_before_the_deployment(release: Release) -> None:
    """A binary that the image can't run, for one of another processor, stops the job, too."""
    release.files[BINARY] = b"#!/no/such/interpreter\n"
    only(release, "old python3")
    release.serve()
    ended = release.run(**{"tool-sha256": hashlib.sha256(sums(release.files)).hexdigest()})
    assert (ended.status, release.calls, ended.after_code) == ("failed", [], 0)
    ended.says("can't run here")


@pytest.mark.parametrize("left_out", ["tool-url", "tool-sha256"])
def test_missing__nowhere_to_fetch_it__job_fails(release: Release, left_out: str) -> None:
    """An image without the tool, and no word of where to fetch it, is a mistake that fails at once."""
    ended = release.run(**{left_out: "none", "fail-on-unreachable": "never"})
    assert (ended.status, release.calls, ended.after_code) == ("failed", [], 0)
    ended.says("this image has no alert24-deploy", "tool-url and tool-sha256")


def test_error__from_the_server__is_one_harmless_line(release: Release) -> None:
    """What a server answers can't write sections or colours into the job's log."""
    status = "404 \x1b[0Ksection_start:1:x"
    release.server.expect_request(f"/v1/{SUMS}").respond_with_response(Response(status=status))
    ended = release.run(**{"fail-on-unreachable": "always"})
    ended.says("HTTP Error 404")
    assert "\x1b[0K" not in ended.log
