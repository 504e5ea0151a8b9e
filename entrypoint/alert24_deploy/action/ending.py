"""How the deployment ended, as far as a stage of the action can know."""

from __future__ import annotations

from collections.abc import Mapping

from ..assembly.world import STILL_IN_MAINTENANCE
from ..ci.context import same_job
from ..errors import WrongSetting
from ..settings import Settings
from ..state import State


def outcome(settings: Settings, state: State | None, environ: Mapping[str, str]) -> str:
    """Return the outcome's word: an explicit `outcome`, else the status of the job that deploys.

    Args:
        settings: this stage's.
        state: what start left, None for nothing.
        environ: tells whether start ran in this job.

    Raises:
        WrongSetting: there is no `outcome`, and this job is not the one that started the deployment: its own
            status would say success whatever became of the deployment.
    """
    if not settings.outcome and state and not state.never_began and not same_job(state.deployment, environ):
        raise WrongSetting(
            "`outcome` is empty, and the deployment was started in another job",
            detail="The status of this job says nothing about that one.",
            remedy="Give the deploying job's result, `needs.<job>.result`, as `outcome`.",
        ).with_context(left=STILL_IN_MAINTENANCE)
    return settings.outcome or settings.job_status
