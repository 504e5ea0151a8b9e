#!/usr/bin/env python3
"""Rehearses a release, from the version to what users verify, on this machine alone: `make rehearse`.

    PYTHONPATH=tests python3 release/rehearse.py     as root; needs what .ci/run installs

It runs the scripts that .github/workflows/release.yml runs, in the same order, on HEAD: with a git remote in a folder,
a registry on loopback, one Docker engine that builds and a fresh one that runs what it pulls. What needs the network is
stood in for (release/standins): GitHub's release page is a folder, and a local key signs instead of Sigstore.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import changelog
import registry
from commit import SIGNED
from common import Problem, Version, git, package_version, run
from rehearsal_world import ROOT, World, change_main, world

BUILT = "rehearsal:built"


# The steps, in the order of release.yml. Each returns what it made or checked.


def bump(made: World) -> str:
    """Prepare main, as a maintainer does."""
    old = Version.parse(package_version(ROOT))
    version = f"{old.major}.{old.minor + 1}.0"
    made.hand_on(version=version)
    if package_version(made.main) != version:
        text = changelog.read(made.main).replace("[Unreleased]\n", "[Unreleased]\n\n### Added\n\n- A rehearsal.\n", 1)
        (made.main / changelog.FILE).write_text(text, "utf-8")
        change_main(made, lambda _: made.script("bump", version))
    # The gate's test that all pages name the version; it must be this one's package that it imports.
    test = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/consistency/test_versions.py"]
    run(test, made.main, {"PYTHONPATH": str(made.main / "entrypoint")})
    return f"{old} -> {version}, in all pages and examples"


def check(made: World) -> str:
    """Check what can be checked before anything is built."""
    made.script("check", made.version)
    return "version, changelog, component, base image by digest"


def image(made: World) -> str:
    """Build, and push by digest, one image per platform: this machine's, and the same one as if for another."""
    made.hand_on(platforms=build_and_push(made, made.main))
    return "2 platforms, by digest"


def build_and_push(made: World, context: Path) -> list[str]:
    """Build a Dockerfile, and push the image; return the digests."""
    docker = ["docker", "--host", made.builder, "build", "--quiet", "--network", "host", "--tag", BUILT]
    run([*docker, "--build-arg", f"VERSION={made.version}", context], env={"DOCKER_BUILDKIT": "0"})
    layout = made.directory / "layout"
    shutil.rmtree(layout, ignore_errors=True)
    source = ["--src-daemon-host", made.builder, f"docker-daemon:{BUILT}"]
    run(["skopeo", "copy", *source, f"oci:{layout}:linux/amd64"])
    _add_platform(layout, "arm64")
    index = json.loads((layout / "index.json").read_text("utf-8"))
    digests = [each["digest"] for each in index["manifests"]]
    for platform, digest in zip(("linux/amd64", "linux/arm64"), digests, strict=True):
        target = f"docker://{made.registry}/{made.repository}@{digest}"
        tls = ["--preserve-digests", "--dest-tls-verify=false"]
        run(["skopeo", "copy", *tls, f"oci:{layout}:{platform}", target])
    shutil.rmtree(layout)
    return digests


def _add_platform(layout: Path, architecture: str) -> None:
    """Add the layout's image once more, as if built for another processor."""

    def put(document: object) -> dict[str, object]:
        content = json.dumps(document).encode()
        digest = registry.digest_of(content)
        (layout / "blobs/sha256" / digest[7:]).write_bytes(content)
        return {"digest": digest, "size": len(content)}

    def read(descriptor: dict[str, str]) -> Any:
        return json.loads((layout / "blobs/sha256" / descriptor["digest"][7:]).read_text("utf-8"))

    index = json.loads((layout / "index.json").read_text("utf-8"))
    (first,) = index["manifests"]
    manifest = read(first)
    manifest["config"] |= put(read(manifest["config"]) | {"architecture": architecture})
    name = {"annotations": {"org.opencontainers.image.ref.name": f"linux/{architecture}"}}
    index["manifests"].append(first | put(manifest) | name)
    (layout / "index.json").write_text(json.dumps(index), "utf-8")


def index(made: World) -> str:
    """Push the image that is made of the platforms'."""
    repository = f"{made.registry}/{made.repository}"
    made.hand_on(digest=made.script("registry", "index", repository, *made.outputs["platforms"]))
    return f"{made.outputs['digest'][:19]}..., without a tag"


def smoke(made: World) -> str:
    """Run main and post of that digest."""
    folder = made.directory / "candidate"
    folder.mkdir(exist_ok=True)
    (folder / "action.yml").write_text(made.script("commit", "action", made.image) + "\n", "utf-8")
    return f"main and post in a fresh engine: {made.script('smoke', folder, 'success', 'failure-in-two-jobs')}"


def files(made: World) -> str:
    """Build the files."""
    made.script("artifacts", made.dist)
    if made.with_binary:
        made.script("binary", made.dist)
    return ", ".join(sorted(path.name for path in made.dist.iterdir()))


def commit(made: World) -> str:
    """Make the release's commit, and push it to a branch of its own."""
    sha = made.script("commit", "make", made.version, made.image, made.dist)
    made.hand_on(commit=sha)
    git(made.main, "push", "--quiet", "--force", "origin", f"{sha}:refs/heads/release/v{made.version}")
    return f"{sha[:12]} on release/v{made.version}"


def candidate(made: World) -> str:
    """Use the action from a checkout of that branch, and its image without a login."""
    folder = made.directory / "candidate"
    shutil.rmtree(folder, ignore_errors=True)
    origin = str(made.directory / "origin.git")
    git(made.directory, "clone", "--quiet", "--branch", f"release/v{made.version}", origin, str(folder))
    made.script("registry", "pull", made.image)
    return f"its image without a login; {made.script('smoke', folder)}"


def sign(made: World) -> str:
    """Sign the list of files and the image."""
    made.script("sign", made.dist)
    return f"{SIGNED} and the image, by a local key"


def draft(made: World) -> str:
    """Make the draft of the release's page."""
    made.script("page", "draft", made.version, made.outputs["commit"], made.dist)
    return f"{len(list(made.dist.iterdir()))} files, bound to {made.outputs['commit'][:12]}"


def verify(made: World) -> str:
    """Verify what the page serves, as users do."""
    commands = made.script("verify", made.version, made.outputs["commit"])
    return "; ".join(re.findall(r"^(?:cosign [\w-]+|sha256sum)", commands, re.MULTILINE)) + ", in an empty folder"


def publish(made: World) -> str:
    """Create the tag, then publish the page."""
    made.script("tags", "publish", made.version, made.outputs["commit"])
    made.script("page", "publish", made.version)
    return f"v{made.version} in git and on the page"


def move(made: World) -> str:
    """Tag the image, and move the tags of the version's lines."""
    return made.script("tags", "move", made.version, made.outputs["commit"], made.image)


def catalog(made: World) -> str:
    """Hand the commit to GitLab, whose pipeline for the tag makes the release of the Catalog."""
    if "gitlab" not in git(made.main, "remote").split():
        git(made.directory, "init", "--quiet", "--bare", "gitlab.git")
        git(made.main, "remote", "add", "gitlab", str(made.directory / "gitlab.git"))
    made.script("tags", "publish", made.version, made.outputs["commit"], "gitlab")
    return f"v{made.version} on another remote"


def verify_published(made: World) -> str:
    """Verify once more what is published now."""
    return verify(made)


Step = Callable[[World], str]
STEPS: list[Step] = [bump, check, image, index, smoke, files, commit, candidate, sign, draft, verify, publish, move]
STEPS += [catalog, verify_published]


def rehearse(made: World, steps: list[Step]) -> Iterator[tuple[str, str, float]]:
    """Run steps; yield the name, the result and the seconds of each."""
    for step in steps:
        began = time.monotonic()
        said = step(made)
        yield step.__name__, said, time.monotonic() - began


def sizes(made: World) -> Iterator[tuple[str, int]]:
    """Yield the release's files with their sizes, and the image's layers as they are pulled."""
    for path in sorted(made.dist.iterdir()):
        yield path.name, path.stat().st_size
    platform = json.loads(registry.manifest(made.image))["manifests"][0]["digest"]
    manifest = json.loads(registry.manifest(f"{made.image.partition('@')[0]}@{platform}"))
    for number, layer in enumerate(manifest["layers"], 1):
        yield f"image, layer {number}", layer["size"]


def main() -> None:
    """Rehearse, and print what was made and checked."""
    temporary = tempfile.TemporaryDirectory(prefix="alert24-deploy-rehearsal-")
    with temporary as directory, world(Path(directory) / "world") as made:
        began = time.monotonic()
        print(f"{'step':16} {'seconds':>7}  result")
        for name, said, seconds in rehearse(made, STEPS):
            print(f"{name:16} {seconds:7.1f}  {said}", flush=True)
        print(f"{'all':16} {time.monotonic() - began:7.1f}\n\n{'bytes':>10}  what")
        for name, size in sizes(made):
            print(f"{size:10,}  {name}")


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit(f"The rehearsal failed. {problem}")
