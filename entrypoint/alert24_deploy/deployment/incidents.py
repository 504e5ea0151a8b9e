"""Incidents of failed deployments: one for all services of a deployment, resolved by the next success of its lane."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ..errors import Alert24DeployError
from ..policy import DeploymentResult, Outcome
from ..state import ServiceState
from .changes import TOOL_TAG, Recording
from .interfaces import ChangeLog, Incident
from .overlaps import unrecorded
from .report import Report, names_of

_HORIZON = timedelta(days=30)  # an older incident is left to people
_RESOLVED = ("resolved", "postmortem")


def update_incidents(
    log: ChangeLog | None,
    recording: Recording | None,
    deployment: str,
    services: Sequence[ServiceState],
    result: DeploymentResult,
    report: Report,
) -> None:
    """Open or add to the lane's incident after a failure, resolve it after a success; what fails is a warning."""
    if not (log and recording and recording.incidents and services and deployment) or report.dry_run:
        return
    good = result.settles
    if not good and result.outcome is not Outcome.FAILURE:
        return
    try:
        ours = _open_ones(log, recording)
        if good:
            now = recording.time().strftime("%Y-%m-%dT%H:%M:%SZ")
            for each in ours:
                log.update_incident(each.id, {"status": "resolved", "resolved_at": now})
        elif ours:
            _add(log, ours[0], deployment, services, recording)
        else:
            log.open_incident(_incident(deployment, services, recording))
    except Alert24DeployError as error:
        what = "The incident could not be resolved" if good else "The incident could not be opened or updated"
        left = "If one is open, resolve it in Alert24." if good else "This failure may page nobody."
        report.warnings.append(unrecorded(what, error, left))


def _open_ones(log: ChangeLog, recording: Recording) -> list[Incident]:
    """Return the lane's incidents that are not resolved; those that people opened have other tags."""
    mine = {TOOL_TAG, f"lane:{recording.lane}"}
    found = log.incidents(recording.time() - _HORIZON)
    return [each for each in found if mine <= set(each.tags) and each.status not in _RESOLVED]


def _incident(deployment: str, services: Sequence[ServiceState], recording: Recording) -> dict[str, object]:
    return {
        "title": f"Deployment of {names_of([each.name for each in services])} failed",
        "description": _line(deployment, recording),
        "severity": recording.incidents,
        "affected_services": [each.id for each in services],
        "tags": [TOOL_TAG, f"lane:{recording.lane}", f"deployment:{deployment}"],
        "source": str(recording.fields.get("source", TOOL_TAG)),
    }


def _add(
    log: ChangeLog, incident: Incident, deployment: str, services: Sequence[ServiceState], recording: Recording
) -> None:
    """Add a failed deployment to an incident that is open already, unless it is in it."""
    if deployment in incident.description:
        return
    affected = dict.fromkeys([*incident.services, *(each.id for each in services)])
    description = f"{incident.description}\n{_line(deployment, recording)}".strip()
    log.update_incident(incident.id, {"description": description, "affected_services": list(affected)})


def _line(deployment: str, recording: Recording) -> str:
    url = recording.fields.get("pipeline_url")
    return f"Deployment {deployment} failed{f': {url}' if url else '.'}"
