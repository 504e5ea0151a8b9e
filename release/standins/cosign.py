#!/usr/bin/env python3
"""Stands in for cosign in a rehearsal: a local key signs what Sigstore would, and verification is real.

A signature covers the checksum of what is signed and who signed it, as with a certificate of Sigstore's. openssl makes
it with a key like cosign's own, ECDSA P-256 over SHA-256. Signatures of images are in $REHEARSAL/signatures, so that
the registry has nothing but the image; who signs is in $REHEARSAL/identity.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

REHEARSAL = Path(os.environ["REHEARSAL"])
KEY = REHEARSAL / "signing.pem"


def bundle(content: str) -> str:
    """Sign a checksum, as the identity of this rehearsal."""
    statement = json.dumps({**json.loads((REHEARSAL / "identity").read_text("utf-8")), "sha256": content})
    command = ["openssl", "dgst", "-sha256", "-sign", str(KEY)]
    signature = subprocess.run(command, input=statement.encode(), capture_output=True, check=True).stdout
    return json.dumps({"statement": statement, "signature": base64.b64encode(signature).decode()})


def check(signed: str, content: str, given: argparse.Namespace) -> None:
    """Hold a signature to the key, the checksum and the identity that is asked for."""
    parts = json.loads(signed)
    public = subprocess.run(["openssl", "pkey", "-in", str(KEY), "-pubout"], capture_output=True, check=True).stdout
    with tempfile.TemporaryDirectory() as directory:
        key, signature = Path(directory, "key"), Path(directory, "signature")
        key.write_bytes(public)
        signature.write_bytes(base64.b64decode(parts["signature"]))
        command = ["openssl", "dgst", "-sha256", "-verify", str(key), "-signature", str(signature)]
        ended = subprocess.run(command, input=parts["statement"].encode(), capture_output=True, check=False)
    wanted = {"issuer": given.certificate_oidc_issuer, "identity": given.certificate_identity, "sha256": content}
    if ended.returncode or json.loads(parts["statement"]) != wanted:
        sys.exit(f"Error: no matching signatures: {parts['statement']}")


def image_file(image: str) -> tuple[Path, str]:
    """Return where the signature of an image is, and the digest."""
    digest = image.partition("@sha256:")[2]
    if not digest:
        sys.exit(f"Error: {image} names no digest, and a tag can move.")
    return REHEARSAL / "signatures" / digest, digest


def main() -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="cosign", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("sign", "sign-blob", "verify", "verify-blob"):
        command = commands.add_parser(name, allow_abbrev=False)
        command.add_argument("subject")
        if name.endswith("blob"):
            command.add_argument("--bundle", required=True)
        if name.startswith("sign"):
            command.add_argument("--yes", action="store_true", required=True)
        else:
            command.add_argument("--certificate-identity", required=True)
            command.add_argument("--certificate-oidc-issuer", required=True)
    given = parser.parse_args()
    if given.command.endswith("blob"):
        file, content = Path(given.bundle), hashlib.sha256(Path(given.subject).read_bytes()).hexdigest()
    else:
        file, content = image_file(given.subject)
    if given.command.startswith("sign"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(bundle(content), "utf-8")
    elif file.exists():
        check(file.read_text("utf-8"), content, given)
    else:
        sys.exit("Error: no signatures found")


if __name__ == "__main__":
    main()
