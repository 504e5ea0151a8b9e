"""What a release does in a registry, in a real one on loopback."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import registry
import tags
from common import Problem, git, remote_tags
from helpers.engine.registry import Registry
from helpers.engine.registry import registry as on_loopback

from .conftest import Commit

pytestmark = pytest.mark.e2e

NAME = "owner/image"
# `user` with the password `password`, in bcrypt's form.
PASSWORDS = "user:$2y$05$abcdefghijklmnopqrstuuWG29KuyeAicPCJODk1zjyGvyQUU2awu\n"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Registry]:
    """An empty registry."""
    with on_loopback(tmp_path / "registry") as running:
        yield running


def push(repository: str, folder: Path, architecture: str, content: str = "x") -> str:
    """Push an image of one platform by its digest, and return that."""
    folder.mkdir()
    (folder / "file").write_text(content)
    layer = subprocess.run(["tar", "--create", "-C", folder, "file"], check=True, capture_output=True).stdout
    config = {"architecture": architecture, "os": "linux", "config": {}}
    config["rootfs"] = {"type": "layers", "diff_ids": [registry.digest_of(layer)]}
    parts = [json.dumps(config).encode(), layer]
    kinds = ["config.v1+json", "layer.v1.tar"]
    described = [
        {"mediaType": f"application/vnd.oci.image.{kind}", "digest": registry.digest_of(part), "size": len(part)}
        for kind, part in zip(kinds, parts, strict=True)
    ]
    kind = "application/vnd.oci.image.manifest.v1+json"
    manifest = {"schemaVersion": 2, "mediaType": kind, "config": described[0], "layers": described[1:]}
    image = json.dumps(manifest).encode()
    (folder / "version").write_text("Directory Transport Version: 1.1\n")
    (folder / "manifest.json").write_bytes(image)
    for part in parts:
        (folder / registry.digest_of(part)[7:]).write_bytes(part)
    digest = registry.digest_of(image)
    target = f"docker://{repository}@{digest}"
    subprocess.run(["skopeo", "copy", "--quiet", "--dest-tls-verify=false", f"dir:{folder}", target], check=True)
    return digest


def tag_names(repository: str) -> list[str]:
    """Return the tags of a repository; a registry lists none of one that has never had any."""
    command = ["skopeo", "list-tags", "--tls-verify=false", f"docker://{repository}"]
    ended = subprocess.run(command, capture_output=True, check=False)
    return list(json.loads(ended.stdout)["Tags"]) if ended.returncode == 0 else []


def test_index__of_two_platforms__has_both_and_no_tag(running: Registry, tmp_path: Path) -> None:
    """One image for all platforms is there by its digest, which is the same the next time, and nothing names it."""
    repository = f"{running.address}/{NAME}"
    digests = [push(repository, tmp_path / each, each) for each in ("amd64", "arm64")]
    index = registry.push_index(repository, digests)
    assert registry.push_index(repository, digests) == index
    manifest = registry.manifest(f"{repository}@{index}")
    assert registry.digest_of(manifest) == index
    assert [(each["digest"], each["platform"]["architecture"]) for each in json.loads(manifest)["manifests"]] == [
        (digests[0], "amd64"),
        (digests[1], "arm64"),
    ]
    registry.pull(f"{repository}@{index}")
    assert tag_names(repository) == []


def test_index__twice_the_same_platform__is_refused(running: Registry, tmp_path: Path) -> None:
    """A job that handed on the other's digest is noticed."""
    repository = f"{running.address}/{NAME}"
    digests = [push(repository, tmp_path / content, "amd64", content) for content in ("x", "y")]
    with pytest.raises(Problem, match="for the same platform"):
        registry.push_index(repository, digests)


def test_digest__no_such_image__is_none(running: Registry, tmp_path: Path) -> None:
    """An unknown tag or repository isn't there; a registry that doesn't answer is a problem."""
    repository = f"{running.address}/{NAME}"
    assert registry.digest(f"{repository}:v1") is None
    push(repository, tmp_path / "image", "amd64")
    assert registry.digest(f"{repository}:v1") is None
    with pytest.raises(Problem, match="connection refused"):
        registry.digest("127.0.0.1:9/owner/image:v1")


def test_pull__of_a_private_image__says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A login that skopeo could use is not used, and the sentence names the setting."""
    (tmp_path / "passwords").write_text(PASSWORDS)
    monkeypatch.setenv("REGISTRY_AUTH", "htpasswd")
    monkeypatch.setenv("REGISTRY_AUTH_HTPASSWD_REALM", "registry")
    monkeypatch.setenv("REGISTRY_AUTH_HTPASSWD_PATH", str(tmp_path / "passwords"))
    with on_loopback(tmp_path / "registry") as private:
        monkeypatch.setenv("REGISTRY_AUTH_FILE", str(tmp_path / "auth.json"))
        login = ["skopeo", "login", "--tls-verify=false", "-u", "user", "-p", "password", private.address]
        subprocess.run(login, check=True, capture_output=True)
        repository = f"{private.address}/{NAME}"
        digest = push(repository, tmp_path / "image", "amd64")
        assert registry.digest(f"{repository}@{digest}") == digest
        with pytest.raises(Problem, match=r"can't be pulled without a login\..*make the package public"):
            registry.pull(f"{repository}@{digest}")


def test_move__twice__names_image_and_commit(running: Registry, tmp_path: Path, checkout: Path, commit: Commit) -> None:
    """The image's tags are those of the commit; a repeated job changes nothing, and a taken tag stops it."""
    repository = f"{running.address}/{NAME}"
    first, second = (push(repository, tmp_path / content, "amd64", content) for content in ("x", "y"))
    images = [f"{repository}@{registry.push_index(repository, [digest])}" for digest in (first, second)]
    sha = commit("A door")
    tags.publish(checkout, "1.2.3", sha)
    for _ in range(2):
        assert tags.move(checkout, "1.2.3", sha, images[0]) == ["v1.2.3", "v1.2", "v1"]
    assert remote_tags(checkout) == dict.fromkeys(["v1", "v1.2", "v1.2.3"], sha)
    assert {f"{repository}@{registry.digest(f'{repository}:{name}')}" for name in tag_names(repository)} == {images[0]}
    with pytest.raises(Problem, match="never moves"):
        tags.move(checkout, "1.2.3", sha, images[1])
    later = commit("A window")
    tags.publish(checkout, "1.3.0", later)
    assert tags.move(checkout, "1.3.0", later, images[1]) == ["v1.3.0", "v1.3", "v1"]
    assert registry.digest(f"{repository}:v1") == images[1].partition("@")[2]
    assert registry.digest(f"{repository}:v1.2") == images[0].partition("@")[2]
    assert git(checkout, "ls-remote", "--tags", "origin", "v1").split()[0] == later
