"""SECURITY.md's three commands, and that the stand-in for cosign refuses what cosign refuses."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

import verify
from common import Problem

from .conftest import ROOT

COSIGN = ROOT / "release" / "standins" / "cosign.py"
SIGNER = {"issuer": "https://issuer.example.com", "identity": "https://example.com/release.yml@refs/heads/main"}
ASKED = ["--certificate-oidc-issuer", SIGNER["issuer"], "--certificate-identity", SIGNER["identity"]]
IMAGE = f"registry.example.com/image@sha256:{'5' * 64}"


@pytest.fixture
def rehearsal(tmp_path: Path) -> Path:
    """A folder with a key, a signer, and a signed file."""
    key = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "signing.pem"]
    subprocess.run(key, cwd=tmp_path, check=True)
    (tmp_path / "identity").write_text(json.dumps(SIGNER))
    (tmp_path / "file").write_text("abc")
    assert cosign(tmp_path, "sign-blob", "--yes", "--bundle", "bundle", "file") == 0
    assert cosign(tmp_path, "sign", "--yes", IMAGE) == 0
    return tmp_path


def cosign(folder: Path, *arguments: str) -> int:
    """Run the stand-in; return its exit code."""
    environ = {**os.environ, "REHEARSAL": str(folder)}
    return subprocess.run([COSIGN, *arguments], cwd=folder, env=environ, check=False, capture_output=True).returncode


def test_commands__of_the_page__are_three() -> None:
    """A signature over the list of all files, the list, and the image that the listed action.yml names."""
    found = verify.commands((ROOT / "SECURITY.md").read_text("utf-8"))
    assert [command.split(" --", 1)[0].split(' "')[0] for command in found] == [
        "cosign verify-blob",
        "sha256sum",
        "cosign verify",
    ]


def test_commands__more_or_fewer__are_a_problem() -> None:
    """A page that was edited carelessly stops the release."""
    with pytest.raises(Problem, match="has 1 commands"):
        verify.commands("# Security\n\n## Verify a release\n\n```sh\ntrue\n```\n\n## More\n\n```sh\nfalse\n```\n")


def test_verify__a_command_fails__is_a_problem(tmp_path: Path) -> None:
    """Each command counts, not only the last one."""
    page = "\n## Verify a release\n\n```sh\nfalse\n\ntrue\n\ntrue\n```\n"
    with pytest.raises(Problem, match="exit code 1"):
        verify.verify(page, tmp_path)


def test_standin__what_was_signed__is_verified(rehearsal: Path) -> None:
    """A signature holds for the file and the image that were signed."""
    assert cosign(rehearsal, "verify-blob", *ASKED, "--bundle", "bundle", "file") == 0
    assert cosign(rehearsal, "verify", *ASKED, IMAGE) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify-blob", *ASKED, "--bundle", "bundle", "identity"],
        ["verify-blob", *ASKED[:3], "https://example.com/other.yml@refs/heads/main", "--bundle", "bundle", "file"],
        ["verify-blob", *ASKED[:2], "--bundle", "bundle", "file"],
        ["verify", *ASKED, IMAGE.replace("5" * 64, "6" * 64)],
        ["verify", *ASKED, "registry.example.com/image:v1"],
        ["verify", "--certificate-oidc-issuer", "https://other.example.com", *ASKED[2:], IMAGE],
    ],
    ids=["another file", "another workflow", "no identity", "another image", "a tag", "another issuer"],
)
def test_standin__anything_else__is_refused(rehearsal: Path, arguments: list[str]) -> None:
    """What cosign refuses is refused in a rehearsal, too."""
    assert cosign(rehearsal, *arguments) != 0


@pytest.mark.parametrize("part", ["statement", "signature"])
def test_standin__a_forged_bundle__is_refused(rehearsal: Path, part: str) -> None:
    """A signature by another key, or over other words, is none."""
    bundle = json.loads((rehearsal / "bundle").read_text())
    key = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "signing.pem"]
    other = rehearsal / "other"
    other.mkdir()
    subprocess.run(key, cwd=other, check=True)
    (other / "identity").write_text(json.dumps(SIGNER | {"identity": "https://example.com/forged"}))
    (other / "file").write_text("abc")
    assert cosign(other, "sign-blob", "--yes", "--bundle", "bundle", "file") == 0
    forged = json.loads((other / "bundle").read_text())
    (rehearsal / "bundle").write_text(json.dumps(bundle | {part: forged[part]}))
    asked = [*ASKED[:3], json.loads((bundle | {part: forged[part]})["statement"])["identity"]]
    assert cosign(rehearsal, "verify-blob", *asked, "--bundle", "bundle", "file") != 0
