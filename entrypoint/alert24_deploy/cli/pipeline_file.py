"""The pipeline files that `init` prints: the examples, with the user's services in the place of theirs.

A service's name is data: it is written so that it stays one text to the platform, whatever characters it has.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

_IN_EXAMPLES = "Payments API"
_COMMAND = f'alert24-deploy start --service "{_IN_EXAMPLES}"'
# A name that means itself in YAML, Groovy, Make and a shell's double quotes, and in a list separated by commas.
_PLAIN = re.compile(
    r"(?!(?:true|false|yes|no|on|off|null|y|n)$)[a-z](?:[a-z0-9 ._/+()-]*[a-z0-9.+()-])?", re.IGNORECASE | re.ASCII
)
# To a shell, Make (`$`, `#`), GitHub (`${{`), CircleCI (`<<`) or a runner that reads its log (`##[`).
_MEANINGFUL = frozenset("'\"\\$`#<")


class Platform(NamedTuple):
    """Where a pipeline file belongs, and how services are written into it."""

    path: str
    template: str  # in templates/, a copy of an example that `make readme` makes
    example: str  # what stands there in the example
    write: Callable[[Sequence[str]], str]
    secret: str  # how to create the secret


def content(platform: Platform, services: Sequence[str]) -> str:
    """Return the pipeline file for these services."""
    data = pkgutil.get_data(__package__, f"templates/{platform.template}")  # works in a zip, too
    text = (data or b"").decode("utf-8")
    return text.replace(platform.example, platform.write(services))


def _plain(services: Sequence[str]) -> bool:
    return all(map(_PLAIN.fullmatch, services))


def _escaped(text: str, *, wide: str = "") -> str:
    r"""Return a text between double quotes, without any character that means something to a platform.

    JSON and YAML read `\u0024` alike; only beyond `\uffff` do they differ, so that `wide` is YAML's form for it.
    """
    return f'"{"".join(_character(each, wide) for each in text)}"'


def _character(each: str, wide: str) -> str:
    if each.isprintable() and each not in _MEANINGFUL:
        return each
    return wide.format(ord(each)) if wide and ord(each) > 0xFFFF else _code_units(each)


def _code_units(each: str) -> str:
    encoded = each.encode("utf-16-be")
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in zip(encoded[::2], encoded[1::2], strict=True))


def _list(services: Sequence[str]) -> str:
    """Return the setting `services`: separated by commas, or as a JSON array."""
    return ", ".join(services) if _plain(services) else f"[{', '.join(map(_escaped, services))}]"


def _yaml_list(services: Sequence[str]) -> str:
    if _plain(services):
        return ", ".join(services)
    return ", ".join(_escaped(service, wide="\\U{:08x}") for service in services)


def _in_quotes(services: Sequence[str]) -> str:
    value = _list(services)
    return value if _plain(services) else f"'{value}'"


def _command(services: Sequence[str]) -> str:
    """Return the command for a shell."""
    if _plain(services):
        return " ".join(["alert24-deploy start", *(f'--service "{service}"' for service in services)])
    return f"ALERT24_SERVICES={_in_quotes(services)} alert24-deploy start"


def _groovy(services: Sequence[str]) -> str:
    return "'{}'".format(_command(services).replace("\\", "\\\\").replace("'", "\\'"))


def _yaml_command(services: Sequence[str]) -> str:
    command = _command(services)
    return command if _plain(services) else "'{}'".format(command.replace("'", "''"))


PLATFORMS: Mapping[str, Platform] = {
    "github": Platform(
        ".github/workflows/deploy.yml",
        "github.yml",
        _IN_EXAMPLES,
        _in_quotes,
        "Create the secret ALERT24_API_KEY in the repository under Settings > Secrets and variables > Actions.",
    ),
    "gitlab": Platform(
        ".gitlab-ci.yml",
        "gitlab.yml",
        _IN_EXAMPLES,
        _yaml_list,
        "Create the variable ALERT24_API_KEY, masked, in the project under Settings > CI/CD > Variables.",
    ),
    "jenkins": Platform(
        "Jenkinsfile",
        "Jenkinsfile",
        f"'{_COMMAND}'",
        _groovy,
        "Create a credential of the kind Secret text with the id alert24-api-key under Manage Jenkins > Credentials, "
        "and install alert24-deploy on the agent.",
    ),
    "circleci": Platform(
        ".circleci/config.yml",
        "circleci.yml",
        _COMMAND,
        _yaml_command,
        "Create the context alert24 with the variable ALERT24_API_KEY under Organization Settings > Contexts.",
    ),
    "make": Platform(
        "Makefile",
        "Makefile",
        _IN_EXAMPLES,
        _list,
        "Set ALERT24_API_KEY in the environment, never in the Makefile.",
    ),
}
