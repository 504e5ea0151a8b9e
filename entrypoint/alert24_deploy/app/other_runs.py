"""Asks the CI whether the runs of other deployments still go on."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timezone

from ..ci.change import named_run
from ..ci.pipeline import deployment_number
from ..ci.runs.deployments import GitHubDeployments
from ..ci.runs.source import run_source
from ..deployment.ci_run import RunState
from ..net.deadline import Deadline
from ..settings import Settings
from .build import Context

_ASKING_SHARE = 0.125  # of the time of a phase, for all questions together
_ASKING_SECONDS, _LEAST_ASKING_SECONDS = 5.0, 0.1  # for one of them


def asking_the_ci(settings: Settings, context: Context) -> Callable[[str], bool]:
    """Return what asks the CI whether the run of a deployment may still go on; if it can't be asked, it may.

    All questions together take a share of the time that a phase may take, however many deployments there are.
    """
    left = settings.timeout * _ASKING_SHARE

    def goes_on(deployment: str) -> bool:
        nonlocal left
        if left < _LEAST_ASKING_SECONDS:
            return True
        began = time.monotonic()
        try:
            return _goes_on(deployment, settings, context, min(left, _ASKING_SECONDS))
        finally:
            left -= time.monotonic() - began

    return goes_on


def _goes_on(deployment: str, settings: Settings, context: Context, seconds: float) -> bool:
    (run, attempt), number = named_run(deployment, context.environ), deployment_number(deployment, context.environ)
    if not (run or number):
        return True
    deadline = Deadline(seconds, context.without_signals().cancellation)
    token = settings.github_token or settings.ci_token
    if number:
        return GitHubDeployments(context.environ, token, deadline).goes_on(number, datetime.now(timezone.utc))
    return run_source(context.environ, token, deadline).find(run, attempt=attempt).state is not RunState.ENDED
