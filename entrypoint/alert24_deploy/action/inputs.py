"""The action's inputs, and which of them the post stage takes from the main stage."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ..app.build import Context, trust
from ..ci import github
from ..errors import BrokenState
from ..settings import Settings, read
from ..settings.setting import INPUT, VARIABLE
from ..settings.table import SETTINGS
from ..settings.variables import misspelled_variables
from ..text import add_secret

_ROWS = [row for row in SETTINGS.values() if INPUT in row.where]
INPUTS = tuple(row.name for row in _ROWS)
SECRETS = tuple(row.name for row in _ROWS if row.secret)
# Read again in every stage: the outcomes are only known in post, and a secret is not written to a file.
_FRESH = tuple(row.name for row in _ROWS if row.fresh or row.secret)
_KEPT = tuple(row.name for row in _ROWS if row.name not in _FRESH)
SIGNING = {row.name: row.variable for row in SETTINGS.values() if VARIABLE in row.where and INPUT not in row.where}
_SAVED = "inputs"
_CERTIFICATES = "ca-certificates"
_CERTIFICATES_LIMIT = github.STATE_LIMIT // 2  # all inputs are saved together


def display_name(name: str) -> str:
    """Return an input's name as messages show it."""
    return f"`{name}`"


def words() -> dict[str, str]:
    """Return the inputs of this stage as the user wrote them."""
    return github.inputs(INPUTS)


def settings_from_inputs(given: Mapping[str, str], context: Context) -> Settings:
    """Return the settings of the inputs; from then on, their secrets are redacted from all output.

    Debug logging makes them verbose. Secrets that sign requests come from the environment, as on the command line.
    """
    signing = {name: context.environ.get(variable, "") for name, variable in SIGNING.items()}
    settings = read({**given, **signing}, display_name, {"verbose": context.environ.get("RUNNER_DEBUG") == "1"})
    for secret in settings.secrets():
        if secret not in given.values():  # inputs are masked as a whole; this is one of several receivers
            github.mask(secret, context.environ)
        add_secret(secret)
    trust(settings)
    context.console.verbose = settings.verbose
    return settings


def warn_about_variables(context: Context) -> None:
    """Warn about environment variables that resemble a setting's, such as a misspelled signing secret."""
    for warning in misspelled_variables(context.environ):
        context.console.warn(warning)


def keep(given: Mapping[str, str], certificates: str = "") -> None:
    """Save the inputs for post: GitHub evaluates `with:` again there, and a later step may have changed its values.

    Args:
        given: the inputs.
        certificates: those that `ca-certificates` gave, because a later step may remove their file.
    """
    saved = {name: given[name] for name in _KEPT if given.get(name)}
    if 0 < len(certificates) <= _CERTIFICATES_LIMIT:
        saved[_CERTIFICATES] = certificates
    github.save_state(_SAVED, json.dumps(saved))


def kept() -> dict[str, str] | None:
    """Return the inputs that main saved, with this stage's outcomes and secrets; None if main saved none.

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
    names = (*_KEPT, _CERTIFICATES)
    return {**github.inputs(_FRESH), **{name: value for name, value in document.items() if name in names}}
