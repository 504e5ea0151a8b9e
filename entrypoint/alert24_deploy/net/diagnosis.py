"""What a request would go by: its proxy, its certificates and the libraries. For `doctor`; nothing is sent."""

from __future__ import annotations

import contextlib
import platform
import ssl
from importlib import metadata
from pathlib import Path
from types import ModuleType

import certifi
import click
import urllib3

from .lean_requests import requests
from .transport import no_proxy_to_this_machine, public_bundle

_FORK_PATCH = 900  # urllib3.future replaces the files of urllib3; its versions are MAJOR.MINOR.9PP (its README)


def route_to(url: str) -> tuple[str, str]:
    """Return the proxy's URL, empty for none, and the path of the certificates, as requests takes them for a URL.

    The proxy's URL may contain a password.
    """
    with requests.Session() as session:
        found = session.merge_environment_settings(url, no_proxy_to_this_machine(url), None, public_bundle(), None)
    bundle = found["verify"] if isinstance(found["verify"], str) else requests.utils.DEFAULT_CA_BUNDLE_PATH
    return requests.utils.select_proxy(url, found["proxies"]) or "", bundle


def count_certificates(path: str) -> int:
    """Return how many certificates a file contains, 0 for a directory; raise OSError if they can't be read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(**{"capath" if Path(path).is_dir() else "cafile": path})
    return context.cert_store_stats()["x509"]


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries."""
    modules = {"requests": requests, "urllib3": urllib3, "click": click, "certifi": certifi}
    return {"Python": platform.python_version()} | {name: _version(name, each) for name, each in modules.items()}


def _version(name: str, module: ModuleType) -> str:
    """Return a library's version by itself, else by its metadata, but not by those of another copy of it."""
    if own := vars(module).get("__version__"):
        return str(own)
    with contextlib.suppress(metadata.PackageNotFoundError):
        found = metadata.distribution(name)
        if Path(str(found.locate_file(name))) == Path(str(module.__file__)).parent:
            return found.version or "unknown"  # the single file contains no metadata
    return "unknown"


def replaced_urllib3() -> str:
    """Return the name of another package that has replaced urllib3 or may have, empty if there is none."""
    others = sorted(set(metadata.packages_distributions().get("urllib3", [])) - {"urllib3"})
    patch = versions()["urllib3"].rpartition(".")[2]
    forked = patch.isdecimal() and int(patch) >= _FORK_PATCH
    return others[0] if others else "urllib3-future" if forked else ""
