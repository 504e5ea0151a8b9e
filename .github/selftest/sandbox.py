#!/usr/bin/env python3
"""Serves an Alert24 sandbox for the self-test on 127.0.0.1, with new keys."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "sandbox"), str(ROOT / "build/selftest/packages")]

from alert24_sandbox import Sandbox  # noqa: E402 - found in the checkout, without an installation


def main(port: str) -> None:
    """Serve until the job ends. The keys are written to the step's outputs before the server starts."""
    sandbox = Sandbox(port=int(port))
    for name in ("Payments API", "Checkout", "Search"):
        sandbox.add_service(name)
    keys = {
        "key": sandbox.add_key(),
        "read-only-key": sandbox.add_key(scopes=["read"]),
        "revoked-key": sandbox.add_key(),
    }
    sandbox.revoke(keys["revoked-key"])
    for key in keys.values():
        print(f"::add-mask::{key}", flush=True)
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as outputs:
        outputs.writelines(f"{name}={key}\n" for name, key in keys.items())
    sandbox.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
