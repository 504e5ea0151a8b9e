#!/usr/bin/env python3
"""Fails when a pytest report (JUnit's XML) tells of skipped tests, or of none at all."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree


def main(report: str) -> int:
    """Return 0 when the report counts tests and no skipped one, else 1."""
    suites = list(ElementTree.fromstring(Path(report).read_text(encoding="utf-8")).iter("testsuite"))
    tests = sum(int(suite.get("tests", "0")) for suite in suites)
    skipped = sum(int(suite.get("skipped", "0")) for suite in suites)
    if tests and not skipped:
        return 0
    print(f"{report}: {tests} tests, {skipped} skipped. Some must run, and none may be skipped.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
