"""Tracks that come by themselves, where they meet those that people added or changed."""

from dataclasses import replace

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from processing.captions.document import Cue as Said
from processing.captions.document import Document
from videos.models import Event, Track, Video
from videos.tests.test_tracks import tracks_of
from videos.tracks import embedded, generated, selectors, services

HEARD = Document((Said(0, 1000, "heard"),))
MENDED = (Said(0, 1000, "mended"),)


@pytest.fixture
def again(ready_video: Video, owner: User) -> Video:
    """A video of the same bytes, which comes to share the release of the first."""
    return Video.objects.create(owner=owner, title="Again", release=ready_video.release)


def add(video: Video, text: Document | None = HEARD, **facts: object) -> Track:
    given = {"kind": "captions", "origin": "generated", "language": "en"} | facts
    return services.add(video.pk, text=text, **given)  # type: ignore[arg-type]


def fill(video: Video) -> None:
    for _ in range(services.MOST_TRACKS):
        add(video, origin="api")


def test_a_full_video_shares_a_release_without_its_captions(
    ready_video: Video, again: Video
) -> None:
    add(ready_video)
    fill(again)
    generated.copy(ready_video.pk, again.pk)
    assert Track.objects.filter(video=again).count() == services.MOST_TRACKS


def test_captions_that_are_copied_do_not_take_the_default_of_those_that_somebody_chose(
    ready_video: Video, again: Video
) -> None:
    add(ready_video, is_default=True)
    own = add(again, origin="api", is_default=True)
    generated.copy(ready_video.pk, again.pk)
    assert [*Track.objects.filter(video=again, is_default=True)] == [own]
    assert Track.objects.filter(video=again, origin="generated").exists()


def test_captions_are_not_copied_twice(ready_video: Video, again: Video) -> None:
    add(ready_video)
    generated.copy(ready_video.pk, again.pk)
    generated.copy(ready_video.pk, again.pk)
    assert Track.objects.filter(video=again).count() == 1


def test_subtitles_that_somebody_edited_stay_so_in_a_copy(ready_video: Video, again: Video) -> None:
    first = add(ready_video, origin="embedded", stream=2)
    services.write_cues(first, MENDED, revision=None)
    embedded.copy(ready_video.pk, again.pk)
    found = embedded.Found(Track.Kind.CAPTIONS, stream=2, text=HEARD)
    embedded.keep(again.pk, [found])
    copied = Track.objects.get(video=again)
    assert copied.edited and selectors.document_of(copied).cues == MENDED


def test_a_full_video_follows_its_source_in_the_tracks_that_it_has(ready_video: Video) -> None:
    known = add(ready_video, origin="embedded", stream=3)
    for _ in range(services.MOST_TRACKS - 1):
        add(ready_video, origin="api")
    new = Document(MENDED)
    found = embedded.Found(Track.Kind.CAPTIONS, stream=2, text=new)
    embedded.keep(ready_video.pk, [found, replace(found, stream=3)])
    assert selectors.document_of(known).cues == MENDED


def test_a_track_that_failed_is_ready_once_somebody_writes_its_text(
    ready_video: Video, api: APIClient
) -> None:
    track = add(ready_video, None, origin="embedded", stream=2)
    services.fail(track, "subtitles_unreadable", "It cannot be read.")
    before = Video.objects.get(pk=ready_video.pk).tracks_revision
    one = f"{tracks_of(ready_video)}{track.pk}/"
    cues = {"cues": [{"start": 0, "end": 1, "text": "Hello"}]}
    assert api.put(f"{one}cues/", cues, format="json").status_code == 200
    told = api.get(one).json()
    assert (told["status"], told["error"], told["edited"]) == ("ready", None, True)
    assert told["texts"] is not None
    assert Video.objects.get(pk=ready_video.pk).tracks_revision > before
    assert Event.objects.filter(type="video.track.ready").exists()
