"""README's pictures show the page as it is: they were made from what the sandbox and the command make today."""

from __future__ import annotations

from .pages import program

PICTURE = program("picture")


def test_picture__is_of_todays_page() -> None:
    """Each picture carries the digest of the pages that it shows; `make pictures` makes them anew."""
    shown = PICTURE.pages()
    assert [page.count('"title": "Deployment ') for page in shown.values()] == [1, 1, 2]
    for file in PICTURE.FILES.values():
        assert PICTURE.mark_of(file.read_bytes()) == PICTURE.digest(shown), f"{file} is out of date: make pictures"
        assert file.stat().st_size < 150_000


def test_picture__digest__follows_the_page_and_nothing_of_one_run() -> None:
    """A digest that never changed, or always did, would tell nothing."""
    page = '"title": "Deployment failed after 3 seconds", "revision": "{}", "status": "{}"'
    made = {PICTURE.digest({"": PICTURE.without_this_run(page.format(*words))}) for words in ("ax", "bx", "by")}
    assert len(made) == 2
    assert PICTURE.mark_of(b"no picture") == ""
