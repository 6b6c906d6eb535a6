"""A file that is posted in a form, with its settings."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar, cast

from django.core.files.uploadedfile import TemporaryUploadedFile
from rest_framework.request import Request

from accounts.models import User
from videos.ingest import delegated, uploads
from videos.ingest.services import ArrivedFile
from videos.models import Upload

T = TypeVar("T")


def uploader(request: Request) -> User:
    """Return who sends the request, if they may upload. Raises ``UploadNotAllowed`` or
    ``EmailNotVerified``."""
    user = cast(User, request.user)
    delegated.require_right(user)
    return user


def taken(request: Request, form_class: Any, take: Callable[[User, ArrivedFile, Any], T]) -> T:
    """Return what ``take`` makes of the file and its form. Raises as ``uploader``
    does, ``ValidationError``, and what ``take`` raises."""
    user = uploader(request)
    form = form_class(data=request.data)
    form.is_valid(raise_exception=True)
    with closing(form.validated_data["file"]) as file:  # closed here: it is moved away
        return take(user, _arrived(file), form)


def _arrived(file: TemporaryUploadedFile) -> ArrivedFile:
    return ArrivedFile(
        path=Path(file.temporary_file_path()),
        filename=uploads.clean_filename(file.name or ""),
        size=file.size or 0,
        sha256=file.sha256,  # type: ignore[attr-defined]  # set by HashingUploadHandler
        protocol=Upload.Protocol.POST,
    )
