"""The request to another service to roll a failed deployment back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from ..errors import Alert24DeployError
from ..policy import DeploymentResult, Outcome
from ..state import State
from .report import Report

_VERSION = 1


class RollbackRequest(NamedTuple):
    """How a rollback is requested: `post` raises unless it is accepted; `pipeline` goes along."""

    post: Callable[[Mapping[str, object]], None]
    pipeline: Mapping[str, str]

    def send(self, state: State, result: DeploymentResult, report: Report) -> bool:
        """Request a rollback if the deployment failed and was not rolled back; tell whether it is accepted.

        A dry run requests none. The report gets what the user should know.
        """
        if result.outcome is not Outcome.FAILURE or result.rolled_back:
            return False
        if report.dry_run:
            report.notes.append("A rollback would be requested.")
            return False
        try:
            self.post(_document(state, result, self.pipeline))
        except Alert24DeployError as error:
            report.warnings.append(f"The rollback was not accepted: {error.why}. The page shows the failure instead.")
            return False
        report.notes.append("The rollback was accepted: the page stays in maintenance until the rollback's own finish.")
        return True


def _document(state: State, result: DeploymentResult, pipeline: Mapping[str, str]) -> dict[str, object]:
    """Return the request as docs/guides/rollback.md lists its fields."""
    return {
        "version": _VERSION,
        "deployment": state.deployment,
        "outcome": result.outcome.value,
        "started_at": state.started_at,
        "services": [{"id": each.id, "name": each.name, "before": each.before} for each in state.services],
        **pipeline,
    }
