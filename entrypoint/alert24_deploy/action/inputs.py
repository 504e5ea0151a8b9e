"""The action's inputs, and which of them the main stage saves for the post stage."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ..app.context import Context
from ..ci import github
from ..errors import BrokenState
from ..settings import Settings, read

# Read again in every stage: the outcomes are only known in post, and a secret is not written to a file.
SECRETS = ("api-key", "webhook-urls", "rollback-url", "verify-header")
_FRESH = (*SECRETS, "outcome", "rollback-outcome", "job-status")
_KEPT = (
    "api-url",
    "services",
    "phase",
    "status",
    "on-success",
    "on-failure",
    "on-cancelled",
    "on-rollback",
    "on-conflict",
    "respect-existing-maintenance",
    "description",
    "fail-on-unreachable",
    "timeout",
    "dry-run",
    "state",
    "webhook-signature-header",
    "verify-url",
    "verify-status",
    "verify-text",
    "verify-checks",
    "verify-timeout",
    "verify-interval",
    "verify-successes",
)
INPUTS = (*_FRESH, *_KEPT)
_SAVED = "inputs"
SIGNING = {"webhook-secret": "ALERT24_WEBHOOK_SECRET", "rollback-secret": "ALERT24_ROLLBACK_SECRET"}


def display_name(name: str) -> str:
    """Return an input's name as messages show it."""
    return f"`{name}`"


def words() -> dict[str, str]:
    """Return the inputs of this stage as the user wrote them."""
    return github.inputs(INPUTS)


def settings_from_inputs(given: Mapping[str, str], context: Context) -> Settings:
    """Return the settings of the inputs, with their secrets redacted; debug logging makes them verbose.

    Secrets for signing come from the environment, as on the command line.
    """
    verbose = {"verbose": "true"} if context.environ.get("RUNNER_DEBUG") == "1" else {}
    signing = {name: context.environ.get(variable, "") for name, variable in SIGNING.items()}
    settings = read({**given, **signing, **verbose}, display_name)
    for secret in settings.secrets():
        context.console.add_secret(secret)
    context.console.verbose = settings.verbose
    return settings


def keep(given: Mapping[str, str]) -> None:
    """Save the inputs for post: `with:` is evaluated again there, and a later step may have changed its values."""
    github.save_state(_SAVED, json.dumps({name: given[name] for name in _KEPT if given.get(name)}))


def kept() -> dict[str, str] | None:
    """Return the inputs that main saved, with this stage's outcomes and key; None if main saved none.

    Raises:
        BrokenState: main did not write what is there.
    """
    saved = github.state(_SAVED)
    if not saved:
        return None
    try:
        document = json.loads(saved)
    except ValueError:
        document = None
    if not isinstance(document, dict) or not all(isinstance(value, str) for value in document.values()):
        raise BrokenState("what the main stage saved for post can't be read")
    return {**{name: value for name, value in document.items() if name in _KEPT}, **github.inputs(_FRESH)}
