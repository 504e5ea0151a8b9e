"""Environment variables that look like a misspelled setting."""

from __future__ import annotations

from collections.abc import Mapping

from ..text import nearest, sanitize
from .setting import OPTION, VARIABLE
from .table import SETTINGS

_PREFIX = "ALERT24_"
_SIMILARITY = 0.8  # from 0 to 1; `ALERT24_SERVICE` and `ALERT24_SERVICES` have 0.93 without their prefix
# Not settings: set for the user's commands, or read by the component's scripts, by `sandbox` and by `demo`.
OTHERS = (
    *("ALERT24_DEPLOYMENT_ID", "ALERT24_OUTCOME", "ALERT24_EXIT_CODE"),
    *("ALERT24_API_KEY_VARIABLE", "ALERT24_FOLDER", "ALERT24_NEEDS", "ALERT24_TOOL_URL", "ALERT24_TOOL_SHA256"),
    *("ALERT24_PORT", "ALERT24_LATENCY", "ALERT24_ERROR_RATE", "ALERT24_RATE_LIMIT", "ALERT24_MONITORS"),
    *("ALERT24_KEY_FILE", "ALERT24_PACE", "ALERT24_WATCH"),
)


def misspelled_variables(environ: Mapping[str, str]) -> list[str]:
    """Return a warning for each environment variable that is no setting, but resembles one."""
    suspects = sorted(name for name in environ if name.startswith(_PREFIX) and not name.startswith("ALERT24_TEST_"))
    read = [row.variable for row in SETTINGS.values() if OPTION in row.where or VARIABLE in row.where]
    known = {*read, *OTHERS, environ.get("ALERT24_API_KEY_VARIABLE", "")}
    warnings = []
    for name in (name for name in suspects if name not in known):
        near = _PREFIX + nearest(name.removeprefix(_PREFIX), [each.removeprefix(_PREFIX) for each in read], _SIMILARITY)
        # A longer name is the user's own, such as a second key in ALERT24_API_KEY_EU.
        if near != _PREFIX and not name.startswith(f"{near}_"):
            warnings.append(f"The environment variable {sanitize(name)} is unknown and ignored. Did you mean {near}?")
    return warnings
