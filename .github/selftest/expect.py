#!/usr/bin/env python3
"""Asks the sandbox for its statuses, and fails if they are not as expected.

expect.py STATUS SERVICE...    these services have this status, and all others are operational
expect.py untouched            no status was ever changed
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any
from urllib.request import urlopen


def ask(path: str) -> Any:
    """Return the JSON at a path of the sandbox, whose URL is in the variable SANDBOX."""
    with urlopen(os.environ["SANDBOX"] + path, timeout=10) as answer:
        return json.load(answer)


def differences(expected: str, services: list[str]) -> list[str]:
    """Return one line for each service without the expected status."""
    shown = {service["name"]: service["status"] for service in ask("/status.json")["services"]}
    wanted = dict.fromkeys(shown, "operational") | dict.fromkeys(services, expected)
    wrong = [name for name in wanted if shown.get(name) != wanted[name]]
    return [f"{name} is {shown.get(name)}, expected {wanted[name]}" for name in wrong]


def writes() -> list[str]:
    """Return one line for each status change since the sandbox started."""
    return [f"unexpected change: {event}" for event in ask("/events")["data"]]


def main(expected: str, *services: str) -> int:
    """Return 0 if everything is as expected; otherwise print the differences and return 1."""
    wrong = writes() if expected == "untouched" else differences(expected, list(services))
    for line in wrong:
        print(f"::error::{line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
