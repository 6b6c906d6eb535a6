"""An upload handler that spools to disk and hashes while bytes arrive."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler


class HashingUploadHandler(TemporaryFileUploadHandler):
    """Sets ``sha256`` (hex) on the finished file, so that it is never read again for it."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        FileUploadHandler.new_file(self, *args, **kwargs)
        # Django puts what follows the last dot into the temporary file's name: too long for one
        # where a name says much after a dot.
        self.file = TemporaryUploadedFile(
            "file", self.content_type, 0, self.charset, self.content_type_extra
        )
        self.file.name = self.file_name
        self._digest = hashlib.sha256()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """More of it."""
        self._digest.update(raw_data)
        super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        """All of it."""
        file = super().file_complete(file_size)
        if isinstance(file, TemporaryUploadedFile):
            file.sha256 = self._digest.hexdigest()  # type: ignore[attr-defined]  # ours
        return file
