"""Makes the image that the Dockerfile starts from, where no image registry can be reached (as root; Debian's packages).

The image is a Debian with Python, made by debootstrap from the mirror in this machine's own apt sources, under the name
that the Dockerfile's FROM asks for. Only a registry could answer for the digest there, so a copy of the Dockerfile is
built, whose FROM lines ask for that name. This machine's certificates are part of the image, and the settings by which
its pip reaches an index. The archive is kept in $XDG_CACHE_HOME/alert24-deploy (or $ALERT24_DEPLOY_CACHE), so that the
next run only has to import it.
"""

from __future__ import annotations

import configparser
import hashlib
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

SUITE = "trixie"
PACKAGES = "python3,python3-pip,ca-certificates"
ROOT = Path(__file__).resolve().parents[3]
DOCKERFILE = ROOT / "Dockerfile"
_FROM = re.compile(r"^FROM (?P<name>\S+)@sha256:[0-9a-f]{64}(?= |$)", re.MULTILINE)
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
# How pip reaches an index. Where its other settings point, such as directories of this machine, the image has nothing.
PIP_SETTINGS = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "default-timeout", "retries")
# Left out of the archive: what apt downloaded, what is of use to people only, and bytecode, which Python images lack.
UNWANTED = (
    "./var/cache/apt/*",
    "./var/lib/apt/lists/*",
    "./usr/share/doc/*",
    "./usr/share/man/*",
    "__pycache__",
    "./dev/*",
)


def image_name(dockerfile: Path = DOCKERFILE) -> str:
    """The name that the Dockerfile's FROM lines ask for, without the digest."""
    names = {found["name"] for found in _FROM.finditer(dockerfile.read_text("utf-8"))}
    if len(names) != 1:
        raise LookupError(f"{dockerfile} names {len(names)} base images with a digest, not one.")
    return names.pop()


def rebased(base: str, dockerfile: Path = DOCKERFILE) -> str:
    """The Dockerfile's text, with FROM lines that ask for `base`, in whatever engine that is."""
    return _FROM.sub(f"FROM {base}", dockerfile.read_text("utf-8"))


def make(address: str | None = None) -> str:
    """Make the base image in the engine at `address` (else the default one).

    Returns:
        The image's name.
    """
    name = image_name()
    packed = archive()
    docker = ["docker", *(["--host", address] if address else [])]
    subprocess.run([*docker, "import", str(packed), name], check=True, stdout=sys.stderr)
    return name


def archive(packages: str = PACKAGES) -> Path:
    """The archive of a root with these packages, from the cache where nothing that goes into it has changed."""
    settings, certificates = pip_conf(), _certificates().read_bytes()
    parts = (Path(__file__).read_bytes(), packages.encode(), settings.encode(), certificates)
    content = hashlib.sha256(b"".join(parts)).hexdigest()
    packed = _cache() / f"base-{SUITE}-{content[:16]}.tar.gz"
    if not packed.exists():
        packed.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="alert24-deploy-base-") as directory:
            root = Path(directory) / "root"
            _bootstrap(root, packages)
            (root / "etc/pip.conf").write_text(settings, "utf-8")
            (root / CERTIFICATES).write_bytes(certificates)
            _pack(root, packed)
    return packed


def _cache() -> Path:
    given = os.environ.get("ALERT24_DEPLOY_CACHE")
    if given:
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "alert24-deploy"


def _bootstrap(root: Path, packages: str) -> None:
    command = ["debootstrap", "--variant=minbase", f"--include={packages}", SUITE, str(root), mirror()]
    subprocess.run(command, check=True, stdout=sys.stderr)


def _pack(root: Path, archive: Path) -> None:
    """Pack the tree; the archive has its name only once it is whole."""
    partial = archive.with_suffix(f".{os.getpid()}")
    unwanted = [f"--exclude={pattern}" for pattern in UNWANTED]
    # The fastest compression: the archive is read as often as it is written.
    command = ["tar", "--create", "--numeric-owner", "--use-compress-program=gzip -1", *unwanted]
    subprocess.run([*command, "--file", str(partial), "--directory", str(root), "."], check=True)
    partial.rename(archive)


def mirror(etc: Path = Path("/etc")) -> str:
    """The address of the Debian mirror that this machine's own apt uses for its own release.

    Raises:
        LookupError: no source is for the machine's release, as on a machine that isn't Debian.
    """
    release = dict(line.split("=", 1) for line in (etc / "os-release").read_text("utf-8").splitlines() if "=" in line)
    codename = release.get("VERSION_CODENAME", "").strip('"')
    for address, suites in [*_new_style(etc), *_old_style(etc)]:
        if codename in suites:
            return address
    raise LookupError(f"No apt source under {etc / 'apt'} is for the release {codename!r}.")


def _new_style(etc: Path) -> list[tuple[str, list[str]]]:
    """Address and suites of each stanza of `*.sources`."""
    found = []
    for file in sorted((etc / "apt/sources.list.d").glob("*.sources")):
        for stanza in re.split(r"\n\s*\n", file.read_text("utf-8")):
            fields = dict(re.findall(r"^([\w-]+):[ \t]*(.*)$", stanza, re.MULTILINE))
            if "deb" in fields.get("Types", "").split() and fields.get("URIs"):
                found.append((fields["URIs"].split()[0], fields.get("Suites", "").split()))
    return found


def _old_style(etc: Path) -> list[tuple[str, list[str]]]:
    """Address and suite of each line of `sources.list` and `*.list`."""
    files = [etc / "apt/sources.list", *sorted((etc / "apt/sources.list.d").glob("*.list"))]
    text = "\n".join(file.read_text("utf-8") for file in files if file.exists())
    lines = re.findall(r"^deb[ \t]+(?:\[[^]]*\][ \t]+)?(\S+)[ \t]+(\S+)", text, re.MULTILINE)
    return [(address, [suite]) for address, suite in lines]


def pip_conf() -> str:
    """What of this machine's pip settings holds in the image: how to reach an index, not what lies on this machine."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True
    ).stdout
    settings = {"cert": f"/{CERTIFICATES}"}
    # pip lists what comes from the environment first, though it is above what the files say.
    for line in sorted(listed.splitlines(), key=lambda line: line.startswith(":env:")):
        name, _, value = line.partition("=")
        key = name.rpartition(".")[2]
        # Several values may stand in one setting; those of this machine's disk are left out one by one.
        kept = [part for part in shlex.split(value)[0].split() if not part.startswith(("/", "file:"))]
        if key in PIP_SETTINGS and kept:
            settings[key] = "\n".join(kept)
    text = io.StringIO()
    config = configparser.ConfigParser(interpolation=None)
    config["global"] = settings
    config.write(text)
    return text.getvalue()


def _certificates() -> Path:
    """This machine's certificate authorities, which may be more than Debian's."""
    named = [os.environ.get("PIP_CERT"), os.environ.get("SSL_CERT_FILE"), f"/{CERTIFICATES}"]
    return next(path for name in named if name and (path := Path(name)).is_file())
