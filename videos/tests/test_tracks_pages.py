"""The pages on which a video's owner manages its tracks."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from processing.captions.document import Cue, Document, Notice
from tests import staff
from videos.models import Track, Video
from videos.tracks import services

HEADING = "Captions, chapters and audio"


@pytest.fixture
def browser(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def add(video: Video, **facts: Any) -> Track:
    text = facts.pop("text", Document((Cue(0, 1000, "Hello"),)))
    told = {"kind": "captions", "origin": "file", "language": "en", **facts}
    return services.add(video.pk, text=text, **told)


def page_of(browser: Client, video: Video) -> str:
    return unescape(browser.get(f"/watch/{video.pk}/").content.decode())


def lines(page: str) -> list[str]:
    """The words of each track on the page."""
    found = re.findall(
        r'<li class="line".*?</li>\s*(?=<li class="line"|</ul>\s*</div>)', page, re.S
    )
    return [" ".join(re.sub(r"<[^>]*>", " ", one).split()) for one in found]


def test_the_owner_sees_what_each_track_is(browser: Client, ready_video: Video) -> None:
    add(ready_video, is_default=True)
    made = add(ready_video, language="de", label="Deutsch, kurz", origin="generated")
    services.write_cues(made, [Cue(0, 900, "Eins"), Cue(900, 1800, "Zwei")], revision=None)
    first, second = lines(page_of(browser, ready_video))
    assert "English Default Captions English From a file 1 cue" in first
    assert "Deutsch, kurz Captions Deutsch Speech recognition, edited 2 cues" in second
    page = page_of(browser, ready_video)
    assert f"/watch/{ready_video.pk}/tracks/{made.pk}/edit/" in page
    assert page.count(".vtt?download") == page.count(".srt?download") == 2


def test_notices_and_failures_are_told_in_words(browser: Client, ready_video: Video) -> None:
    details = {"count": 2, "line": 7}
    read = Document((Cue(0, 1, "x"),), notices=(Notice("captions_styling_dropped", details),))
    add(ready_video, text=read)
    broken = add(ready_video, text=None, origin="embedded")
    assert "Being made" in page_of(browser, ready_video)
    services.fail(broken, "captions_pictures", "The captions are pictures, not text.")
    noticed, failed = lines(page_of(browser, ready_video))
    assert "What was changed when English was read" in noticed
    assert "Failed" in failed and "The captions are pictures, not text." in failed
    assert f"{broken.pk}/edit/" not in page_of(browser, ready_video)


def test_nobody_else_learns_how_tracks_are_managed(
    client: Client, ready_video: Video, stranger: User
) -> None:
    add(ready_video)
    Video.objects.update(visibility="public")
    assert HEADING not in page_of(client, ready_video)
    for user in (stranger, staff.viewer_only()):
        client.force_login(user)
        assert HEADING not in page_of(client, ready_video)
    client.force_login(staff.staff("x@example.com", "videos.view_video", "videos.change_video"))
    assert HEADING in page_of(client, ready_video)


def test_only_who_may_edit_the_video_opens_the_editor(
    client: Client, ready_video: Video, owner: User, stranger: User
) -> None:
    track, sound = add(ready_video), add(ready_video, kind="audio", text=None)
    Video.objects.update(visibility="public")
    address = f"/watch/{ready_video.pk}/tracks/{track.pk}/edit/"
    answer = client.get(address)
    assert (answer.status_code, answer["Location"][:16]) == (302, "/accounts/login/")
    editor = staff.staff("x@example.com", "videos.view_video", "videos.change_video")
    for user, status in ((stranger, 404), (staff.viewer_only(), 404), (owner, 200), (editor, 200)):
        client.force_login(user)
        assert client.get(address).status_code == status, user.email
    assert client.get(address.replace(str(track.pk), str(sound.pk))).status_code == 404
    other = Video.objects.create(owner=owner, title="Another")
    assert client.get(address.replace(str(ready_video.pk), str(other.pk))).status_code == 404


def test_any_number_of_tracks_takes_the_same_queries(
    browser: Client,
    ready_video: Video,
    django_assert_max_num_queries: Callable[[int], Any],
) -> None:
    for number in range(20):
        add(ready_video, label=f"Track {number}")
    with django_assert_max_num_queries(14):
        page_of(browser, ready_video)


def test_hostile_names_stay_text(browser: Client, ready_video: Video) -> None:
    add(ready_video, label='"><script>alert(1)</script>')
    answer = browser.get(f"/watch/{ready_video.pk}/").content.decode()
    assert "<script>alert(1)" not in answer


def test_a_file_is_taken_as_the_page_sends_it(browser: Client, ready_video: Video) -> None:
    file = SimpleUploadedFile("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\nHi\n")
    form = {"file": file, "kind": "subtitles", "language": "de", "label": "", "default": "true"}
    answer = browser.post(f"/api/v1/videos/{ready_video.pk}/tracks/", form)
    assert answer.status_code == 201, answer.content
    assert Track.objects.get().is_default


def test_what_is_said_can_be_asked_for_where_an_engine_is_set(
    client: Client, owner: User, ready_video: Video, settings: LazySettings
) -> None:
    client.force_login(owner)
    address = f'data-address="/api/v1/videos/{ready_video.pk}/transcribe/"'
    settings.TRANSCRIBER = "off"
    assert address not in client.get(f"/watch/{ready_video.pk}/").content.decode()
    settings.TRANSCRIBER = "pocketsphinx"
    assert address in client.get(f"/watch/{ready_video.pk}/").content.decode()
    settings.TRANSCRIBER_SECONDS = 1
    assert address not in client.get(f"/watch/{ready_video.pk}/").content.decode()
