#!/usr/bin/env python3
"""Makes README's picture: the sandbox's page through two deployments by the real command, light and dark.

`make pictures` writes docs/images/deployment-light.png and -dark.png in headless Chromium. Browsers and fonts differ:
nobody compares pixels. Each file carries a digest of the pages that it shows, which a test makes again.
"""

from __future__ import annotations

import base64
import hashlib
import html
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib
from datetime import datetime, timedelta, timezone
from pathlib import Path

from alert24_sandbox import Sandbox

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
FILES = {scheme: IMAGES / f"deployment-{scheme}.png" for scheme in ("light", "dark")}
COMMAND = Path(sys.executable).parent / "alert24-deploy"
ROLLED_BACK = ("--outcome", "failure", "--rollback-outcome", "success")
_DIGEST = b"Source"  # the keyword of the text in which a picture carries its digest
# What the page shows of the machine that deployed: how long it took by its clock, and which sandbox it was.
_OF_THIS_RUN = re.compile(r'(?<="title": ")(Deployment [a-z ]+) after [^"]+|(?<="revision": ")[^"]+')
_WIDTH, _HEIGHT, _SCALE = 400, 590, 1.25
_STYLE = """
  :root { color-scheme: light dark; --ground: #fff; --text: #1f2328; --edge: #d1d9e0; }
  @media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --text: #f0f6fc; --edge: #3d444d; } }
  body { display: flex; gap: 18px; margin: 0; background: var(--ground); }
  figure { margin: 0; }
  figcaption { padding: 2px 4px 10px; color: var(--text); font: 600 19px/1.4 system-ui, sans-serif; }
  iframe { display: block; border: 1px solid var(--edge); border-radius: 12px; }
"""


class Clock:
    """Time that passes only between the steps, so that the pages are always the same."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 30, 12, 0, tzinfo=timezone.utc)

    def now(self) -> datetime:
        """Return the time."""
        return self.time

    def pass_by(self, **passed: int) -> None:
        """Let time pass."""
        self.time += timedelta(**passed)


def pages() -> dict[str, str]:
    """Return the page by caption: while the real command deploys, after a success, and after a rollback."""
    clock, found = Clock(), {}
    with Sandbox(now=clock.now) as sandbox, tempfile.TemporaryDirectory() as folder:
        for name in ("Payments API", "Web shop"):
            sandbox.add_service(name)
        environ = {
            "ALERT24_API_URL": sandbox.url,
            "ALERT24_API_KEY": sandbox.add_key(),
            "ALERT24_SERVICES": "Payments API",
            "ALERT24_RECORD_CHANGE": "true",
            "CI_COMMIT_REF_NAME": "main",
        }

        def step(caption: str, commit: str, *arguments: str, **passed: int) -> None:
            clock.pass_by(**passed)
            more = {"CI_COMMIT_SHA": commit}
            subprocess.run([COMMAND, *arguments], env={**environ, **more}, cwd=folder, check=True, capture_output=True)
            found[caption] = sandbox.page.snapshot()

        step("1. While you deploy", "4f2a9c1", "start")
        step("2. It succeeded", "4f2a9c1", "finish", "--outcome", "success", minutes=2, seconds=10)
        step("", "b81d03e", "start", minutes=40)
        step("3. It failed and was rolled back", "b81d03e", "finish", *ROLLED_BACK, minutes=3)
    return {caption: without_this_run(page) for caption, page in found.items() if caption}


def without_this_run(page: str) -> str:
    """Return a page without what differs from run to run."""
    return _OF_THIS_RUN.sub(r"\1", page)


def strip(shown: dict[str, str]) -> str:
    """Return the pages side by side under their captions."""
    figures = [
        f'<figure><figcaption>{html.escape(caption)}</figcaption><iframe width="{_WIDTH}" height="{_HEIGHT}" '
        f'scrolling="no" srcdoc="{html.escape(page)}"></iframe></figure>'
        for caption, page in shown.items()
    ]
    return f"<!doctype html><meta charset=utf-8><style>{_STYLE}</style>{''.join(figures)}"


def digest(shown: dict[str, str]) -> str:
    """Return a digest of what the picture shows."""
    return hashlib.sha256(strip(shown).encode()).hexdigest()


def marked(png: bytes, text: str) -> bytes:
    """Return a PNG with a text in it, before its last chunk."""
    body = b"tEXt" + _DIGEST + b"\0" + text.encode("ascii")
    return png[:-12] + struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)) + png[-12:]


def mark_of(png: bytes) -> str:
    """Return the text that `marked` has put into a PNG, empty if there is none."""
    found = re.search(rb"tEXt" + _DIGEST + rb"\0([0-9a-f]{64})", png)
    return found[1].decode("ascii") if found else ""


def main() -> int:
    """Write the pictures."""
    from helpers.browser import chromium

    shown = pages()
    IMAGES.mkdir(exist_ok=True)
    os.environ["TZ"] = "UTC"  # the browser's
    with tempfile.TemporaryDirectory() as folder, chromium(Path(folder, "profile")) as driver:
        source = Path(folder, "strip.html")
        source.write_text(strip(shown), encoding="utf-8")
        for scheme, file in FILES.items():
            features = [{"name": "prefers-color-scheme", "value": scheme}]
            driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
            driver.get(source.as_uri())
            size = driver.execute_script("const box = document.body; return [box.scrollWidth, box.offsetHeight]")
            width = len(shown) * (_WIDTH + 2 + 18) - 18
            metrics = {"width": width, "height": size[1], "deviceScaleFactor": _SCALE, "mobile": False}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            taken = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
            file.write_bytes(marked(base64.b64decode(taken["data"]), digest(shown)))
            print(f"{file}: {file.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
