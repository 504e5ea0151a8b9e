#!/usr/bin/env python3
"""Updates what is generated: parts of README and docs (example files, tables, help), native/action.yml, action-types.yml.

`.ci/readme.py` rewrites the files; `.ci/readme.py --check` only lists those that are out of date. In a page,
`<!-- file: examples/x.yml -->` comes before the code block for that file, and a table goes between
`<!-- table: inputs -->` and `<!-- end -->`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import yaml

from alert24_deploy import errors
from alert24_deploy.cli.main import app
from alert24_deploy.policy import DeploymentResult, Outcome, Policy, target
from alert24_deploy.settings import parsers
from alert24_deploy.settings.setting import VARIABLE, Setting
from alert24_deploy.settings.table import SETTINGS

ROOT = Path(__file__).resolve().parents[1]
CLI_PAGE = Path("docs/cli.md")
NATIVE = Path("native/action.yml")
TYPES = Path("action-types.yml")
_FILE = re.compile(r"(<!-- file: (\S+) -->\n```\w*\n).*?(^```$)", re.MULTILINE | re.DOTALL)
_TABLE = re.compile(r"(<!-- table: (\S+) -->\n).*?(^<!-- end -->$)", re.MULTILINE | re.DOTALL)
_CLI_INTRODUCTION = """\
# The command line

The output of `--help` for every command. `make readme` generates this page.

Every option can also be set by the environment variable shown in brackets; the command line takes precedence. For
flags, the variable is `true` or `false`. The [README](../README.md#exit-codes) lists the exit codes.

To complete commands, options and values with the TAB key, add `eval "$(_ALERT24_DEPLOY_COMPLETE=bash_source
alert24-deploy)"` to `~/.bashrc` (`zsh_source` for zsh, `fish_source` for fish).

These secrets can be set by a variable only, never on the command line:

"""
_NATIVE_HEAD = """\
# Made from ../action.yml by `make readme`: only the name and what follows `runs` differ.
name: Alert24 Deploy without Docker
"""
_NATIVE_RUNS = """\
runs:
  using: node24
  main: main.js
  post: post.js
  # Also after a failed or cancelled job, and after a start that failed halfway.
  post-if: always()
"""
_TYPES_HEAD = """\
# Types of the action's inputs and outputs, for programs that generate workflows. Made from the settings by `make readme`.
# See https://github.com/typesafegithub/github-actions-typing
"""
_BEFORE = "the previous status"
_EXITS = {
    0: "Success, or Alert24 is unreachable and `fail-on-unreachable` lets the pipeline continue.",
    errors.WRONG_USE: "Wrong usage or configuration: an option, the state file, a command that was not found.",
    errors.REFUSED: "Alert24 refused the request: invalid key, missing scope, unknown service.",
    errors.UNREACHABLE: "Alert24 was unreachable within the time limit.",
    errors.HOOK_FAILED: "The rollback failed.",
    errors.NOT_VERIFIED: "The verification failed, or the URL of `check` is unhealthy.",
    errors.BUG: "A bug in alert24-deploy.",
}


def pages(root: Path = ROOT) -> list[Path]:
    """Return the pages that may contain generated parts."""
    return [root / "README.md", *sorted((root / "docs").rglob("*.md"))]


def renewed(page: str, root: Path = ROOT) -> str:
    """Return the text of a page with its files and tables updated."""
    page = _FILE.sub(lambda found: found[1] + (root / found[2]).read_text("utf-8") + found[3], page)
    return _TABLE.sub(lambda found: found[1] + _TABLES[found[2]](root) + found[3], page)


def _table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    cells = [heads, tuple("---" for _ in heads), *rows]
    return "".join(f"| {' | '.join(row)} |\n" for row in cells)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _manifest(kind: str) -> Callable[[Path], str]:
    def table(root: Path) -> str:
        entries: Mapping[str, Mapping[str, str]] = yaml.safe_load((root / "action.yml").read_text("utf-8"))[kind]
        rows = ((f"`{name}`", _cell(entry["description"])) for name, entry in entries.items())
        return _table((kind[:-1], "description"), rows)

    return table


def _component(root: Path) -> str:
    header = (root / "gitlab-ci-component.yml").read_text("utf-8").split("\n---\n")[0]
    inputs: Mapping[str, Mapping[str, object]] = yaml.safe_load(header)["spec"]["inputs"]
    cells = ((name, _cell(str(entry["description"])), _default(entry["default"])) for name, entry in inputs.items())
    return _table(("input", "description", "default"), ((f"`{name}`", what, default) for name, what, default in cells))


def _default(value: object) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if value else ""


def _outcomes(_: Path) -> str:
    endings = {
        DeploymentResult(Outcome.SUCCESS): "`on-success`",
        DeploymentResult(Outcome.SUCCESS, unverified=True): "`on-unverified`",
        DeploymentResult(Outcome.FAILURE): "`on-failure`",
        DeploymentResult(Outcome.FAILURE, rolled_back=True): "`on-rollback`",
        DeploymentResult(Outcome.CANCELLED): "`on-cancelled`",
        DeploymentResult(Outcome.SKIPPED): "",
    }
    rows = ((ending.describe(), _status(ending), option) for ending, option in endings.items())
    return _table(("when", "services become", "option"), rows)


def _status(ending: DeploymentResult) -> str:
    """Return the default status after an ending, or `_BEFORE` if it is the status before."""
    found = {before: target(Policy(), ending, before) for before in ("operational", "degraded", "down")}
    if all(before == after for before, after in found.items()):
        return _BEFORE
    usual = found["operational"]
    worse = [f"`{before}` if it was `{before}` before" for before, after in found.items() if after != usual]
    return ", ".join([f"`{usual}`", *worse])


def _exits(_: Path) -> str:
    return _table(("code", "meaning"), ((str(code), meaning) for code, meaning in _EXITS.items()))


_TABLES: Mapping[str, Callable[[Path], str]] = {
    "inputs": _manifest("inputs"),
    "outputs": _manifest("outputs"),
    "gitlab-inputs": _component,
    "outcomes": _outcomes,
    "exits": _exits,
}


def _variables() -> str:
    secrets = (row for row in SETTINGS.values() if VARIABLE in row.where)
    return _table(("variable", "meaning"), ((f"`{row.variable}`", row.help) for row in secrets))


def cli_page() -> str:
    """Return the page with the help of every command, as the program prints it."""
    names = app.list_commands(click.Context(app))
    with ThreadPoolExecutor() as pool:
        helps = list(pool.map(_help, ["", *names]))
    titles = ["alert24-deploy", *(f"alert24-deploy {name}" for name in names)]
    return "\n".join([_CLI_INTRODUCTION + _variables(), *map(_section, titles, helps)])


def _help(name: str) -> str:
    program = [sys.executable, "-c", "from alert24_deploy.cli import main; main()"]
    environ = {"PATH": os.environ["PATH"], "COLUMNS": "100", "PYTHONUTF8": "1"}
    words = [name, "--help"] if name else ["--help"]
    ended = subprocess.run([*program, *words], env=environ, stdout=subprocess.PIPE, check=True, text=True)
    return ended.stdout


def _section(title: str, text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return f"## {title}\n\n```text\n{lines}\n```\n"


def native_manifest(root: Path = ROOT) -> str:
    """Return the manifest of the action for machines without Docker, made from that of the Docker action."""
    manifest = (root / "action.yml").read_text("utf-8")
    head = re.compile(r"\A(?:#.*\n)*name: .*\n")
    return re.sub(r"^runs:\n.*\Z", _NATIVE_RUNS, head.sub(_NATIVE_HEAD, manifest), flags=re.MULTILINE | re.DOTALL)


def action_types(root: Path = ROOT) -> str:
    """Return the types of the action's inputs and outputs."""
    manifest = yaml.safe_load((root / "action.yml").read_text("utf-8"))
    inputs = {name: _type(SETTINGS[name]) for name in manifest["inputs"]}
    outputs = {name: {"type": "boolean" if name == "changed" else "string"} for name in manifest["outputs"]}
    lines = [_TYPES_HEAD]
    for title, kinds in (("inputs", inputs), ("outputs", outputs)):
        lines += [f"{title}:\n", *(f"  {name}: {json.dumps(kind)}\n" for name, kind in kinds.items())]
    return "".join(lines)


def _type(row: Setting) -> dict[str, object]:
    if row.choices:
        return {"type": "enum", "allowed-values": list(row.choices)}
    if row.parse_items:
        return {"type": "list", "separator": "\n", "list-item": {"type": "string"}}
    return {"type": "boolean" if row.parse is parsers.flag else "integer" if row.metavar == "N" else "string"}


def stale(root: Path = ROOT) -> dict[Path, str]:
    """Return the pages and manifests that are out of date, each with its new text."""
    wanted = {page: renewed(page.read_text("utf-8"), root) for page in pages(root)}
    wanted[root / CLI_PAGE] = cli_page()
    wanted[root / NATIVE] = native_manifest(root)
    wanted |= dict.fromkeys((root / TYPES, root / NATIVE.parent / TYPES), action_types(root))
    return {page: text for page, text in wanted.items() if not page.exists() or page.read_text("utf-8") != text}


def main(*arguments: str) -> int:
    """Rewrite the pages that are out of date and list them; with --check, only list them.

    Returns:
        1 if --check finds such a page, else 0.
    """
    found = stale()
    for page, text in found.items():
        print(page.relative_to(ROOT))
        if "--check" not in arguments:
            page.write_text(text, "utf-8")
    return 1 if found and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
