"""The page of images: what it shows, filters, deletes, and what the trash does with images."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image as Pillow
from rest_framework.test import APIClient

from accounts.models import User
from videos import folders
from videos.models import Image
from videos.pages import images

PAGE = "/images/"
Shelve = Callable[..., Image]


@pytest.fixture
def browser(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def shelve(api: APIClient) -> Shelve:
    """Uploads a small image."""

    def make(title: str, **form: Any) -> Image:
        file = io.BytesIO()
        Pillow.new("RGB", (64, 48), "teal").save(file, "PNG")
        sent = {"file": SimpleUploadedFile("a.png", file.getvalue()), "title": title, **form}
        answer = api.post("/api/v1/images/", sent)
        assert answer.status_code == 201
        return Image.objects.get(pk=answer.json()["id"])

    return make


def titles(page: str) -> list[str]:
    return re.findall(r'card-title"><a href="[^"]*">([^<]*)<', page)


def shown(browser: Client, address: str) -> list[str]:
    return titles(browser.get(address).content.decode())


def test_images_are_shown_newest_first_with_what_they_are(browser: Client, shelve: Shelve) -> None:
    shelve("Sea")
    image = shelve("<Snow>", tags='["a", "b", "c", "d", "e"]')
    page = browser.get(PAGE).content.decode()
    assert titles(page) == ["&lt;Snow&gt;", "Sea"]
    assert f"/{image.pk}/thumbnail.jpg" in page
    assert f"/{image.pk}/copy.png" in page
    assert "64 × 48" in page  # noqa: RUF001  # the sign for it
    assert "and 1 more" in page


def test_they_are_filtered_by_folder_tag_and_title(
    browser: Client, shelve: Shelve, owner: User
) -> None:
    trips = folders.create(owner, "Trips", None)
    alps = folders.create(owner, "Alps", trips.pk)
    shelve("Top", tags='["sea"]')
    shelve("Trip", folder=str(trips.pk))
    shelve("Alp", folder=str(alps.pk), tags='["sea"]')
    assert shown(browser, PAGE) == ["Alp", "Trip", "Top"]
    assert shown(browser, f"{PAGE}?folder={trips.pk}") == ["Trip"]
    assert shown(browser, f"{PAGE}?folder={trips.pk}&tag=sea") == ["Alp"]
    assert shown(browser, f"{PAGE}?tag=sea") == ["Alp", "Top"]
    assert shown(browser, f"{PAGE}?q=tri") == ["Trip"]
    assert "Nothing matches" in browser.get(f"{PAGE}?q=zzz").content.decode()
    library = browser.get("/").content.decode()
    assert re.search(r'href="/images/">Images <span class="count">1<', library)
    assert "0 videos, 1 image, 1 folder" in library
    inner = browser.get(f"/?folder={alps.pk}").content.decode()
    assert f'href="/images/?folder={alps.pk}">Images' in inner
    assert "No videos in this folder" in inner


def test_the_library_of_whoever_has_none_does_not_speak_of_images(browser: Client) -> None:
    assert "/images/" not in browser.get("/").content.decode()
    assert "No images yet" in browser.get(PAGE).content.decode()


def test_nobody_sees_those_of_others(
    browser: Client, shelve: Shelve, stranger: User, owner: User
) -> None:
    image = shelve("Sea")
    folder = folders.create(owner, "Trips", None)
    browser.force_login(stranger)
    assert shown(browser, PAGE) == []
    assert browser.get(f"{PAGE}?folder={folder.pk}").status_code == 404
    for act in (f"/images/{image.pk}/delete/", f"/trash/images/{image.pk}/delete/"):
        assert browser.post(act).status_code == 404
    assert Image.objects.get().deleted_at is None


def test_one_is_deleted_restored_and_deleted_for_good(browser: Client, shelve: Shelve) -> None:
    image = shelve("Sea", tags='["x"]')
    kept = browser.post(f"/images/{image.pk}/delete/?tag=x", follow=True)
    assert kept.redirect_chain == [(f"{PAGE}?tag=x", 302)]
    page = kept.content.decode()
    assert "“Sea” is in the trash." in page
    assert titles(page) == []
    assert "Restore" in browser.get("/trash/").content.decode()
    restored = browser.post(f"/trash/images/{image.pk}/restore/", follow=True).content.decode()
    assert "“Sea” is back among the images." in restored
    assert shown(browser, PAGE) == ["Sea"]
    assert browser.post(f"/trash/images/{image.pk}/delete/").status_code == 404
    browser.post(f"/images/{image.pk}/delete/")
    browser.post(f"/trash/images/{image.pk}/delete/")
    assert not Image.objects.exists()


def test_one_whose_name_is_taken_stays_in_the_trash(browser: Client, shelve: Shelve) -> None:
    image = shelve("Sea", external_id="7")
    browser.post(f"/images/{image.pk}/delete/")
    shelve("Other", external_id="7")
    said = browser.post(f"/trash/images/{image.pk}/restore/", follow=True).content.decode()
    assert "another image has its name now" in said


def test_pages_hold_a_number_of_them(
    browser: Client, shelve: Shelve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "PAGE_SIZE", 2)
    for title in "abc":
        shelve(title)
    page = browser.get(PAGE).content.decode()
    assert titles(page) == ["c", "b"]
    more = re.search(r'rel="next" href="(\?before=[^"]*)"', page)
    assert more
    last = browser.get(PAGE + more[1]).content.decode()
    assert titles(last) == ["a"]
    assert "Newest" in last


def test_any_number_of_images_takes_the_same_queries(browser: Client, shelve: Shelve) -> None:
    counts = []
    for number in range(3):
        shelve(f"film {number}")
        with CaptureQueriesContext(connection) as queries:
            browser.get(PAGE)
        counts.append(len(queries))
    assert counts[1] == counts[2]
