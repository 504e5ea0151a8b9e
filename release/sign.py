#!/usr/bin/env python3
"""Signs a release as the workflow that made it: no key is kept anywhere.

    python3 release/sign.py DIST     signs the list of all files, and the image that it names

The list has the checksum of every file, so of action.yml and the component, too. cosign asks GitHub who runs it, and
writes the signature into Sigstore's public log.
"""

from __future__ import annotations

import json
from pathlib import Path

from commit import FACTS, SIGNED
from common import run, step

BUNDLE = f"{SIGNED}.sigstore.json"


def main(folder: str = "dist") -> None:
    """Sign both."""
    listed = Path(folder, SIGNED)
    image = json.loads(Path(folder, FACTS).read_text("utf-8"))["image"]
    run(["cosign", "sign", "--yes", image])
    run(["cosign", "sign-blob", "--yes", "--bundle", Path(folder, BUNDLE), listed])


if __name__ == "__main__":
    step(main)
