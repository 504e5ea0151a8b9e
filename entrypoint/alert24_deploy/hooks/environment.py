"""The environment of the user's commands: the job's variables, without secrets, and the documented ones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from ..text import SHORTEST_SECRET

_OWN_PREFIX = "ALERT24_"


def environment(environ: Mapping[str, str], secrets: Sequence[str], documented: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a command: this process's, and the variables that the documentation promises.

    Left out are the variables of alert24-deploy itself, and every other variable whose value contains one of its
    secrets: on GitHub an INPUT_ variable could be such a copy. Everything else stays, INPUT_ and STATE_ included.
    """
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith(_OWN_PREFIX) and not any(_has(value, secret) for secret in secrets)
    }
    return {**kept, **documented}


def _has(value: str, secret: str) -> bool:
    """Tell whether a value contains a secret. A very short one must be all of it: PATH contains every letter."""
    return secret in value if len(secret) >= SHORTEST_SECRET else secret == value != ""


def documented(
    deployment: str, services: Sequence[str], *, outcome: str | None = None, code: int | None = None
) -> dict[str, str]:
    """Return the documented variables; a rollback is also given the deployment's outcome and exit code."""
    variables = {"ALERT24_DEPLOYMENT_ID": deployment, "ALERT24_SERVICES": json.dumps(list(services))}
    if outcome is not None:
        variables["ALERT24_OUTCOME"] = outcome
    if code is not None:
        variables["ALERT24_EXIT_CODE"] = str(code)
    return variables
