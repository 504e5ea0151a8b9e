"""A failed deployment handed over to whoever rolls back by HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from ..errors import Alert24DeployError
from ..policy import DeploymentResult, Outcome
from ..state import State
from .report import Report

_VERSION = 1


class RollbackRequest(NamedTuple):
    """How a rollback is requested: `request` raises where nobody takes over; `facts` are the pipeline's."""

    request: Callable[[Mapping[str, object]], None]
    facts: Mapping[str, str]

    def accepts(self, state: State, ending: DeploymentResult, report: Report) -> bool:
        """Ask for a rollback where the deployment failed and was not rolled back; tell whether somebody took over.

        Nobody asks twice: a rehearsal does not ask at all.
        """
        if ending.outcome is not Outcome.FAILURE or ending.rolled_back:
            return False
        if report.dry_run:
            report.notes.append("A rollback would be requested.")
            return False
        try:
            self.request(payload(state, ending, self.facts))
        except Alert24DeployError as error:
            report.warnings.append(f"Nobody took over the rollback: {error.why}. The failure is shown on the page.")
            return False
        report.notes.append(
            "The rollback was handed over and accepted: the page stays in maintenance until the rollback's own finish."
        )
        return True


def payload(state: State, ending: DeploymentResult, facts: Mapping[str, str]) -> dict[str, object]:
    """Return the documented request: docs/guides/rollback.md lists its fields."""
    return {
        "version": _VERSION,
        "deployment": state.deployment,
        "outcome": ending.outcome.value,
        "started_at": state.started_at,
        "services": [{"id": each.id, "name": each.name, "before": each.before} for each in state.services],
        **facts,
    }
