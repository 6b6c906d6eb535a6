"""The live feed's messages are described by the types they are made of."""

from __future__ import annotations

from typing import Any, cast

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from accounts.models import User
from processing.monitoring import progress
from videos.api.schema import feed as description
from videos.events import earlier, kinds, log, messages
from videos.feed import closes, socket
from videos.models import Event, Video


def faults(message: Any, name: str) -> list[str]:
    told = description.document(host="x", secure=True)["components"]["messages"][name]["payload"]
    whole = told | {"additionalProperties": False}
    return [error.message for error in Draft202012Validator(whole).iter_errors(message)]


def test_an_event_is_as_described(video: Video) -> None:
    log.sequence()
    for event in Event.objects.all():
        assert faults(messages.message_of(event), "EventMessage") == []


def test_an_event_of_an_image_is_as_described(owner: User) -> None:
    log.write_image_failure(owner.pk, title="Sea", code="image_invalid", message="No image.")
    log.sequence()
    assert faults(messages.message_of(Event.objects.get()), "ImageMessage") == []


def test_that_events_were_left_out_is_as_described() -> None:
    assert faults(messages.expired("e2a"), "Expired") == []


def test_what_the_release_before_wrote_and_announces_is_told_in_todays_words(video: Video) -> None:
    log.sequence()
    event = Event.objects.get(type="job.queued")
    job = event.payload.pop("job")
    event.type, event.payload = "run.queued", event.payload | {"run": job}
    told = messages.message_of(event)
    assert faults(told, "EventMessage") == []
    assert told["type"] == "event"
    assert (told["event"], cast("Any", told)["payload"]["job"]) == ("job.queued", job)

    row = progress.with_run(Video.objects.select_related("source", "release")).get()
    tick: dict[str, Any] = {**progress.tick(row)}
    announced = {name.replace("job", "run"): value for name, value in tick.items()}
    assert earlier.members(announced) == tick


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_a_kind_of_today_keeps_its_name(kind: str) -> None:
    assert earlier.kind(kind) == kind


@pytest.mark.parametrize(
    ("stored", "today"),
    [
        ("video.uploading", "video.upload.started"),
        ("video.processing", "video.processing.started"),
        ("video.pictures", "video.image.ready"),
        ("video.approved", "moderation.approved"),
        ("video.rejected", "moderation.rejected"),
    ],
)
def test_an_earlier_name_is_told_by_todays(stored: str, today: str) -> None:
    assert earlier.kind(stored) == today
    assert today in kinds.KINDS


def test_a_tick_is_as_described(video: Video) -> None:
    row = progress.with_run(Video.objects.select_related("source", "release")).get()
    assert faults(progress.tick(row), "ProgressMessage") == []


def test_every_kind_and_every_closing_is_described() -> None:
    told = description.document(host="x", secure=True)["info"]["description"]
    assert [kind for kind in kinds.KINDS if f"`{kind}`" not in told] == []
    assert [code for code in closes.REASONS if str(code) not in told] == []


@pytest.mark.django_db
def test_it_is_served_for_the_host_it_is_read_at(client: Client) -> None:
    told = client.get("/api/v1/schema/feed/").json()
    assert told["asyncapi"] == "3.0.0"
    assert told["servers"]["here"] == {"host": "testserver", "protocol": "ws"}
    assert told["channels"]["feed"]["address"] == socket.PATH
