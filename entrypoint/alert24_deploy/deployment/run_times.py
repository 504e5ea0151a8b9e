"""When a run went on, and whether a service's maintenance began in that time."""

from __future__ import annotations

from datetime import datetime, timedelta

from .interfaces import Run, RunState, Service

# Clocks of a CI and of Alert24 that agree may still differ by so much; `Date` and GitHub's times count whole seconds.
_TOLERANCE = timedelta(seconds=2)


def goes_on(run: Run, *, own_run: bool) -> bool:
    """Tell whether a deployment goes on; in this process's own run, only the job that deploys counts."""
    if own_run:
        return run.job is not None and run.job.state is RunState.IN_PROGRESS
    return run.state is RunState.IN_PROGRESS


def began_within(run: Run, service: Service, skew: timedelta) -> str | None:
    """Return why maintenance is not of a run, a clause; empty if it is, None if that can't be found out.

    Args:
        run: the run that deployed.
        service: a service in maintenance.
        skew: how far Alert24's clock, which `updated_at` is read from, is ahead of the CI's.
    """
    at = moment(service.updated_at)
    if at is None or run.started_at is None:
        return None
    at -= skew
    ended = (run.job.ended_at if run.job else None) or run.ended_at
    if at < run.started_at - _TOLERANCE:
        return "it was in maintenance before the deployment's run started"
    if ended and at > ended + _TOLERANCE:
        return "its maintenance began after the deployment had ended, so it belongs to a newer run or to somebody else"
    return ""


def moment(value: str | None) -> datetime | None:
    """Return Alert24's `updated_at` as a time, None if it is missing or makes no sense."""
    try:
        read = datetime.fromisoformat((value or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    return read if read.tzinfo else None
