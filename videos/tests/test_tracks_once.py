"""A track is added once, however often its request is sent, and two changes never mix."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models.functions import Now
from rest_framework.test import APIClient

from accounts.models import User
from videos.models import IdempotencyKey, StoredObject, Track, Video
from videos.tests.test_tracks import SRT, tracks_of
from videos.tracks import services


@pytest.mark.parametrize("kind", ["captions", "audio"])
def test_a_request_that_was_killed_before_its_answer_is_answered(
    api: APIClient, video: Video, kind: str
) -> None:
    def send() -> Any:
        form = {"file": SimpleUploadedFile("a.srt", SRT.encode()), "kind": kind}
        return api.post(tracks_of(video), form, format="multipart", HTTP_IDEMPOTENCY_KEY="once")

    first = send()
    kept = StoredObject.objects.count()
    for held_until in (None, Now() - timedelta(seconds=1)):
        if held_until is not None:
            IdempotencyKey.objects.update(status=None, held_until=held_until)
        again = send()
        assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert Track.objects.count() == 1
    assert StoredObject.objects.count() == kept


def at_once(acts: list[Callable[[], Any]]) -> Counter[int]:
    """Do these at the same time; return how often each status was answered."""
    begin = threading.Barrier(len(acts))
    answered: Counter[int] = Counter()

    def one(act: Callable[[], Any]) -> None:
        begin.wait()
        try:
            answered[int(act().status_code)] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answered


@pytest.mark.django_db(transaction=True)
def test_of_changes_at_once_one_wins_and_limits_hold(
    video: Video, owner: User, as_user: Callable[[User], APIClient]
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    made = [
        services.add(video.pk, kind="captions", origin="api") for _ in range(services.MOST_TRACKS)
    ]
    services.delete(made.pop())
    address = f"{tracks_of(video)}{made[0].pk}/"

    def put(text: str) -> Callable[[], Any]:
        body = {"revision": 1, "cues": [{"start": 0, "end": 1, "text": text}]}
        client = as_user(owner)
        return lambda: client.put(f"{address}cues/", body, format="json")

    def add() -> Callable[[], Any]:
        client, body = as_user(owner), {"cues": [], "default": True}
        return lambda: client.post(tracks_of(video), body, format="json")

    def prefer(track: Track) -> Callable[[], Any]:
        client = as_user(owner)
        return lambda: client.patch(
            f"{tracks_of(video)}{track.pk}/", {"default": True}, format="json"
        )

    assert at_once([put(str(number)) for number in range(4)]) == {200: 1, 409: 3}
    assert at_once([add() for _ in range(3)]) == {201: 1, 409: 2}
    assert at_once([prefer(track) for track in made[:4]]) == {200: 4}
    assert Track.objects.filter(is_default=True).count() == 1
