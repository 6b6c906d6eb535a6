"""Answer a batch of imports: each item by itself, videos with their job, images when complete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import Any

from accounts.models import User
from processing.models import Run
from videos.api import problems
from videos.api.serializers.imports import IMAGE, SITE, ImportSerializer
from videos.ingest import image_batches, imports
from videos.ingest.examining import ImagesUnavailable
from videos.ingest.image_batches import Asked
from videos.models import Upload

REQUESTS_AT_ONCE = 4
fetching = BoundedSemaphore(REQUESTS_AT_ONCE)
"""Held by each request that waits for images; only a few do so at once in a process."""

Answer = dict[str, Any]
_NOTHING: Mapping[str, Any] = {
    "code": None,
    "detail": None,
    "errors": (),
    "video": None,
    "job": None,
    "image": None,
}


def answers(owner: User, items: Sequence[Any]) -> list[Answer]:
    """Import the items and return their answers in the same order. The videos' jobs are begun
    before any image is fetched. What is wrong with one keeps no other from being imported."""
    found: list[Answer | None] = []
    images: dict[int, Asked] = {}
    for place, item in enumerate(items):
        try:
            form = ImportSerializer(data=item)
            form.is_valid(raise_exception=True)
            if form.validated_data["type"] == IMAGE:
                images[place] = _asked(form)
                found.append(None)
            else:
                found.append(_begun(owner, form))
        except Exception as error:
            found.append(_refused(error))
    imported = dict(zip(images, _imported(owner, list(images.values())), strict=True))
    return [answer or imported[place] for place, answer in enumerate(found)]


def begin(owner: User, form: ImportSerializer) -> tuple[Upload, Run]:
    """Begin the import of a video."""
    said = form.validated_data
    return imports.start(
        owner,
        said["url"],
        form.settings(),
        protocol=Upload.Protocol.SITE if said["source"] == SITE else Upload.Protocol.URL,
        sha256=said.get("sha256", ""),
    )


def _begun(owner: User, form: ImportSerializer) -> Answer:
    upload, run = begin(owner, form)
    done = {"status": HTTPStatus.ACCEPTED, "video": upload.video_id, "job": run.pk}
    return {**_NOTHING, **done}


def _asked(form: ImportSerializer) -> Asked:
    said = form.validated_data
    return Asked(said["url"], form.image_settings(), said.get("sha256", ""))


def _imported(owner: User, asked: Sequence[Asked]) -> list[Answer]:
    if not asked:
        return []
    if not fetching.acquire(blocking=False):
        return [_refused(ImagesUnavailable()) for _ in asked]
    try:
        done = image_batches.import_all(owner, asked)
    finally:
        fetching.release()
    return [
        _refused(one)
        if isinstance(one, Exception)
        else {**_NOTHING, "status": HTTPStatus.CREATED, "image": one.pk}
        for one in done
    ]


def _refused(error: Exception) -> Answer:
    """Return the answer for an item that was refused; raise what is no refusal."""
    told = problems.of(error)
    if told is None:
        raise error
    members = ("status", "code", "detail", "errors")
    return {**_NOTHING, **{name: told[name] for name in members if name in told}}
