"""The examples for other CIs and for Kubernetes: the commands in them, in the order in which they would be run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from .stage import EXAMPLES, Stage

pytestmark = pytest.mark.slow

ENTRYPOINT = "alert24-deploy"
ENDINGS = [(0, ["maintenance", "operational"]), (1, ["maintenance", "down"])]


def _hooks(file: str, annotation: str) -> dict[str, Mapping[str, Any]]:
    """The container of each job, by each of its hooks."""
    jobs = yaml.safe_load_all((EXAMPLES / file).read_text())
    found = {}
    for job in jobs:
        (container,) = job["spec"]["template"]["spec"]["containers"]
        found.update(dict.fromkeys(job["metadata"]["annotations"][annotation].split(","), container))
    return found


def _start_container(stage: Stage, container: Mapping[str, Any]) -> int:
    """Run the image's entry point with a container's arguments, in a folder of its own: pods share none."""
    plain = {entry["name"]: entry["value"] for entry in container["env"] if "value" in entry}
    secret = [entry["name"] for entry in container["env"] if "valueFrom" in entry]
    assert secret == ["ALERT24_API_KEY"]
    pod = stage.folder / f"pod-{len(list(stage.folder.glob('pod-*')))}"
    pod.mkdir()
    args = [word.replace("/tmp/", f"{pod}/") for word in container["args"]]  # noqa: S108 - the container's, not ours
    return stage.shell(f"cd {shlex.quote(str(pod))} && exec {shlex.join([ENTRYPOINT, *args])}", plain).code


HELM = ("helm/hooks.yaml", "helm.sh/hook")
ARGO_CD = ("argo-cd/hooks.yaml", "argocd.argoproj.io/hook")


@pytest.mark.parametrize(
    ("where", "hooks", "shown"),
    [
        (HELM, "pre-upgrade post-upgrade", ["maintenance", "operational"]),
        (HELM, "pre-upgrade pre-rollback post-rollback", ["maintenance", "operational"]),
        (HELM, "pre-upgrade", ["maintenance"]),
        (ARGO_CD, "PreSync PostSync", ["maintenance", "operational"]),
        (ARGO_CD, "PreSync SyncFail", ["maintenance", "down"]),
    ],
)
def test_hooks__in_order__change_the_page(stage: Stage, where: tuple[str, str], hooks: str, shown: list[str]) -> None:
    """Helm's upgrade and rollback end the maintenance, its failed upgrade has no hook; Argo CD's sync shows its end."""
    jobs = _hooks(*where)
    assert {_start_container(stage, jobs[hook]) for hook in hooks.split()} == {0}
    assert list(dict.fromkeys(stage.shown("Payments API"))) == shown


@pytest.mark.expects_warnings("a monitor has found the service down")
def test_argo_cd__monitor_says_down__success_does_not_hide_it(stage: Stage) -> None:
    """Without a state, too, the worse report stands."""
    jobs = _hooks("argo-cd/hooks.yaml", "argocd.argoproj.io/hook")
    _start_container(stage, jobs["PreSync"])
    stage.sandbox.set_status("Payments API", "down")
    _start_container(stage, jobs["PostSync"])
    assert stage.shown("Payments API") == ["maintenance", "down"]


def _jenkins(section: str, path: Path = EXAMPLES / "jenkins/Jenkinsfile") -> list[str]:
    """The shell commands of a section; Groovy's escapes in them are of backslashes and quotes alone."""
    text = path.read_text()
    found = re.search(rf"^ +{section} \{{\n((?: +sh '.*'\n)+) +\}}$", text, re.MULTILINE)
    assert found
    return [re.sub(r"\\(.)", r"\1", command) for command in re.findall(r"sh '(.*)'", found[1])]


@pytest.mark.parametrize(
    ("key", "deployment", "section", "shown"),
    [
        ("", 0, "success", ["maintenance", "operational"]),
        ("", 1, "failure", ["maintenance", "down"]),
        ("", 1, "aborted", ["maintenance", "degraded"]),
        ("wrong", 0, "failure", []),
    ],
    ids=["succeeds", "fails", "aborted", "wrong key"],
)
def test_jenkins__stage_ends__page_follows(
    stage: Stage, key: str, deployment: int, section: str, shown: list[str]
) -> None:
    """The steps run until one fails; then the section of `post` for that ending does."""
    stage.program("./deploy.sh", code=deployment)
    env = {"ALERT24_API_KEY": key} if key else {}
    codes = _until_failure(stage, _jenkins("steps"), env)
    assert (codes[-1] == 0) == (section == "success")
    _until_failure(stage, _jenkins(section), {})
    assert stage.shown("Payments API") == shown


def _until_failure(stage: Stage, commands: list[str], env: Mapping[str, str]) -> list[int]:
    codes: list[int] = []
    for command in commands:
        codes.append(stage.shell(command, env).code)
        if codes[-1]:
            break
    return codes


@pytest.mark.parametrize(("deployment", "shown"), ENDINGS, ids=["succeeds", "fails"])
def test_circleci__steps__page_follows(stage: Stage, deployment: int, shown: list[str]) -> None:
    """After a failure only the steps `when: on_fail` are run."""
    _circleci(stage, EXAMPLES / "circleci/config.yml", deployment)
    assert stage.shown("Payments API") == shown


def _circleci(stage: Stage, path: Path, deployment: int) -> None:
    stage.program("pip")
    stage.program("./deploy.sh", code=deployment)
    steps = yaml.safe_load(path.read_text())["jobs"]["deploy"]["steps"]
    failed = False
    for step in (step["run"] for step in steps if isinstance(step, dict)):
        run = step if isinstance(step, dict) else {"command": step}
        if failed == (run.get("when", "on_success") == "on_fail"):
            failed = stage.shell(run["command"]).code != 0 or failed
    assert failed == bool(deployment)


def _run_jenkins(stage: Stage, path: Path, deployment: int) -> None:
    stage.program("./deploy.sh", code=deployment)
    _until_failure(stage, _jenkins("steps", path), {})
    _until_failure(stage, _jenkins("failure" if deployment else "success", path), {})


def _run_make(stage: Stage, path: Path, deployment: int) -> None:
    stage.program("./deploy.sh", code=deployment)
    stage.program("./rollback.sh", code=1)
    stage.run(["make", "-f", path, "deploy"])


@pytest.mark.parametrize(("deployment", "shown"), ENDINGS, ids=["succeeds", "fails"])
@pytest.mark.parametrize(("platform", "run"), [("jenkins", _run_jenkins), ("circleci", _circleci), ("make", _run_make)])
def test_init__what_it_prints__page_follows(
    stage: Stage, platform: str, run: Callable[[Stage, Path, int], None], deployment: int, shown: list[str]
) -> None:
    """The commands in the file of `init` set the services that it was given, whatever their names."""
    odd = 'Tom\'s "EU", $HOME $(id) `id` << x >> #1'
    stage.sandbox.add_service(odd)
    given = ["alert24-deploy", "init", platform, "--json", "--write", "-s", odd, "-s", "Payments API"]
    path = stage.folder / stage.run(given).document["path"]
    run(stage, path, deployment)
    assert stage.shown(odd) == stage.shown("Payments API") == shown


def test_jenkins__finish_without_a_start__leaves_the_page_alone(stage: Stage, tmp_path: Path) -> None:
    """Where a stage failed before `start`, its `post` has no services to turn down."""
    (command,) = _jenkins("failure")
    assert stage.shell(command).code == 2
    assert (stage.shown("Payments API"), (tmp_path / ".alert24-deploy").exists()) == ([], False)


def test_gitlab__job__extends_the_component() -> None:
    """The example names the component's hidden job, and gives it an input that it has."""
    example = yaml.safe_load((EXAMPLES / "gitlab/deploy.yml").read_text())
    # GitLab's own tags are in the second document, which is therefore not read as YAML.
    spec, jobs = (EXAMPLES.parent / "gitlab-ci-component.yml").read_text().split("\n---\n")
    assert f"\n{example['deploy']['extends']}:\n" in jobs
    assert set(example["include"][0]["inputs"]) <= set(yaml.safe_load(spec)["spec"]["inputs"])
