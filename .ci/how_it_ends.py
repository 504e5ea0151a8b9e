#!/usr/bin/env python3
"""Updates the generated tables of docs/how-it-ends.md; with --check, only says whether they are out of date.

The first table comes from .ci/how_it_ends.yml: every way in which a deployment can end, and the tests that show it. The
second one is the contract that tests/helpers/signals tries at each step of each command.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from helpers.signals.contract import COMMANDS, STAGES, Case, Page, Point, after_kill, after_signal  # noqa: E402

PAGE = ROOT / "docs" / "how-it-ends.md"
WAYS = ROOT / ".ci" / "how_it_ends.yml"
SHAPES = {
    "one-job": "GitHub, one job",
    "three-jobs": "GitHub, three jobs",
    "wrap": "GitLab, `wrap`",
    "jobs": "GitLab, `jobs`",
    "cli": "command line",
}
_BLOCK = re.compile(r"(<!-- ends: (\S+) -->\n).*?(^<!-- end -->$)", re.MULTILINE | re.DOTALL)
_SOURCE = "by the runner's source"
_FOLLOWS = {
    "start": "`finish --outcome failure`",
    "finish": "`finish` again",
    "run": "`finish` by the outcome",
    "rollback": "`finish` by the outcome",
    "main": "the post stage",
    "phase: start": "`phase: finish`",
    "post": "`phase: reconcile`",
}


def ways() -> list[dict[str, Any]]:
    """Return every way, with its cells."""
    read: list[dict[str, Any]] = yaml.safe_load(WAYS.read_text("utf-8"))
    return read


def mistakes(read: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what is wrong with the ways: a shape that is missing or there twice, a test that does not exist."""
    wrong = []
    for way in read:
        shapes = [shape for cell in way["cells"] for shape in cell["where"]]
        if sorted(shapes) != sorted(SHAPES):
            wrong.append(f"{way['way']}: it has cells for {', '.join(shapes)}, not once for each shape")
        for cell in way["cells"]:
            if not cell.get("shown") and not cell.get("source"):
                wrong.append(f"{way['way']}: nothing shows what happens for {', '.join(cell['where'])}")
            wrong.extend(
                f"{way['way']}: there is no test {name}" for name in cell.get("shown", ()) if not _exists(name)
            )
    return wrong


def _exists(name: str) -> bool:
    path, _, function = name.partition("::")
    file = ROOT / "tests" / path
    return file.is_file() and f"\ndef {function}(" in file.read_text("utf-8")


def renewed(page: str) -> str:
    """Return the page's text with its tables updated."""
    tables = {"ways": _ways, "signals": _signals}
    return _BLOCK.sub(lambda found: f"{found[1]}{tables[found[2]]()}{found[3]}", page)


def _ways() -> str:
    return "\n".join(_way(way) for way in ways()) + "\n"


def _way(way: Mapping[str, Any]) -> str:
    heads = ("where", "the page at once", "who is notified", "what heals it, and when", "shown by")
    rows = [
        (
            "everywhere" if len(cell["where"]) == len(SHAPES) else "; ".join(SHAPES[shape] for shape in cell["where"]),
            cell["page"],
            cell.get("notified", "the log and the job summary"),
            cell.get("heals", "nothing to heal"),
            "<br>".join(_proofs(cell)),
        )
        for cell in way["cells"]
    ]
    return f"### {way['way']}\n\n{_table(heads, rows)}"


def _proofs(cell: Mapping[str, Any]) -> Iterator[str]:
    for name in cell.get("shown", ()):
        path, _, function = name.partition("::")
        yield f"[`{function}`](../tests/{path})"
    if cell.get("source"):
        repository, _, path = cell["source"].partition(", ")
        yield f"{_SOURCE}: {repository}, `{path}`" if "/" in repository else path


def _signals() -> str:
    return "\n".join(_case(case) for case in (*COMMANDS, *STAGES))


def _case(case: Case) -> str:
    follows = _FOLLOWS.get(case.name, "the same again")
    heads = (
        "step",
        "the signal arrives",
        "SIGHUP, SIGINT, SIGTERM: page",
        "exit code",
        "message",
        "SIGKILL: page at once",
        f"after {follows}",
    )
    rows = [_row(case, point) for point in case.points()]
    name = f"`{case.name}`" if case in COMMANDS else f"the action, `{case.name}`"
    return f"### {name}\n\n{_table(heads, rows)}"


def _row(case: Case, point: Point) -> tuple[str, ...]:
    gentle, killed = after_signal(case, point), after_kill(case, point)
    code = "129, 130, 143" if gentle.code is None else str(gentle.code)
    part = f"{point.part}: " if len(case.parts) > 1 and point.part != point.kind else ""
    at_once, left, healed = (_shown(case, page) for page in (gentle.page, killed.page, killed.healed))
    return (f"{part}{_step(point)}", point.moment, at_once, code, _said(gentle.words), left, healed)


def _said(words: Sequence[str]) -> str:
    return ", ".join(f"`{word.strip(' (')}`" for word in words)


def _step(point: Point) -> str:
    if point.part == "link":
        return "reads the status pages"
    return {"read": "reads the services", "save": "saves the state", "command": "runs the command"}.get(
        point.kind, f"writes {point.step.split(' ')[1]}" if point.kind == "write" else ""
    )


def _shown(case: Case, page: Page) -> str:
    if page == case.before and set(page) != {"maintenance"}:
        return "as before"
    return page[0] if len(set(page)) == 1 else ", ".join(map(": ".join, zip(case.names, page, strict=True)))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(row)} |\n" for row in cells)


def main(*arguments: str) -> int:
    """Rewrite the page if it is out of date, or with --check only say so.

    Returns:
        1 if a way is wrong, or if --check finds the page out of date, else 0.
    """
    wrong = mistakes(ways())
    for mistake in wrong:
        print(mistake)
    old = PAGE.read_text("utf-8")
    new = renewed(old)
    if new != old:
        print(PAGE.relative_to(ROOT))
        if "--check" not in arguments:
            PAGE.write_text(new, "utf-8")
    return 1 if wrong or (new != old and "--check" in arguments) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
