#!/usr/bin/env python3
"""Updates the GitLab component: its copy for the Catalog, and the release that it refers to.

    python3 release/component.py                          copies gitlab-ci-component.yml to templates/deploy.yml
    python3 release/component.py release URL FILE         first sets URL, checksum of FILE and version of the image, for
                                                            the commit of a release
    python3 release/component.py check FILE TAG           fails unless the component names the checksum of FILE and the
                                                            version of TAG

A component can't compute the checksum of the single file that it downloads, and a release can't change its own commit.
So the commit names the checksum in advance. The release pipeline builds the same bytes again and checks them before it
publishes the file.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

SOURCE = "gitlab-ci-component.yml"
COPY = "templates/deploy.yml"
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
    """Return the SHA-256 of a file, in the form of `tool-sha256`."""
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()


def version(root: Path) -> str:
    """Return the version of the package."""
    return "".join(re.findall(r'^__version__ = "(.+)"$', (root / VERSION_FILE).read_text("utf-8"), re.MULTILINE))


def released(root: Path, url: str, file: str) -> str:
    """Return the component of a release, with the URL and checksum of its single file and the version of its image."""
    component = (root / SOURCE).read_text("utf-8")
    image = default_of(component, "image").rpartition(":")[0]
    component = with_default(component, "image", f"{image}:v{version(root)}")
    component = with_default(component, "tool-url", url)
    return with_default(component, "tool-sha256", f'"{checksum(file)}"')  # quoted, because it could be all digits


def wrong(root: Path, file: str, tag: str) -> list[str]:
    """Return what prevents releasing the component as `tag`, one sentence per problem."""
    component = (root / SOURCE).read_text("utf-8")
    url, sha256, image = (default_of(component, name) for name in ("tool-url", "tool-sha256", "image"))
    checks = {
        f"{COPY} is not a copy of {SOURCE}.": (root / COPY).read_text("utf-8") == component,
        f"tool-url is '{url}', which does not name {tag}.": f"/{tag}/" in url,
        f"tool-sha256 is '{sha256}', but {file} has {checksum(file)}.": sha256 == checksum(file),
        f"image is '{image}', which is not {tag}.": image.endswith(f":{tag}"),
    }
    return [sentence for sentence, right in checks.items() if not right]


def main(command: str = "copy", *arguments: str, root: Path = Path()) -> int:
    """Run one command; return 1 if the check finds a problem."""
    if command == "check":
        sentences = wrong(root, *arguments)
        for sentence in sentences:
            print(sentence, file=sys.stderr)
        return 1 if sentences else 0
    if command == "release":
        (root / SOURCE).write_text(released(root, *arguments), "utf-8")
    (root / COPY).write_bytes((root / SOURCE).read_bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
