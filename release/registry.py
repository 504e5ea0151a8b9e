#!/usr/bin/env python3
"""Does what a release does in an image registry, without tags until the very end.

    python3 release/registry.py index IMAGE DIGEST...     pushes one image of several platforms; prints its digest
    python3 release/registry.py pull IMAGE@DIGEST         pulls all of it without a login

skopeo does the work: GitHub's runners and Debian have it, it logs in as `docker login` left it, and it copies by digest
alone. `docker buildx imagetools` and `docker manifest` need a tag to push to, and crane is in neither.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from common import Problem, run, step

INDEX = "application/vnd.oci.image.index.v1+json"
LOOPBACK = re.compile(r"(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?/")
# How a registry says that it has no such image; anything else is an error of its own.
MISSING = ("manifest unknown", "name unknown", "repository name not known", "was deleted or has expired")


def digest_of(content: bytes) -> str:
    """Return the digest by which registries name a content."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def manifest(image: str) -> bytes:
    """Return the manifest of an image, as its registry has it."""
    return run(["skopeo", "inspect", "--raw", *_http(image), f"docker://{image}"]).encode()


def digest(image: str) -> str | None:
    """Return the digest of an image, such as the one that a tag names; None if there is none."""
    try:
        return digest_of(manifest(image))
    except Problem as problem:
        if any(words in str(problem).lower() for words in MISSING):
            return None
        raise


def push_index(repository: str, digests: Sequence[str]) -> str:
    """Push an image made of those of several platforms, which the registry has; return its digest.

    Raises:
        Problem: two are for the same platform.
    """
    images = [_descriptor(f"{repository}@{each}") for each in digests]
    names = [json.dumps(image["platform"]) for image in images]
    if len(set(names)) != len(names):
        raise Problem(f"Two images are for the same platform: {', '.join(names)}.")
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": images}).encode()
    with tempfile.TemporaryDirectory(prefix="alert24-deploy-index-") as directory:
        Path(directory, "version").write_text("Directory Transport Version: 1.1\n", "ascii")
        Path(directory, "manifest.json").write_bytes(index)
        _copy(f"dir:{directory}", f"docker://{repository}@{digest_of(index)}")
    return digest_of(index)


def _descriptor(image: str) -> dict[str, Any]:
    """Describe an image of one platform, as an index does."""
    content = manifest(image)
    config = json.loads(run(["skopeo", "inspect", "--config", "--raw", *_http(image), f"docker://{image}"]))
    platform = {key: config[key] for key in ("os", "architecture", "variant") if config.get(key)}
    kind = json.loads(content)["mediaType"]
    return {"mediaType": kind, "digest": digest_of(content), "size": len(content), "platform": platform}


def put_tag(repository: str, image_digest: str, name: str) -> None:
    """Have a tag name an image that the registry has."""
    _copy(f"docker://{repository}@{image_digest}", f"docker://{repository}:{name}")


def _copy(source: str, target: str) -> None:
    """Copy the index alone: what it lists is there."""
    tls = [*_http(source, "src-"), *_http(target, "dest-")]
    run(["skopeo", "copy", "--multi-arch", "index-only", "--preserve-digests", *tls, source, target])


def _http(image: str, side: str = "") -> list[str]:
    """Return the option for plain http, which is for the local machine alone."""
    return [f"--{side}tls-verify=false"] if LOOPBACK.match(image.removeprefix("docker://")) else []


def pull(image: str) -> None:
    """Pull every platform of an image as a stranger would, and check all digests.

    Raises:
        Problem: it can't be had without a login, or it isn't what its digest says.
    """
    with tempfile.TemporaryDirectory(prefix="alert24-deploy-pull-") as directory:
        command = ["skopeo", "copy", "--all", "--preserve-digests", "--src-no-creds", *_http(image, "src-")]
        try:
            run([*command, f"docker://{image}", f"dir:{directory}"])
        except Problem as problem:
            raise Problem(
                f"{image} can't be pulled without a login. If this is the first release, make the package public: "
                f"GitHub creates packages as private ones. {problem}"
            ) from None


def main(command: str, image: str, *digests: str) -> None:
    """Run one command."""
    if command == "index":
        print(push_index(image, digests))
    elif command == "pull":
        pull(image)
    else:
        raise Problem(f"There is no command {command!r}.")


if __name__ == "__main__":
    step(main)
