"""No table of the domain grows for ever: each has a duty that prunes it, or a reason to stay."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.db.models import DateTimeField, F, Model
from django.db.models.functions import Now

from accounts.models import User
from processing.reconciler.duties import DUTIES
from videos import idempotency
from videos.events import log
from videos.models import (
    GeneratedImage,
    Generation,
    HookAddress,
    HookDelivery,
    IdempotencyKey,
    Notification,
    StoredObject,
    Upload,
    Video,
    WebhookDelivery,
    WebhookEndpoint,
)
from videos.tests.kept import (
    give_captions,
    give_picture,
    give_poster,
    give_sound,
    keep_image,
    keep_video,
    measure,
)

PRUNED = {
    "Chunk": {"sweep_releases"},
    "ContentFacts": {"sweep_releases", "forget_measurements"},
    "Cue": {"purge_videos", "forget_tracks"},
    "Event": {"prune_events"},
    "GeneratedImage": {"prune_hooks"},
    "Generation": {"prune_hooks"},
    "HookAddress": {"prune_hooks"},
    "HookDelivery": {"prune_hooks"},
    "IdempotencyKey": {"prune_keys"},
    "Image": {"expire_images", "purge_images"},
    "Notification": {"prune_notifications"},
    "Picture": {"sweep_releases", "delete_objects"},
    "Release": {"sweep_releases"},
    "Rendition": {"sweep_releases"},
    "SceneHash": {"sweep_releases", "forget_measurements"},
    "Sound": {"sweep_releases", "purge_videos"},
    "Source": {"sweep_sources", "purge_images"},
    "StoredObject": {"mark_abandoned", "mark_ownerless", "delete_objects"},
    "Track": {"purge_videos", "forget_tracks"},
    "Upload": {"expire_uploads", "prune_uploads"},
    "Video": {"expire_videos", "purge_videos"},
    "WebhookDelivery": {"drop_webhooks", "prune_webhooks"},
    "WebhookEndpoint": {"prune_webhooks"},
}
"""The duties that bring the rows of a model to their end."""

STAYS = {
    "EventLog": "one row",
    "Folder": "its owner's, who may have a limited number and deletes them",
    "Installation": "one row",
    "ModerationDecision": "a record of what people decided, which outlives the video",
    "WebhookReader": "one row",
    "Walk": "one row for each walk that the program knows",
}
"""Why the rows of the other models may stay."""

_YEARS = timedelta(days=800)


def test_each_model_is_pruned_or_may_stay() -> None:
    models = {model.__name__ for model in apps.get_app_config("videos").get_models()}
    assert models == set(PRUNED) | set(STAYS)
    assert not set(PRUNED) & set(STAYS)


def test_those_duties_are_done() -> None:
    assert set().union(*PRUNED.values()) <= {duty.name for duty in DUTIES}


def _of_a_hook(owner: User) -> None:
    """A revoked address, a report to it and a job with an image that came to nothing."""
    address = HookAddress.objects.create(owner=owner, source="generic", revoked_at=Now())
    named = {"owner": owner, "address": address, "source": "generic", "job_id": "j"}
    delivery = HookDelivery.objects.create(**named, delivery_id="d", status="succeeded")
    generation = Generation.objects.create(**named, status="succeeded")
    GeneratedImage.objects.create(generation=generation, delivery=delivery, number=0)


def _of_uploads(owner: User) -> None:
    """A part of tus that nobody joined, and one whose client never came back, with its object."""
    for key in ("a", "b"):
        upload = Upload.objects.create(owner=owner, key=key, filename="x", expires_at=Now())
        StoredObject.objects.create(
            storage="originals", key=key, role="original", state="writing", attempt=upload.pk
        )


def _of_keys(owner: User) -> None:
    """The keys of a request and of an imported file."""
    for method in ("POST", idempotency.COMMAND):
        IdempotencyKey.objects.create(
            user=owner,
            key=method,
            method=method,
            path="p",
            fingerprint=hashlib.sha256().hexdigest(),
            holder=uuid4(),
            held_until=Now(),
        )


def _of_webhooks(owner: User) -> None:
    """A deleted endpoint, and what was still to be sent to it."""
    endpoint = WebhookEndpoint.objects.create(
        owner=owner, url="https://example.org/", starts_after=0, deleted_at=Now()
    )
    WebhookDelivery.objects.create(endpoint=endpoint, event="video.ready", next_at=Now())


def _let_years_pass() -> None:
    for model in apps.get_app_config("videos").get_models():
        times = [f.name for f in model._meta.local_concrete_fields if type(f) is DateTimeField]
        if times and model.__name__ in PRUNED:
            model._base_manager.update(**{name: F(name) - _YEARS for name in times})


def _to_be_told(owner: User) -> None:
    Notification.objects.create(owner=owner, kind="ready", event_id=uuid4(), video_id=uuid4())


def _do_duties() -> None:
    for duty in DUTIES:
        if duty.needs == "database" or duty.name == "delete_objects":
            duty.run()


def _left() -> dict[str, int]:
    named: list[type[Model]] = [apps.get_model("videos", name) for name in PRUNED]
    counts = {model.__name__: model._base_manager.count() for model in named}
    return {name: count for name, count in counts.items() if count}


@pytest.mark.django_db
def test_after_years_nothing_is_left_that_is_over(owner: User) -> None:
    image, video = keep_image(owner), keep_video(owner)
    give_poster(video)
    give_picture(video)
    measure(video)
    give_captions(video)
    give_sound(video)
    log.write_images("image.created", [image])
    for make in (_of_a_hook, _of_uploads, _of_keys, _of_webhooks, _to_be_told):
        make(owner)
    Video.objects.update(deleted_at=Now())
    type(image).objects.update(expires_at=Now())
    assert set(_left()) == set(PRUNED), "the test has a row of each"
    for _ in range(4):
        _let_years_pass()
        _do_duties()
    assert _left() == {}
