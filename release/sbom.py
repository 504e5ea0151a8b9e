"""Lists what the tool's files contain: a software bill of materials in CycloneDX's format, from the lock file.

The lock names every package and its version, so that listing them takes this one function. The tool that would do it
brings thirty packages along, which would then run in the job that makes the release. The list of what else is in the
image, Debian's packages, is made of the image itself: see the workflow.
"""

from __future__ import annotations

import json
import re
import uuid
from datetime import datetime, timezone

import pyz


def bill(lock: str, version: str, seconds: int) -> bytes:
    """Return the list, the same every time.

    Args:
        lock: the content of a lock file.
        version: the version of the tool.
        seconds: when its commit was made, since 1970.
    """
    packages = re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", pyz.wanted(lock, pyz.UNWANTED), re.MULTILINE)
    tool = _component("application", "alert24-deploy", version)
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, lock + version)}",
        "version": 1,
        "metadata": {"timestamp": datetime.fromtimestamp(seconds, timezone.utc).isoformat(), "component": tool},
        "components": [_component("library", *package) for package in packages],
        "dependencies": [{"ref": tool["bom-ref"], "dependsOn": [f"pkg:pypi/{name}@{of}" for name, of in packages]}],
    }
    return json.dumps(document, indent=2).encode() + b"\n"


def _component(kind: str, name: str, version: str) -> dict[str, str]:
    url = f"pkg:pypi/{name}@{version}"
    return {"type": kind, "bom-ref": url, "name": name, "version": version, "purl": url}
