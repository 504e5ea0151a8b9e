#!/usr/bin/env python3
"""Asks the sandbox what its page shows, and fails when that is not what was expected.

expect.py STATUS SERVICE...    these services have this status, and all others are operational
expect.py untouched            nobody ever wrote anything
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any
from urllib.request import urlopen


def ask(path: str) -> Any:
    """What the sandbox says of itself; the address is the one that the job gave."""
    with urlopen(os.environ["SANDBOX"] + path, timeout=10) as answer:
        return json.load(answer)


def differences(expected: str, services: list[str]) -> list[str]:
    """One line for every service that is not as expected."""
    shown = {service["name"]: service["status"] for service in ask("/status.json")["services"]}
    wanted = dict.fromkeys(shown, "operational") | dict.fromkeys(services, expected)
    wrong = [name for name in wanted if shown.get(name) != wanted[name]]
    return [f"{name} is {shown.get(name)}, expected {wanted[name]}" for name in wrong]


def writes() -> list[str]:
    """One line for every change of a status since the sandbox was started."""
    return [f"somebody wrote: {event}" for event in ask("/events")["data"]]


def main(expected: str, *services: str) -> int:
    """Return 0 when all is as expected, else say what is not and return 1."""
    wrong = writes() if expected == "untouched" else differences(expected, list(services))
    for line in wrong:
        print(f"::error::{line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
