"""The trash: hidden at once, listed to its owner, restored or purged; whatever goes on beside."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from processing import services as processing
from processing.models import Run
from videos import purge, trash
from videos.models import Event, Video

URL = "/api/v1/videos/"


def test_a_deleted_video_is_in_the_trash_alone(api: APIClient, video: Video) -> None:
    assert api.delete(f"{URL}{video.pk}/").status_code == 204
    assert api.get(URL).json()["results"] == []
    [row] = api.get(URL, {"trashed": "true"}).json()["results"]
    assert (row["id"], row["owner"]) == (str(video.pk), str(video.owner_id))
    assert row["deleted_at"] is not None
    assert api.get(f"{URL}{video.pk}/").status_code == 404
    assert api.delete(f"{URL}{video.pk}/").status_code == 404


def test_the_trash_is_its_owners_alone(
    api: APIClient, video: Video, stranger: User, as_user: Callable[[User], APIClient]
) -> None:
    Video.objects.update(visibility="public")
    api.delete(f"{URL}{video.pk}/")
    other = as_user(stranger)
    assert other.get(URL, {"trashed": "true"}).json()["results"] == []
    assert other.post(f"{URL}{video.pk}/restore/").status_code == 404
    assert other.delete(f"{URL}{video.pk}/?purge=true").status_code == 404
    assert Video.objects.get().deleted_at is not None


def test_a_restored_video_is_as_it_was(api: APIClient, ready_video: Video) -> None:
    api.delete(f"{URL}{ready_video.pk}/")
    answer = api.post(f"{URL}{ready_video.pk}/restore/")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["status"], told["playable"], told["deleted_at"]) == ("ready", True, None)
    assert told["playback"]["hls"]
    assert api.get(URL, {"trashed": "true"}).json()["results"] == []
    again = api.post(f"{URL}{ready_video.pk}/restore/")
    assert (again.status_code, again.json()["code"]) == (409, "not_in_trash")


def test_what_a_deletion_stopped_can_be_processed_again(api: APIClient, video: Video) -> None:
    api.delete(f"{URL}{video.pk}/")
    assert Run.objects.get().status == Run.Status.CANCELED
    assert api.post(f"{URL}{video.pk}/restore/").json()["status"] == "canceled"
    assert api.post(f"{URL}{video.pk}/reprocess/").status_code == 202


def test_a_video_is_purged_from_the_trash_too(api: APIClient, ready_video: Video) -> None:
    api.delete(f"{URL}{ready_video.pk}/")
    assert api.delete(f"{URL}{ready_video.pk}/?purge=true").status_code == 204
    assert not Video.objects.exists()
    assert api.post(f"{URL}{ready_video.pk}/restore/").status_code == 404


@pytest.mark.parametrize(("name", "method"), [("purge", "delete"), ("trashed", "get")])
def test_what_is_neither_yes_nor_no_is_refused(
    api: APIClient, video: Video, name: str, method: str
) -> None:
    address = f"{URL}{video.pk}/" if method == "delete" else URL
    answer = getattr(api, method)(f"{address}?{name}=perhaps")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == name
    assert Video.objects.get().deleted_at is None


def test_nothing_begins_on_what_is_in_the_trash(video: Video) -> None:
    trash.discard(video)
    with pytest.raises(processing.VideoDeleted):
        processing.reprocess(Video.objects.select_related("source", "owner").get())
    with pytest.raises(processing.VideoDeleted):
        processing.retry(Run.objects.get())
    assert not Run.objects.filter(status__in=Run.ACTIVE).exists()


def test_what_was_restored_is_not_purged_for_its_age(video: Video) -> None:
    trash.discard(video)
    long_ago = timezone.now() - timedelta(days=31)
    Video.objects.update(deleted_at=long_ago)
    seen = Video.objects.get()
    trash.restore(video)
    assert not purge.purge(seen, since=seen.deleted_at)
    trash.discard(video)
    assert not purge.purge(seen, since=seen.deleted_at)
    assert Video.objects.exists()


def test_deleting_twice_is_told_once(video: Video) -> None:
    assert [trash.discard(video), trash.discard(video)] == [True, False]
    assert Event.objects.filter(type="video.deleted").count() == 1


def test_it_is_kept_for_as_long_as_is_said(video: Video) -> None:
    assert trash.kept_until(video) is None
    trash.discard(video)
    deleted = Video.objects.get()
    assert deleted.deleted_at is not None
    assert trash.kept_until(deleted) == deleted.deleted_at + timedelta(days=30)


@pytest.mark.django_db(transaction=True)
def test_a_job_that_begins_while_a_video_is_deleted_is_stopped_or_refused(video: Video) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("there one writes at a time")
    processing.cancel(video)
    told: list[object] = []

    def discard() -> None:
        try:
            told.append(trash.discard(video))
        finally:
            connections.close_all()

    with transaction.atomic():
        processing.reprocess(Video.objects.select_related("source", "owner").get())
        thread = threading.Thread(target=discard, daemon=True)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive(), "it waits for the rows"
    thread.join(60)
    assert told == [True]
    assert not Run.objects.filter(status__in=Run.ACTIVE).exists()
    assert Video.objects.get().deleted_at is not None
