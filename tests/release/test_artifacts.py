"""The files that are the same for every processor: the same bytes of the same commit."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import sbom
from common import git

from .conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

LOCK = (ROOT / "requirements" / "image.txt").read_text("utf-8")


def test_build__twice_in_other_places__same_bytes(tmp_path: Path) -> None:
    """Neither the folder, nor the time zone, the clock, the mode mask or the hash seed is to be found in the files."""
    made = []
    for number, (mask, seed) in enumerate([(0o022, "1"), (0o077, "2")]):
        folder = tmp_path / f"checkout {number}"
        git(tmp_path, "clone", "--quiet", str(ROOT), str(folder))
        environ = {**os.environ, "TZ": ["UTC", "Asia/Tokyo"][number], "PYTHONHASHSEED": seed}
        script = [sys.executable, str(ROOT / "release" / "artifacts.py"), "dist"]
        subprocess.run(script, cwd=folder, env=environ, check=True, umask=mask, stdout=subprocess.PIPE)
        made.append({path.name: path.read_bytes() for path in (folder / "dist").iterdir()})
    assert made[0] == made[1]
    kinds = {re.sub(r"alert24.deploy|-\d+\.\d+\.\d+", "", name) for name in made[0]}
    assert kinds == {".pyz", ".cdx.json", ".tar.gz", "-py3-none-any.whl"}
    (wheel,) = (content for name, content in made[0].items() if name.endswith(".whl"))
    with zipfile.ZipFile(io.BytesIO(wheel)) as packed:
        assert "alert24_deploy/cli/templates/Jenkinsfile" in packed.namelist()
    (archive,) = (content for name, content in made[0].items() if name.endswith(".tar.gz"))
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        assert {file.mtime for file in files} == {int(git(ROOT, "log", "-1", "--format=%ct"))}


def test_bill__lists_the_lock_s_packages() -> None:
    """Each package that the tool's files contain is there with its version, and none that only GitHub needs."""
    document = json.loads(sbom.bill(LOCK, "1.2.3", 1_000_000_000))
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert document["metadata"]["timestamp"] == "2001-09-09T01:46:40+00:00"
    listed = {each["purl"] for each in document["components"]}
    in_lock = {f"pkg:pypi/{name}@{version}" for name, version in re.findall(r"(?m)^(\S+)==(\S+)", LOCK)}
    assert listed < in_lock
    assert {re.sub("@.*", "", each) for each in in_lock - listed} == {"pkg:pypi/actions-toolkit"}
    assert set(document["dependencies"][0]["dependsOn"]) == listed
