#!/usr/bin/env python3
"""Fails if a pytest report (JUnit XML) contains skipped tests, or no tests at all."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree


def main(report: str) -> int:
    """Return 0 if the report contains tests and none was skipped, else 1."""
    suites = list(ElementTree.fromstring(Path(report).read_text(encoding="utf-8")).iter("testsuite"))
    tests = sum(int(suite.get("tests", "0")) for suite in suites)
    skipped = sum(int(suite.get("skipped", "0")) for suite in suites)
    if tests and not skipped:
        return 0
    print(f"{report}: {tests} tests, {skipped} skipped. Tests must run, and none may be skipped.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
