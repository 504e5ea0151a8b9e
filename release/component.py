#!/usr/bin/env python3
"""Updates the GitLab component: its copy for the Catalog, and the release that it refers to.

    python3 release/component.py                     copies gitlab-ci-component.yml to templates/deploy.yml
    python3 release/component.py sums FOLDER         writes SHA256SUMS of the release's files in FOLDER
    python3 release/component.py release URL FOLDER  sets URL and checksum of FOLDER's SHA256SUMS and the version of the
                                                     image, for the commit of a release
    python3 release/component.py url                 prints the URL of the release's files
    python3 release/component.py check FOLDER TAG    fails unless the component names FOLDER's SHA256SUMS, that lists
                                                     the files in FOLDER, and the version is that of TAG

A component can't compute the checksums of what it downloads, and a release can't change its own commit. So the files
are built and uploaded first, and the commit names the checksum of their SHA256SUMS. The release pipeline checks it, and
that the single file comes out the same once more.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

SOURCE = "gitlab-ci-component.yml"
COPY = "templates/deploy.yml"
SUMS = "SHA256SUMS"
VERSION_FILE = "entrypoint/alert24_deploy/__init__.py"


def default_of(component: str, name: str) -> str:
    """Return the default of an input; raise LookupError if it has none on its own line."""
    found = re.search(_default(name), component)
    if found is None:
        raise LookupError(f"{SOURCE} has no input {name} with a default.")
    return found[2].strip('"')


def with_default(component: str, name: str, value: str) -> str:
    """Return the component with a new default for an input."""
    default_of(component, name)
    return re.sub(_default(name), lambda found: f"{found[1]}{value}", component)


def _default(name: str) -> str:
    return rf"(?m)^(    {re.escape(name)}:\n(?:      .*\n)*?      default: )(.*)$"


def checksum(file: str) -> str:
    """Return the SHA-256 of a file, as in SHA256SUMS."""
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()


def version(root: Path) -> str:
    """Return the version of the package."""
    return "".join(re.findall(r'^__version__ = "(.+)"$', (root / VERSION_FILE).read_text("utf-8"), re.MULTILINE))


def sums(folder: str) -> str:
    """Return the content of SHA256SUMS: one line for each of the release's files in a folder."""
    files = sorted(Path(folder).glob("alert24-deploy*"))
    return "".join(f"{checksum(str(file))}  {file.name}\n" for file in files)


def released(root: Path, url: str, folder: str) -> str:
    """Return the component of a release, with the URL of its files, their checksum and the version of its image."""
    component = (root / SOURCE).read_text("utf-8")
    image = default_of(component, "image").rpartition(":")[0]
    component = with_default(component, "image", f"{image}:v{version(root)}")
    component = with_default(component, "tool-url", url.rstrip("/"))
    # Quoted, because it could be all digits.
    return with_default(component, "tool-sha256", f'"{checksum(str(Path(folder, SUMS)))}"')


def wrong(root: Path, folder: str, tag: str) -> list[str]:
    """Return what prevents releasing the component as `tag`, one sentence per problem."""
    component = (root / SOURCE).read_text("utf-8")
    url, sha256, image = (default_of(component, name) for name in ("tool-url", "tool-sha256", "image"))
    listed = Path(folder, SUMS)
    checks = {
        f"{COPY} is not a copy of {SOURCE}.": (root / COPY).read_text("utf-8") == component,
        f"tool-url is '{url}', which does not name {tag}.": url.endswith(f"/{tag}"),
        f"tool-sha256 is '{sha256}', but {SUMS} has {checksum(str(listed))}.": sha256 == checksum(str(listed)),
        f"image is '{image}', which is not {tag}.": image.endswith(f":{tag}"),
    }
    missing = set(sums(folder).splitlines()) - set(listed.read_text("utf-8").splitlines())
    problems = [f"{SUMS} does not list '{line}'." for line in sorted(missing)]
    return [sentence for sentence, right in checks.items() if not right] + problems


def main(command: str = "copy", *arguments: str, root: Path = Path()) -> int:
    """Run one command; return 1 if the check finds a problem."""
    if command == "check":
        sentences = wrong(root, *arguments)
        for sentence in sentences:
            print(sentence, file=sys.stderr)
        return 1 if sentences else 0
    if command == "url":
        print(default_of((root / SOURCE).read_text("utf-8"), "tool-url"))
        return 0
    if command == "sums":
        Path(*arguments, SUMS).write_text(sums(*arguments), "utf-8")
        return 0
    if command == "release":
        (root / SOURCE).write_text(released(root, *arguments), "utf-8")
    (root / COPY).write_bytes((root / SOURCE).read_bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
