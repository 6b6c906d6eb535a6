"""An upload handler that writes to disk and hashes while bytes arrive."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParser

# Browsers escape these characters, which would end the name in its header, and no others.
_ESCAPED = {"%22": '"', "%0D": "\r", "%0A": "\n"}


class _Form(MultiPartParser):
    """A form parser that keeps the names of files: Django's drops unprintable characters, including
    joiners. ``ingest.clean_filename`` cleans names for display."""

    def sanitize_file_name(self, file_name: str) -> str | None:
        """Return the last part of a name, without the browser's escapes."""
        last = file_name.replace("\\", "/").rsplit("/", 1)[-1]
        for written, meant in _ESCAPED.items():
            last = last.replace(written, meant)
        return last or None


class HashingUploadHandler(TemporaryFileUploadHandler):
    """Sets ``sha256`` (hex) on the finished file, so that the file need not be read again."""

    chunk_size = 1024**2
    """The most the parser takes at a time, in bytes: more than arrives in one block, so that blocks
    are not copied in pieces."""
    _is_read = False

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # Django's
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> Any:
        """Parse the form with ``_Form``. That parser calls this method again, and then gets None,
        so that it goes on by itself."""
        if self._is_read:
            return None
        self._is_read = True
        return _Form(META, input_data, [self], encoding).parse()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        FileUploadHandler.new_file(self, *args, **kwargs)
        # Django puts the text after the last dot into the temporary file's name. That is too long
        # for a file name if much follows a dot.
        self.file = TemporaryUploadedFile(
            "file", self.content_type, 0, self.charset, self.content_type_extra
        )
        self.file.name = self.file_name
        self._digest = hashlib.sha256()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Hash and write a chunk."""
        self._digest.update(raw_data)
        super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        """Set the hash on the finished file and return it."""
        file = super().file_complete(file_size)
        if isinstance(file, TemporaryUploadedFile):
            file.sha256 = self._digest.hexdigest()  # type: ignore[attr-defined]  # ours
        return file
