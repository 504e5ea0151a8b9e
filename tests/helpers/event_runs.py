"""Runs `phase: event` in the test's own process: a workflow run for each status of somebody else's deployment."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from alert24_deploy.action.stages import main_stage
from alert24_deploy.app.build import Context
from alert24_deploy.ci.console import Console
from alert24_deploy.error_handler import run_guarded
from alert24_deploy.signals import Cancellation

from .ci_api import Item
from .key_watch import KeyWatch
from .results import Result, watched


class EventRuns:
    """Runs of a workflow with `on: deployment_status`.

    Args:
        folder: where event files go.
        inputs: the action's.
        environ: what the runner adds.
        patch: sets the inputs, which the action takes from its process.
        watch: sees what is printed.
    """

    def __init__(
        self,
        folder: Path,
        inputs: Mapping[str, str],
        environ: Mapping[str, str],
        patch: pytest.MonkeyPatch,
        watch: KeyWatch,
    ) -> None:
        self.inputs = dict(inputs)
        self._path = folder / "event.json"
        self._environ = dict(environ)
        self._patch = patch
        self._watch = watch
        self._count = 0

    def __call__(self, event: Item | str, *, name: str = "deployment_status", **inputs: str) -> Result:
        """Run the workflow for an event; `_` in an input's name stands for `-`."""
        self._count += 1
        self._path.write_text(event if isinstance(event, str) else json.dumps(event), "utf-8")
        environ = {**self._environ, "GITHUB_EVENT_NAME": name, "GITHUB_RUN_ID": str(7000 + self._count)}
        environ["GITHUB_EVENT_PATH"] = str(self._path)
        given = {**self.inputs, **{key.replace("_", "-"): value for key, value in inputs.items()}}
        people, cancellation = io.StringIO(), Cancellation()
        console = Console(people, io.StringIO())
        with self._patch.context() as patch, contextlib.redirect_stdout(io.StringIO()):  # commands that mask secrets
            for key, value in given.items():
                patch.setenv(f"INPUT_{key.upper()}", value)
            code = run_guarded(lambda: main_stage(Context(environ, console, cancellation)), console, cancellation)
        return watched(self._watch, ("event",), Result(code, "", people.getvalue()))
