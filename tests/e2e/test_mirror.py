"""The example that copies a release's image to a registry of one's own, with real registries and skopeo."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import urllib.request
from pathlib import Path

import pytest

from helpers.engine.registry import registry

pytestmark = pytest.mark.e2e

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "mirror" / "image.sh"
_OCI = "application/vnd.oci.image"


def _layout(directory: Path) -> None:
    """Make an image of two platforms, with no layers."""

    def blob(content: bytes, kind: str) -> dict[str, object]:
        digest = hashlib.sha256(content).hexdigest()
        (directory / "blobs" / "sha256" / digest).write_bytes(content)
        return {"mediaType": f"{_OCI}.{kind}", "digest": f"sha256:{digest}", "size": len(content)}

    def document(kind: str, **fields: object) -> dict[str, object]:
        # With a blank at its end, as none who writes it anew would: its digest would change.
        return blob(json.dumps({"schemaVersion": 2, "mediaType": f"{_OCI}.{kind}", **fields}).encode() + b" ", kind)

    (directory / "blobs" / "sha256").mkdir(parents=True)
    images = []
    for architecture in ("amd64", "arm64"):
        platform = {"architecture": architecture, "os": "linux"}
        config = blob(json.dumps({**platform, "rootfs": {"type": "layers", "diff_ids": []}}).encode(), "config.v1+json")
        images.append({**document("manifest.v1+json", config=config, layers=[]), "platform": platform})
    index = document("index.v1+json", manifests=images)
    (directory / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (directory / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [index]}))


def test_image__copied__keeps_its_digest_and_both_platforms(tmp_path: Path) -> None:
    """What a release's action.yml names is found in the mirror by the same digest."""
    _layout(tmp_path / "image")
    with registry(tmp_path / "there") as there, registry(tmp_path / "here") as here:
        insecure = "".join(f'[[registry]]\nlocation = "{each.address}"\ninsecure = true\n' for each in (there, here))
        (tmp_path / ".config" / "containers").mkdir(parents=True)
        (tmp_path / ".config" / "containers" / "registries.conf").write_text(insecure)
        environ = {**os.environ, "HOME": str(tmp_path)}
        released, mirror = f"{there.address}/alert24/alert24-deploy", f"{here.address}/mirror/alert24-deploy"
        push = ["skopeo", "copy", "--all", "--preserve-digests", f"oci:{tmp_path / 'image'}", f"docker://{released}:x"]
        subprocess.run(push, env=environ, check=True)
        digest = json.loads((tmp_path / "image" / "index.json").read_text())["manifests"][0]["digest"]
        subprocess.run([SCRIPT, f"{released}@{digest}", mirror], env=environ, check=True)
        accept = {"Accept": f"{_OCI}.index.v1+json"}
        request = urllib.request.Request(
            f"http://{here.address}/v2/mirror/alert24-deploy/manifests/{digest}", headers=accept
        )
        with urllib.request.urlopen(request) as answer:
            content = answer.read()
    assert f"sha256:{hashlib.sha256(content).hexdigest()}" == digest
    assert len(json.loads(content)["manifests"]) == 2
