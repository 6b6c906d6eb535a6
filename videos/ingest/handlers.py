"""An upload handler that spools to disk and hashes while bytes arrive."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParser

# How browsers write what would end a name in the header it stands in; nothing else is escaped.
_ESCAPED = {"%22": '"', "%0D": "\r", "%0A": "\n"}


class _Form(MultiPartParser):
    """A form whose files keep their names: Django's own drops what it cannot print, joiners among
    it. ``ingest.clean_filename`` cleans them for showing."""

    def sanitize_file_name(self, file_name: str) -> str | None:
        """The last part of a name, as it was before the browser escaped it."""
        last = file_name.replace("\\", "/").rsplit("/", 1)[-1]
        for written, meant in _ESCAPED.items():
            last = last.replace(written, meant)
        return last or None


class HashingUploadHandler(TemporaryFileUploadHandler):
    """Sets ``sha256`` (hex) on the finished file, so that it is never read again for it."""

    _is_read = False

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # Django's
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> Any:
        """Read the form by our own parser; it asks again, and is then let to."""
        if self._is_read:
            return None
        self._is_read = True
        return _Form(META, input_data, [self], encoding).parse()

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
