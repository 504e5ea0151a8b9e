from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.errors import WrongSetting
from alert24_deploy.settings import read
from helpers.private_ca import CA, SERVER

from .words import complaint, display_name, value

BEGIN = "-----BEGIN CERTIFICATE-----"
BLOCK = BEGIN + CA.partition(BEGIN)[2].rstrip()


def test_ca_certificates__pem_or_path__is_the_certificates_alone(tmp_path: Path) -> None:
    """Comments in any encoding, and a key beside the certificate, stay behind."""
    path = tmp_path / "ca.pem"
    path.write_bytes("# Größe\r\n".encode("latin-1") + (CA + SERVER).encode())
    from_file, from_text = value("ca-certificates", f" {path}\n"), value("ca-certificates", f"Größe {CA}{SERVER}")
    assert from_file == from_text
    assert (from_file.startswith(BLOCK), from_file.count(BEGIN), "PRIVATE" in from_file) == (True, 2, False)


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PRIVATE KEY-----\nc2VjcmV0IQ==\n-----END PRIVATE KEY-----",
        f"{BEGIN}\nc2VjcmV0IQ==\n-----END CERTIFICATE-----",
        f"{CA}{BEGIN}\nc2VjcmV0IQ==\n-----END CERTIFICATE-----",
        f"{CA}{BEGIN}\nc2VjcmV0IQ==",
        CA.replace("\n", "\\n"),
    ],
    ids=["key", "no certificate", "second is none", "cut off", "escaped line breaks"],
)
def test_ca_certificates__damaged__refused_unseen(tmp_path: Path, text: str) -> None:
    """Half a list would fail only later, at some server. None of it is shown: it may be a private key."""
    (tmp_path / "ca.pem").write_text(text)
    for word in (text, str(tmp_path / "ca.pem")):
        message = complaint("ca-certificates", word)
        assert "no certificate in PEM format, or one that is damaged" in message
        assert "c2VjcmV0" not in message


@pytest.mark.parametrize(
    ("path", "reason"),
    [("nowhere.pem", "No such file"), (".", "Is a directory"), ("a" * 300, "too long"), ("a\0b", "no path")],
)
def test_ca_certificates__no_file__says_what_works(path: str, reason: str) -> None:
    """A path of the host is the usual mistake in a container."""
    message = complaint("ca-certificates", path)
    assert reason in message
    assert "PEM text itself, which works anywhere" in message
    assert "under the workspace" in message


def test_ca_certificates__file_without_end__refused() -> None:
    """A wrong path fills no memory."""
    assert "larger than 1024 KiB" in complaint("ca-certificates", "/dev/zero")


def test_ca_certificates__der__says_how_to_convert_it(tmp_path: Path) -> None:
    """Windows exports certificates in another format."""
    (tmp_path / "ca.der").write_bytes(b"0\x82\x01\x0a" + os.urandom(100))
    assert "openssl x509 -inform der" in complaint("ca-certificates", str(tmp_path / "ca.der"))


PIECES = [BEGIN, "-----END CERTIFICATE-----", BLOCK, "\n", "A", "é", "\0"]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_ca_certificates__any_text__is_certificates_or_a_message(text: str) -> None:
    """Nothing that was pasted wrongly ends in a traceback."""
    with contextlib.suppress(WrongSetting):
        assert read({"ca-certificates": text}, display_name).ca_certificates.count(BEGIN) == text.count(BEGIN)
