"""GitHub's deployments: the event `deployment_status`, and a deployment's statuses as they are now.

GitHub docs, "Events that trigger workflows" (no run for `inactive`), "Webhook events and payloads" and "REST API
endpoints for deployment statuses" (permission `deployments: read`). The order of the list is not documented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from ...errors import NOTHING_CHANGED, WrongSetting
from ...net.deadline import Deadline
from ...text import Secret, quote
from ..pipeline import DEPLOYMENT, event_part, event_payload
from . import github
from .api import CiApi, Item, NoAnswer, moment, number, text

EVENT = "deployment_status"
STARTED, SUPERSEDED = "in_progress", "inactive"
WAITING = ("pending", "queued", "waiting")
OUTCOMES = {"success": "success", "failure": "failure", "error": "failure"}
_LARGEST = 2**63
_FINISHING = timedelta(minutes=5)
_HINT = "the token can't read deployments; it needs the permission `deployments: read`"
_HINTS = {401: "it does not know the token", 403: _HINT, 404: f"there is no such deployment, or {_HINT}"}


class GitHubDeployment(NamedTuple):
    """A deployment that somebody made on GitHub, and its latest status as far as it is known."""

    number: int
    environment: str
    state: str
    began_at: datetime | None
    ended_at: datetime | None = None  # only if GitHub was asked, so that starts that come later knew of it, too
    attempt: int = 1  # a deployment that is started again after its end: Argo CD has one for each commit

    @property
    def id(self) -> str:
        """Return its id in Alert24, the same in every run."""
        return f"{DEPLOYMENT}-{self.number}" + (f"-{self.attempt}" if self.attempt > 1 else "")


def read_event(environ: Mapping[str, str]) -> GitHubDeployment:
    """Return the deployment whose status started this run; every field of the event's file is foreign.

    Raises:
        WrongSetting: another event started this run, or its file is not as GitHub documents it.
    """
    name = environ.get("GITHUB_EVENT_NAME", "")
    if name != EVENT:
        raise WrongSetting(
            f"`phase: event` is for the event {EVENT}, but {quote(name)} started this run",
            remedy=f"Write `on: {EVENT}` in this workflow, or use another phase.",
        ).with_context(left=NOTHING_CHANGED)
    event = event_payload(environ)
    deployment, status = event_part(event, "deployment"), event_part(event, EVENT)
    found = number(deployment, "id")
    environment, state = text(deployment, "environment"), text(status, "state")
    if not (0 < found < _LARGEST and environment and state):
        raise WrongSetting(
            "the event's file can't be read, or is not as GitHub documents it",
            remedy="GITHUB_EVENT_PATH must name the file that the runner wrote for this run.",
        ).with_context(left=NOTHING_CHANGED)
    return GitHubDeployment(found, environment, state, moment(deployment, "created_at"))


class GitHubDeployments(CiApi):
    """The deployments of the repository that this run belongs to."""

    def __init__(self, environ: Mapping[str, str], token: Secret | None, deadline: Deadline) -> None:
        """Prepare the connections; without a token it is `GITHUB_TOKEN`."""
        host = github.host(environ, token)
        super().__init__(host._replace(home=(*host.home[:-1], "deployments"), hints=_HINTS), deadline)

    def latest(self, deployment: GitHubDeployment) -> tuple[GitHubDeployment, str]:
        """Return a deployment with its latest status; as it is, and why, a clause, if that can't be read."""
        found, reason = self._ask([partial(self._statuses, deployment.number)])
        return (_with(deployment, found[0]), "") if found else (deployment, reason)

    def goes_on(self, found: int, now: datetime) -> bool:
        """Tell whether a deployment may still go on, or the run that finishes it may still come."""
        latest, reason = self.latest(GitHubDeployment(found, "", "", None))
        if reason or latest.state not in (*OUTCOMES, SUPERSEDED):
            return True
        return latest.ended_at is not None and now - latest.ended_at < _FINISHING

    def _statuses(self, found: int) -> list[Item]:
        statuses = self._pages(str(found), "statuses")
        if not statuses:
            raise NoAnswer("GitHub lists no status of the deployment")
        return sorted(statuses, key=lambda each: number(each, "id"))


def _with(deployment: GitHubDeployment, statuses: Sequence[Item]) -> GitHubDeployment:
    """Return a deployment with what its statuses say, the oldest first."""
    began_at, attempt, over = deployment.began_at, 1, False
    for status in statuses:
        state = text(status, "state")
        if over and (state == STARTED or state in WAITING):
            began_at, attempt, over = moment(status, "created_at"), attempt + 1, False
        over = over or state in OUTCOMES
    last = statuses[-1]
    ended_at = moment(last, "created_at") if over else None
    return deployment._replace(state=text(last, "state"), began_at=began_at, ended_at=ended_at, attempt=attempt)
