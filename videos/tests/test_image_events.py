"""Every change of an image is told to its owner's feed."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from PIL import Image as Pillow
from rest_framework.test import APIClient

from accounts.models import User
from videos import folders, image_purge
from videos.events import log, messages
from videos.models import Event, Folder, Image

URL = "/api/v1/images/"


@pytest.fixture
def image(api: APIClient) -> Image:
    """An image of the owner's in no folder."""
    file = io.BytesIO()
    Pillow.new("RGB", (32, 32)).save(file, "JPEG")
    sent = SimpleUploadedFile("sea.jpg", file.getvalue())
    answer = api.post(URL, {"file": sent}, format="multipart")
    return Image.objects.get(pk=answer.json()["id"])


def told(image: Image) -> list[str]:
    """The kinds of what was told of an image, in order."""
    log.sequence()
    events = Event.objects.filter(image_id=image.pk, owner=image.owner_id)
    return [event.type for event in events.order_by("position")]


def test_it_is_told_of_from_its_upload_to_its_end(api: APIClient, image: Image) -> None:
    at = f"{URL}{image.pk}/"
    api.patch(at, {"title": "Sea"}, format="json")
    api.patch(at, {"title": "Sea"}, format="json")  # which changes nothing
    api.delete(at)
    api.post(f"{at}restore/")
    api.delete(f"{at}?purge=true")
    kinds = ("created", "updated", "deleted", "restored", "deleted", "purged")
    assert told(image) == [f"image.{kind}" for kind in kinds]
    updated = Event.objects.get(type="image.updated")
    assert updated.payload == {
        **{"title": "Sea", "deleted": False, "error": None},
        "changed": ["title"],
    }
    assert Event.objects.get(type="image.purged").payload["deleted"] is True
    message = messages.message_of(updated)
    assert message["type"] == "image"
    assert message["image"] == str(image.pk)


def test_its_expiry_is_told(image: Image) -> None:
    Image.objects.update(expires_at=Now() - timedelta(hours=1))
    assert image_purge.expire() == 1
    assert told(image)[-1] == "image.deleted"


def test_it_is_told_when_its_folder_is_dissolved(image: Image, owner: User) -> None:
    folder = Folder.objects.create(owner=owner, name="Old")
    Image.objects.update(folder=folder)
    folders.dissolve(folder, None)
    assert told(image)[-1] == "image.updated"
    assert Image.objects.get().folder is None
    assert Event.objects.get(type="image.updated").payload["changed"] == ["folder"]


def test_a_folder_counts_the_images_that_are_not_in_the_trash(
    image: Image, owner: User, api: APIClient
) -> None:
    folder = Folder.objects.create(owner=owner, name="Pictures")
    Image.objects.update(folder=folder)
    at = f"/api/v1/folders/{folder.pk}/"
    assert (api.get(at).json()["images"], api.get(at).json()["videos"]) == (1, 0)
    Image.objects.update(deleted_at=Now())
    assert api.get(at).json()["images"] == 0
