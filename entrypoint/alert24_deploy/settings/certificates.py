"""The parser of `ca-certificates`: PEM text, or the path of a file of it."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import WrongSetting
from ..text import quote
from .parsers import RawValue

_BEGIN = "-----BEGIN CERTIFICATE-----"
_CERTIFICATE = re.compile(rf"{_BEGIN}[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")
_LIMIT = 1024 * 1024  # bytes; all the certificates that Debian trusts take 220 kB
_REMEDY = (
    "Give the PEM text itself, which works anywhere, or the path of a file of it. In a container, such as the GitHub "
    "Action's, the path must exist there: put the file under the workspace."
)


def ca_certificates(word: RawValue) -> str:
    """Return the certificates alone, without the comments and the keys that a file of them may contain."""
    import ssl  # only who gives certificates needs it here

    text = word.text if "-----BEGIN" in word.text else _read(word)
    found = _CERTIFICATE.findall(text)
    try:
        if len(found) != text.count(_BEGIN):
            raise ValueError  # one of them is damaged
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata="\n".join(found))
    except (ssl.SSLError, ValueError):  # ValueError also for no certificate at all
        raise WrongSetting(
            f"{word.display_name} contains no certificate in PEM format, or one that is damaged",
            detail=f"Each begins with `{_BEGIN}`. Nothing of it is shown here, because it may contain a private key.",
            remedy="Give the certificates of your CA. From a DER file: openssl x509 -inform der -in ca.der -out ca.pem",
        ) from None
    return "\n".join(found)


def _read(word: RawValue) -> str:
    path = word.text.strip()
    try:
        with Path(path).open("rb") as file:
            content = file.read(_LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "this is no path"
        raise WrongSetting(
            f"the file {quote(path)} of {word.display_name} can't be read: {reason}", remedy=_REMEDY
        ) from None
    if len(content) > _LIMIT:
        raise WrongSetting(
            f"the file {quote(path)} of {word.display_name} is larger than {_LIMIT // 1024} KiB",
            remedy="Give a file with the certificates of your CA only. They are added to the public ones.",
        )
    return content.decode("utf-8", "replace")
