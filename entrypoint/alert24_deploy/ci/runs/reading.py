"""Foreign values made into ours: words, times, ids, outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ...deployment.interfaces import Job, RunState
from ...policy import Outcome, read_outcome
from ...text import sanitize

_LIMIT = 60  # characters of a word or a name


def word(item: Mapping[str, Any], name: str) -> str:
    """Return a field that is text as one harmless line, empty if it is anything else."""
    value = item.get(name)
    return sanitize(value, _LIMIT) if isinstance(value, str) else ""


def text(item: Mapping[str, Any], name: str) -> str:
    """Return a field that is text as it is, to be compared and never shown; empty if it is anything else."""
    value = item.get(name)
    return value if isinstance(value, str) else ""


def number(item: Mapping[str, Any], name: str) -> int | None:
    """Return a field that is a positive whole number, None if it is anything else."""
    value = item.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def moment(item: Mapping[str, Any], name: str) -> datetime | None:
    """Return a field that is a time in ISO 8601 with its zone, None if it is anything else."""
    value = item.get(name)
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value[:-1] + "+00:00" if value.endswith(("Z", "z")) else value)
    except ValueError:
        return None
    return read if read.tzinfo else None


def is_id(value: str) -> bool:
    """Tell whether a text can be the id of a run: both CIs count them."""
    return value.isascii() and value.isdigit() and len(value) <= 20


def without_failure(conclusion: str) -> Outcome | None:
    """Return the outcome that a job's or a run's result proves; None if it is unknown, or a failure of something.

    A failure alone may be this program's own finish that failed, a lost runner, or another step.
    """
    outcome, known = read_outcome(conclusion)
    return outcome if known and outcome is not Outcome.FAILURE else None


def combine(jobs: list[Job]) -> Job:
    """Return what several jobs of one name (a matrix) are together: unknown if one is, and failed if one failed."""
    if len(jobs) == 1:
        return jobs[0]
    going_on = any(job.state is RunState.IN_PROGRESS for job in jobs)
    ends = [job.ended_at for job in jobs]
    return Job(
        state=RunState.IN_PROGRESS if going_on else RunState.ENDED,
        outcome=None if going_on else _worst([job.outcome for job in jobs]),
        began=all_began([job.began for job in jobs]),
        started_at=min((job.started_at for job in jobs if job.started_at), default=None),
        ended_at=None if going_on or None in ends else max(end for end in ends if end),
        conclusion=sanitize(", ".join(dict.fromkeys(job.conclusion for job in jobs if job.conclusion))),
        reason=next((job.reason for job in jobs if job.reason), ""),
    )


def all_began(answers: Iterable[bool | None]) -> bool | None:
    """Return True if one began, False if none did, None if that is unknown."""
    seen = set(answers)
    return True if True in seen else None if None in seen or not seen else False


def _worst(outcomes: list[Outcome | None]) -> Outcome | None:
    for outcome in (Outcome.FAILURE, None, Outcome.CANCELLED, Outcome.SUCCESS):
        if outcome in outcomes:
            return outcome
    return Outcome.SKIPPED
