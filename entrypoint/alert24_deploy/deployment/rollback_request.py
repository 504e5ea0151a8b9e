"""The request to another service to roll a failed deployment back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from ..errors import Alert24DeployError
from ..policy import DeploymentResult, Outcome
from ..state import State

_VERSION = 1


class RequestResult(NamedTuple):
    """Whether the rollback was accepted, and a note or a warning for the user."""

    accepted: bool = False
    note: str = ""
    warning: str = ""


class RollbackRequest(NamedTuple):
    """How a rollback is requested: `post` raises unless it is accepted; `pipeline` goes along."""

    post: Callable[[Mapping[str, object]], None]
    pipeline: Mapping[str, str]

    def send(self, state: State, result: DeploymentResult, *, dry_run: bool) -> RequestResult:
        """Request a rollback if the deployment failed and was not rolled back. A dry run requests none."""
        if result.outcome is not Outcome.FAILURE or result.rolled_back:
            return RequestResult()
        if dry_run:
            return RequestResult(note="A rollback would be requested.")
        try:
            self.post(payload(state, result, self.pipeline))
        except Alert24DeployError as error:
            return RequestResult(
                warning=f"The rollback was not accepted: {error.why}. The page shows the failure instead."
            )
        return RequestResult(
            accepted=True,
            note="The rollback was accepted: the page stays in maintenance until the rollback's own finish.",
        )


def payload(state: State, result: DeploymentResult, pipeline: Mapping[str, str]) -> dict[str, object]:
    """Return the documented request: docs/guides/rollback.md lists its fields."""
    return {
        "version": _VERSION,
        "deployment": state.deployment,
        "outcome": result.outcome.value,
        "started_at": state.started_at,
        "services": [{"id": each.id, "name": each.name, "before": each.before} for each in state.services],
        **pipeline,
    }
