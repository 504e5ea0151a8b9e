"""What MkDocs does beside rendering docs/: README and the like as pages, links that leave docs/, and llms.txt.

A page is written for GitHub, where its links are paths in the repository. On the site, a link to another page stays
one, and any other leads to the file on GitHub.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
GITHUB = "https://github.com/alert24/alert24-deploy"
# Pages of the site that lie outside of docs/.
SOURCES = {
    "index.md": "README.md",
    "security.md": "SECURITY.md",
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
}
_LINK = re.compile(r"(\]\()(?![a-z]+:|#)([^)\s#]+)(?=[)#])")
_IMAGE = re.compile(r"(\b(?:src|srcset)=\")(?![a-z]+:)([^\"]+)")
# They mark what .ci/readme.py and .ci/how_it_ends.py generate. A table right below one would not be read as a table.
_MARKS = re.compile(r"^<!-- (?:(?:file|table|ends): \S+|end) -->\n", re.MULTILINE)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie outside of docs/."""
    for page, source in SOURCES.items():
        head = "---\nhide: [navigation]\n---\n" if page == "index.md" else ""  # there is no other page beside it
        files.append(File.generated(config, page, content=head + (ROOT / source).read_text("utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - MkDocs names them
    """Return a page's text with the links that the site needs."""
    source = SOURCES.get(page.file.src_uri, f"docs/{page.file.src_uri}")
    text = _MARKS.sub("", markdown)
    text = _LINK.sub(lambda found: found[1] + _target(source, page.file.src_uri, found[2]), text)
    return _IMAGE.sub(lambda found: found[1] + _target(source, page.file.src_uri, found[2]), text)


def _target(source: str, page: str, link: str) -> str:
    """Return where a link of a file leads on the site.

    Args:
        source: the file that has the link.
        page: its page on the site.
        link: the link, relative to the file.

    Raises:
        PluginError: there is no such file.
    """
    path = os.path.normpath(PurePosixPath(source).parent / link)
    if not (ROOT / path).exists():
        raise PluginError(f"{source} links to {link}, which does not exist")
    own = next((name for name, file in SOURCES.items() if file == path), None)
    if path.startswith("docs/"):
        own = path.removeprefix("docs/") + ("/README.md" if (ROOT / path).is_dir() else "")
    if own is None:
        return f"{GITHUB}/{'tree' if (ROOT / path).is_dir() else 'blob'}/main/{path}"
    return os.path.relpath(own, PurePosixPath(page).parent)


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> None:  # noqa: ARG001
    """Keep the order of the pages for llms.txt."""
    config.extra["nav"] = nav


def on_post_build(config: MkDocsConfig) -> None:
    """Write llms.txt, which lists the pages for programs, and each page's Markdown beside it."""
    lines = [f"# {config.site_name}", "", f"> {config.site_description}"]
    for item in config.extra["nav"].items:
        pages = [page for page in getattr(item, "children", None) or [item] if isinstance(page, Page)]
        lines += ["", f"## {item.title}", ""]
        lines += [f"- [{page.title}]({config.site_url}{_copy(page, config)}): {_summary(page)}" for page in pages]
    Path(config.site_dir, "llms.txt").write_text("\n".join(lines) + "\n", "utf-8")


def _copy(page: Page, config: MkDocsConfig) -> str:
    """Write a page's Markdown and return its address on the site."""
    address = f"{page.url}index.md"
    Path(config.site_dir, address).write_text(page.markdown or "", "utf-8")
    return address


def _summary(page: Page) -> str:
    """Return the first sentence of a page's first paragraph."""
    paragraphs = re.split(r"\n\s*\n", page.markdown or "")
    first = next(text for text in paragraphs if re.match(r"[\w`*\[-]", text))
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(first.removeprefix("- ").split()))
    return re.split(r"(?<=\.)\s", plain, maxsplit=1)[0].rstrip(":")
