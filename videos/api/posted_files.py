"""A file that is posted in a form, with its settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

from django.conf import settings as site
from django.core.files.uploadedfile import TemporaryUploadedFile
from rest_framework.request import Request

from accounts.models import User
from videos import quotas
from videos.ingest import delegated, posters, uploads
from videos.ingest.posters import Poster
from videos.ingest.services import ArrivedFile
from videos.models import Upload

T = TypeVar("T")
_FIELDS_BYTES = 1024**2


def uploader(request: Request) -> User:
    """Return who sends the request, if they may upload. Raises ``UploadNotAllowed`` or
    ``EmailNotVerified``."""
    user = cast(User, request.user)
    delegated.require_right(user)
    return user


def require_room(request: Request) -> None:
    """Raise ``QuotaExceeded`` before the form of a video is read, if its file could not be taken in
    any case. The form holds other fields besides, and perhaps a poster."""
    length = request.META.get("CONTENT_LENGTH") or ""
    rest = _FIELDS_BYTES + site.MAX_IMAGE_BYTES
    size = int(length) - rest if length.isascii() and length.isdigit() else 0
    quotas.require_least(uploader(request), max(1, size))


def taken(request: Request, form_class: Any, take: Callable[[User, ArrivedFile, Any], T]) -> T:
    """Return what ``take`` makes of the file and its form. Raises as ``uploader``
    does, ``ValidationError``, and what ``take`` raises."""
    user = uploader(request)
    form = form_class(data=request.data)
    form.is_valid(raise_exception=True)
    with closing(form.validated_data["file"]) as file:  # closed here: it is moved away
        return take(user, arrived(file), form)


@contextmanager
def poster_of(form: Any) -> Iterator[Poster | None]:
    """Yield the poster that a form has, decoded; None if it has none. Raises ``PosterInvalid``,
    ``PosterTooLarge`` or ``ImagesUnavailable``."""
    file: TemporaryUploadedFile | None = form.validated_data.get("poster")
    if file is None:
        yield None
        return
    with closing(file), posters.prepared(Path(file.temporary_file_path()), file.size or 0) as given:
        yield given


def arrived(file: TemporaryUploadedFile) -> ArrivedFile:
    """Return the file of a form as one that has arrived."""
    return ArrivedFile(
        path=Path(file.temporary_file_path()),
        filename=uploads.clean_filename(file.name or ""),
        size=file.size or 0,
        sha256=file.sha256,  # type: ignore[attr-defined]  # set by HashingUploadHandler
        protocol=Upload.Protocol.POST,
    )
