"""The environment of one stage: the job's own comes first, the runner's wins (ContainerActionHandler.cs)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

# The part of the github context that a step sees as GITHUB_* (GitHubContext.cs). Anything else is the user's.
_SHOWN = frozenset(
    """
        action action_path action_ref action_repository actor actor_id api_url artifacts artifacts_list base_ref env
        event_name event_path graphql_url head_ref job output path ref ref_name ref_protected ref_type repository
        repository_id repository_owner repository_owner_id retention_days run_attempt run_id run_number server_url
        sha state step_summary triggering_actor workflow workflow_ref workflow_sha workspace
    """.split()
)

_DEFAULT_GITHUB = {
    "actor": "octocat",
    "api_url": "https://api.github.test",
    "base_ref": "",
    "event_name": "push",
    "graphql_url": "https://api.github.test/graphql",
    "head_ref": "",
    "ref": "refs/heads/main",
    "ref_name": "main",
    "ref_type": "branch",
    "repository": "octo/shop",
    "repository_owner": "octo",
    "run_attempt": "1",
    "run_id": "4711",
    "run_number": "42",
    "server_url": "https://github.test",
    "sha": "0123456789abcdef0123456789abcdef01234567",
    "token": "ghs_" + "t" * 36,
    "workflow": "Deploy",
}


class Directories:
    """Where a job lives on the runner's machine; all of it is made."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.workspace = root / "shop" / "shop"  # the checkout, where steps start
        self.temp = root / "_temp"  # RUNNER_TEMP
        self.home = self.temp / "_github_home"  # HOME of container actions
        self.workflow = self.temp / "_github_workflow"  # where the event's file is
        self.file_commands = self.temp / "_runner_file_commands"  # where the files of each stage are
        for directory in (self.workspace, self.home, self.workflow, self.file_commands):
            directory.mkdir(parents=True, exist_ok=True)


def github_context(
    directories: Directories, job: str, event: Mapping[str, object], given: Mapping[str, str]
) -> dict[str, str]:
    """The github context of a job, with the event written where GITHUB_EVENT_PATH says."""
    event_path = directories.workflow / "event.json"
    event_path.write_text(json.dumps(event), "utf-8")
    paths = {"workspace": str(directories.workspace), "event_path": str(event_path)}
    return {**_DEFAULT_GITHUB, "job": job, **paths, **given}


def runner_context(directories: Directories, debug: bool) -> dict[str, str]:
    """The runner context of a job; `debug` is there only where it is on."""
    shown = {
        "arch": "X64",
        "environment": "self-hosted",
        "name": "test-runner",
        "os": "Linux",
        "temp": str(directories.temp),
        "tool_cache": str(directories.root / "_tool"),
        "workspace": str(directories.root / "shop"),
    }
    return {**shown, "debug": "1"} if debug else shown


def stage_environment(
    *,
    user: Mapping[str, str],
    state: Mapping[str, str],
    inputs: Mapping[str, str],
    action: Mapping[str, str],
    github: Mapping[str, str],
    runner: Mapping[str, str],
    home: str,
) -> dict[str, str]:
    """The environment of one stage of a docker action, each layer over the ones before.

    Args:
        user: what workflow, job, earlier steps and the step itself set.
        state: what earlier stages of the same step saved.
        inputs: the inputs of this stage.
        action: the action's own `runs.env`, which overrides nothing.
        github: the github context, with this stage's file commands in it.
        runner: the runner context.
        home: HOME.
    """
    environment = dict(user)
    environment |= {f"STATE_{key}": value for key, value in state.items()}
    environment |= {input_variable(name): value for name, value in inputs.items()}
    environment = {**action, **environment, "HOME": home}
    environment |= {f"GITHUB_{key.upper()}": value for key, value in github.items() if key in _SHOWN}
    environment |= {f"RUNNER_{key.upper()}": value for key, value in runner.items()}
    environment |= {"ACTIONS_RUNTIME_URL": "https://runtime.github.test/", "ACTIONS_RUNTIME_TOKEN": "runtime-token"}
    environment["GITHUB_ACTIONS"] = "true"
    environment.setdefault("CI", "true")
    return environment


def input_variable(name: str) -> str:
    """The variable of an input: blanks become underscores, hyphens stay."""
    return "INPUT_" + name.replace(" ", "_").upper()
