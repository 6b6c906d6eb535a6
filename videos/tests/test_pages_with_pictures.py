"""Cards, the watch page and the admin with pictures of every kind."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.domain import stand_ready
from tests.pictured import give_pictures
from videos.models import Release, Rendition, Video


@pytest.fixture
def pictured(owner: User) -> Video:
    """A video that plays, with a picture of every kind."""
    return make(owner)


def make(owner: User, **fields: Any) -> Video:
    """Return a video that plays, with a picture of every kind."""
    video = Video.objects.create(owner=owner, title="Sea", **fields)
    stand_ready(video)
    video.refresh_from_db()
    assert video.release is not None
    Release.objects.filter(pk=video.release.pk).update(state=Release.State.COMPLETE, duration=10)
    Rendition.objects.create(
        release=video.release,
        kind="video",
        name="720p",
        timescale=25,
        width=1280,
        height=720,
        codecs="avc1",
    )
    give_pictures(video.release)
    return video


@pytest.fixture
def browser(client: Client, owner: User) -> Client:
    """The owner, logged in."""
    client.force_login(owner)
    return client


def test_a_card_offers_all_sizes_and_the_preview(browser: Client, pictured: Video) -> None:
    page = browser.get("/").content.decode()
    card = page[page.index("<article") : page.index("</article>")]
    assert re.search(r'<source type="image/webp" srcset="/m/\S+/poster-320.webp 320w, ', card)
    assert re.search(r'<img src="/m/\S+/poster-640.jpg" srcset="/m/\S+/poster-320.jpg 320w', card)
    assert re.search(r'data-film="/m/\S+/preview.mp4" data-moving="/m/\S+/preview.webp"', card)


def test_a_card_of_audio_shows_its_cover_or_its_waveform(browser: Client, owner: User) -> None:
    video = make(owner, media_type="audio")
    assert "waveform.png" not in browser.get("/").content.decode()
    assert video.release is not None
    video.release.pictures.filter(kind="candidates").delete()
    assert re.search(r'class="waveform" src="/m/\S+.png"', browser.get("/").content.decode())


def test_cards_with_pictures_take_the_same_queries(
    browser: Client, owner: User, pictured: Video, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        make(owner)
    browser.get("/")  # notes that the session is used, and reads the plans
    with django_assert_max_num_queries(9):
        assert browser.get("/").content.decode().count("poster-640.jpg") == 12


def test_the_player_has_storyboard_and_posters(browser: Client, pictured: Video) -> None:
    page = browser.get(f"/watch/{pictured.pk}/").content.decode()
    assert re.search(r'data-storyboard="/m/\S+/storyboard.vtt"', page)
    assert re.search(r'slot="poster".*poster-1280.webp 1280w', page)
    assert re.search(r'<video controls preload="none" poster="/m/\S+/poster-640.jpg"', page)


def test_the_admin_shows_the_stills_and_which_is_chosen(moderator: User, pictured: Video) -> None:
    desk = Client()
    desk.force_login(moderator)
    url = reverse("admin:videos_video_change", args=[pictured.pk])
    page = desk.get(url).content.decode()
    sheet = page[page.index('class="panel pictures"') :]
    assert sheet.count("candidate-") == 2
    chosen = sheet[sheet.index('class="chosen-still"') :].partition("</li>")[0]
    assert "candidate-01.jpg" in chosen
    assert "3.0 s, score 0.75" in chosen
    for name in ("thumbnail-middle.jpg", "storyboard-000.webp", "preview.mp4", "waveform.png"):
        assert name in sheet


def test_a_video_without_pictures_has_no_panel_of_them(moderator: User, owner: User) -> None:
    desk = Client()
    desk.force_login(moderator)
    video = Video.objects.create(owner=owner)
    page = desk.get(reverse("admin:videos_video_change", args=[video.pk])).content.decode()
    assert "panel pictures" not in page
