"""A certification authority that nobody trusts by default, and a server of its own. Nothing is secured by them."""

from __future__ import annotations

import ssl
from pathlib import Path

CA_FILE = Path(__file__).with_name("private-ca.pem")
SERVER_FILE = Path(__file__).with_name("private-server.pem")  # with its key
CA, SERVER = CA_FILE.read_text("ascii"), SERVER_FILE.read_text("ascii")


def tls() -> ssl.SSLContext:
    """Return a server's side of TLS, with a certificate of the CA for localhost and 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(SERVER_FILE)
    return context
