"""A status moves along the legal moves only, and nothing else undoes it."""

from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from videos import lifecycle
from videos.models import Event, FullSaveRefused, Release, Video

Status = Video.Status


@pytest.mark.parametrize(("origin", "target"), list(product(Status, Status)))
def test_only_legal_moves_are_made(video: Video, origin: str, target: str) -> None:
    fields = {"release": Release.objects.get(), "playable": True, "error_code": "x"}
    Video.objects.filter(pk=video.pk).update(status=origin, **fields)
    moved = True
    try:
        lifecycle._move(video.pk, Status(target), error_code="x")
    except lifecycle.InvalidTransition:
        moved = False
    assert moved == (target in lifecycle.LEGAL_MOVES[origin])
    assert Video.objects.get().status == (target if moved else origin)


def test_two_requests_may_begin_an_upload_at_once(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    Video.objects.update(status=Status.PENDING_UPLOAD)
    move = lifecycle._move

    def second(*args: Any, **kwargs: Any) -> None:
        move(*args, **kwargs)  # that of the first, just before
        move(*args, **kwargs)

    monkeypatch.setattr(lifecycle, "_move", second)
    lifecycle.begin_upload(video.pk)
    assert Video.objects.get().status == Status.UPLOADING


def test_every_move_is_told_in_the_log(video: Video) -> None:
    lifecycle.fail(video.pk, code="encode_failed", message="It broke.")
    event = Event.objects.order_by("id").last()
    assert event is not None
    assert (event.type, event.owner_id) == ("video.failed", video.owner_id)
    assert event.payload["error"] == {"code": "encode_failed", "message": "It broke."}


def test_a_stale_video_cannot_be_saved_whole(video: Video) -> None:
    stale = Video.objects.get()
    lifecycle.fail(video.pk, code="x", message="x")
    with pytest.raises(FullSaveRefused):
        stale.save()


def test_a_patch_while_it_finishes_does_not_move_the_status(
    ready_video: Video, api: APIClient
) -> None:
    Video.objects.update(status=Status.PROCESSING)
    stale = Video.objects.get()
    lifecycle.publish(ready_video.pk, release=Release.objects.get())
    stale.title = "New"
    stale.save(update_fields=["title"])
    ready_video.refresh_from_db()
    assert (ready_video.status, ready_video.title) == (Status.READY, "New")


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "ready", "playable": False, "release": None},
        {"status": "failed", "error_code": ""},
        {"status": "nonsense"},
        {"visibility": "nonsense"},
        {"moderation": "nonsense"},
    ],
)
def test_the_database_refuses_states_that_cannot_be(
    video: Video, fields: dict[str, object]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Video.objects.update(**fields)
