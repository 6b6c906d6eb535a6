"""The library as the server renders it: found, counted, sorted; cards that say why."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.models import User
from videos import folders
from videos.models import Picture, Release, Source, Video
from videos.pages import shelf

Shelve = Callable[..., Video]


@pytest.fixture
def browser(client: Client, owner: User) -> Client:
    """The owner, logged in."""
    client.force_login(owner)
    return client


@pytest.fixture
def shelve(owner: User) -> Shelve:
    """Puts a video in the owner's library."""

    def make(title: str, **fields: object) -> Video:
        return Video.objects.create(owner=owner, title=title, **fields)

    return make


def titles(page: str) -> list[str]:
    return re.findall(r'card-title"><a href="[^"]*">([^<]*)<', page)


def shown(browser: Client, address: str) -> list[str]:
    return titles(browser.get(address).content.decode())


@pytest.mark.parametrize("text", ["интервью", "ИНТЕРВЬЮ", "Интервью", "ervju"])
def test_a_title_is_found_in_either_case_of_any_script(
    browser: Client, shelve: Shelve, text: str
) -> None:
    shelve("Интервью (Ervju)")
    shelve("Snow")
    assert shown(browser, f"/?q={text}") == ["Интервью (Ervju)"]


def test_what_a_search_looks_for_is_no_pattern(browser: Client, shelve: Shelve) -> None:
    shelve("100 % (done)")
    shelve("100 other")
    for text in ("(done)", "%25", "."):
        assert shown(browser, f"/?q={text}") == (["100 % (done)"] if text != "." else [])


def test_a_file_is_found_by_its_name(browser: Client, shelve: Shelve, owner: User) -> None:
    source = Source.objects.create(
        owner=owner, key="k", filename="MVI_0042.MOV", size=1, sha256="0", origin="upload"
    )
    shelve("Holiday", source=source)
    shelve("Snow")
    assert shown(browser, "/?q=mvi_0042") == ["Holiday"]


def test_an_empty_library_shows_no_tabs_and_no_search(browser: Client) -> None:
    page = browser.get("/").content.decode()
    assert 'role="search"' not in page and 'class="tabs"' not in page
    # Nothing found is another matter: one wants to search again.
    assert 'role="search"' in browser.get("/?q=zzz").content.decode()


def test_tabs_say_how_many_there_are(browser: Client, shelve: Shelve) -> None:
    shelve("Snow", status="canceled")
    shelve("Snowfall", status="processing")
    shelve("Rain", status="uploading")
    for query, counts in (("", "3 0 2 0 1"), ("?q=snow", "2 0 1 0 1"), ("?q=zzz", "0 0 0 0 0")):
        page = browser.get(f"/{query}").content.decode()
        assert re.findall(r'class="count">(\d+)<', page) == counts.split()


def test_it_is_sorted(browser: Client, shelve: Shelve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "PAGE_SIZE", 2)
    for title in ("b", "A", "c", "B", ""):
        shelve(title)
    for sort, pages in (
        ("", [["Untitled", "B"], ["c", "A"], ["b"]]),
        ("oldest", [["b", "A"], ["c", "B"], ["Untitled"]]),
        ("title", [["Untitled", "A"], ["b", "B"], ["c"]]),
        ("nonsense", [["Untitled", "B"], ["c", "A"], ["b"]]),
    ):
        assert turned(browser, f"/?sort={sort}", "next") == pages
    last = f"/?sort=title&before={Video.objects.get(title='B').pk}"
    assert turned(browser, last, "prev") == [["c"], ["b", "B"], ["Untitled", "A"]]


def turned(browser: Client, address: str, rel: str) -> list[list[str]]:
    """The titles of one page after the other."""
    seen = []
    while address:
        page = browser.get(address).content.decode()
        seen.append(titles(page))
        link = re.search(rf'rel="{rel}" href="([^"]+)"', page)
        address = "/" + link[1].replace("&amp;", "&") if link else ""
    return seen


def test_who_may_not_upload_is_offered_no_upload(
    browser: Client, owner: User, shelve: Shelve
) -> None:
    assert "/upload/" in browser.get("/").content.decode()
    User.objects.update(can_upload=False)
    page = browser.get("/").content.decode()
    assert "/upload/" not in page and "video-uploader" not in page
    assert "may watch videos, but not upload any" in page
    assert "may not upload" in browser.get("/upload/").content.decode()


def test_the_limit_is_said_in_the_units_it_is_set_in(
    browser: Client, settings: LazySettings
) -> None:
    settings.MAX_UPLOAD_BYTES = 512 * 1024**2
    for path in ("/upload/", "/"):
        assert 'data-max-size="512 MiB"' in browser.get(path).content.decode()


def test_a_failed_card_says_why(browser: Client, shelve: Shelve) -> None:
    shelve("Broken", status="failed", error_code="source_not_video", error_message="It is a text.")
    page = browser.get("/").content.decode()
    assert "It is a text." in page and "What to do" in page


def test_a_card_shows_the_small_poster(browser: Client, ready_video: Video) -> None:
    Picture.objects.filter(kind="candidates").delete()
    assert "srcset" not in browser.get("/").content.decode()
    prefix = Release.objects.get().prefix
    first = {"poster_key": "poster.jpg", "small_poster_key": "poster-small.jpg"}
    Release.objects.update(**{column: f"{prefix}t/{name}" for column, name in first.items()})
    page = browser.get("/").content.decode()
    assert re.search(r'src="/m/\S+/poster-small.jpg" srcset="\S+ 640w, \S+/poster.jpg 1280w"', page)


def test_a_video_in_processing_stands_behind_its_upload(browser: Client, video: Video) -> None:
    page = browser.get("/").content.decode()
    assert re.search(r'data-begins-at="30"', page)
    assert re.search(r'<progress max="100" value="30.0"', page)
    assert "Next in the queue" in page or "Estimating…" in page


def test_every_script_a_page_imports_is_there() -> None:
    folder = Path(__file__).parents[2] / "static" / "js"
    for file in folder.glob("*.js"):
        for name in re.findall(r'from "\./([^"]+)"|import "\./([^"]+)"', file.read_text()):
            assert (folder / "".join(name)).exists(), (file.name, name)


def test_what_is_uploaded_from_a_folder_is_offered_for_it(
    browser: Client, owner: User, stranger: User
) -> None:
    trips = folders.create(owner, "Trips", None)
    folders.create(owner, "<Alps>", trips.pk)
    library = browser.get(f"/?folder={trips.pk}").content.decode()
    assert f'href="/upload/?folder={trips.pk}"' in library
    assert f'data-folder="{trips.pk}"' in library
    page = browser.get(f"/upload/?folder={trips.pk}").content.decode()
    assert f'<option value="{trips.pk}" selected>Trips</option>' in page
    assert ">Trips / &lt;Alps&gt;</option>" in page
    theirs = folders.create(stranger, "Secret", None)
    for other in (theirs.pk, "nonsense", ""):
        page = browser.get(f"/upload/?folder={other}").content.decode()
        assert "data-folder" not in page
        assert "Secret" not in page


def test_folders_are_offered_in_one_query(
    owner: User, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    trips = folders.create(owner, "Trips", None)
    for name in ("b", "A", "c"):
        folders.create(owner, name, trips.pk)
    with django_assert_num_queries(1):
        paths = [path for _, path in folders.by_path(owner)]
    assert paths == ["Trips", "Trips / A", "Trips / b", "Trips / c"]
