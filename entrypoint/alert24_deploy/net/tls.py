"""What TLS trusts: certificates are loaded once a process, beside whatever else it begins with."""

from __future__ import annotations

import os
import ssl
import threading
from collections.abc import Mapping
from pathlib import Path

# One list for the whole process: whoever proves to be the server to one connection does so to all.
_also_trusted: list[str] = []
_loaded: dict[tuple[str | None, ...], ssl.SSLContext] = {}
_loading = threading.Lock()


def trust(certificates: str) -> None:
    """Trust these certificates, as PEM text, besides the public ones: in all connections of this process from now on.

    Whatever bundle the environment names is then ignored.
    """
    _also_trusted[:] = [certificates]


def trusts_others() -> bool:
    """Tell whether other certificates are trusted besides the public ones."""
    return bool(_also_trusted)


def preload(environ: Mapping[str, str] = os.environ) -> None:
    """Load the certificates in a thread, while this one imports the HTTP library and connects.

    Loading certifi's takes OpenSSL about 20 ms, without Python's lock. A file that can't be read is an error later.
    """

    def load() -> None:
        named = environ.get("REQUESTS_CA_BUNDLE") or environ.get("CURL_CA_BUNDLE")  # as requests reads them
        if _also_trusted or not named:
            import certifi

            named = certifi.where()
        if Path(named).is_file():
            context(named, None)

    threading.Thread(target=load, daemon=True).start()


def context(file: str | None, directory: str | None) -> ssl.SSLContext:
    """Return the context that trusts the certificates in a file or a directory, and those of `trust`.

    Raises:
        OSError: they can't be read.
    """
    key = (file, directory, *_also_trusted)
    with _loading:
        if key not in _loaded:
            _loaded[key] = _load(file, directory)
        return _loaded[key]


def _load(file: str | None, directory: str | None) -> ssl.SSLContext:
    found = ssl.create_default_context(cafile=file, capath=directory)
    found.hostname_checks_common_name = False  # as urllib3's own contexts have it
    for certificates in _also_trusted:
        found.load_verify_locations(cadata=certificates)
        # As curl does: proxies' certificates often break a rule of RFC 5280, which Python checks since 3.13.
        found.verify_flags &= ~ssl.VERIFY_X509_STRICT
        found.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # the CA may be one below its root
    return found
