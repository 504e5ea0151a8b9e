"""`doctor`: what is wrong with the setup, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..app.build import Context, trust
from ..ci.console import DIM, GREEN, RED, YELLOW, Mark
from ..errors import WrongSetting
from ..settings import read
from ..settings.setting import OPTION, VARIABLE
from ..settings.table import SETTINGS
from ..text import add_secret
from .common import key_from
from .options import COMMON, GroupedCommand, given_options, options

if TYPE_CHECKING:
    from ..app.doctor_evidence import Evidence

_MARKS = {"ok": Mark("✓", GREEN), "note": Mark("·", DIM), "warning": Mark("!", YELLOW), "problem": Mark("✗", RED)}
_TOKEN_LENGTH = 16  # characters; a shorter word of a secret setting may be a part of any sentence
_CI_TOKENS = ("GITHUB_TOKEN", "CI_JOB_TOKEN")


@click.command("doctor", cls=GroupedCommand, short_help="Check the key, the services and the network.")
@options("services", "webhook-urls", "verify-checks", "verify-timeout", *COMMON)
@click.pass_context
def command(ctx: click.Context, /, **_: object) -> int:
    """Check settings, key, proxy, certificates, host, clock, scopes, services and monitors, and say what to do.

    Writes nothing, and shows no secret: the output can be pasted into an issue. Exits with the code of the worst
    problem: 2 for a wrong configuration, 3 if Alert24 refuses the key or a service, 4 if it is unreachable.
    """
    from ..app.doctor import examine, exit_code  # brings the HTTP library, which `--help` must not pay for

    context: Context = ctx.obj
    evidence = _evidence(ctx, context)
    as_json = evidence.settings.json
    context.console.verbose, context.console.color = evidence.settings.verbose, evidence.settings.color
    evidence.gather()
    findings = examine(evidence)
    for each in findings:
        line = " ".join(f"{each.level:<8} {each.check}: {each.text} {each.remedy}".splitlines()).rstrip()
        (context.console.info if as_json else context.console.print)(line, _MARKS[each.level])
    code = exit_code(findings)
    if as_json:
        document = {"command": "doctor", "findings": [each._asdict() for each in findings], "exit_code": code}
        context.console.json(document)
    return code


def _evidence(ctx: click.Context, context: Context) -> Evidence:
    """Read the settings, also those of other commands: mistakes in their variables are found, too."""
    from ..alert24.key_form import PROBLEM, key_problem
    from ..app.doctor_evidence import Evidence

    environ, given = context.environ, given_options(ctx, context.environ)
    rows = [row for row in SETTINGS.values() if OPTION in row.where or VARIABLE in row.where]
    texts = {row.name: environ[row.variable] for row in rows if environ.get(row.variable, "").strip()}
    names = {**{name: SETTINGS[name].variable for name in texts}, **given.names}
    texts.update(given.texts)
    mistakes: dict[str, WrongSetting] = {}
    if path := texts.get("api-key-file", ""):
        names["api-key"] = names["api-key-file"]
        try:
            texts["api-key"] = key_from(path, names["api-key"])
        except WrongSetting as error:
            mistakes["api-key-file"] = error
    secrets = [texts.get(row.name, "") for row in rows if row.secret]
    for word in " ".join([*secrets, *(environ.get(name, "") for name in _CI_TOKENS)]).split():
        if len(word) >= _TOKEN_LENGTH:
            add_secret(word)
    key = texts.get("api-key", "")
    if key_problem(key)[0] == PROBLEM:
        texts.pop("api-key", None)
    settings = read(texts, lambda name: names.get(name) or given.display_name(name), given.parsed, mistakes)
    for value in settings.secrets():
        add_secret(value)
    trust(settings)
    return Evidence(settings, context, key, list(mistakes.values()), error=mistakes.get("api-url"))
