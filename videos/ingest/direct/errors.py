"""Why a direct upload is refused."""

from __future__ import annotations


class DirectUploadUnavailable(Exception):
    """Raised when originals are stored on a disk, so that there is no bucket to upload to."""


class MultipartOnly(Exception):
    """Raised when a client asks to send a file in one request, which nobody would complete."""


class UploadOver(Exception):
    """Raised when an upload is complete, was given up, or is not known to the bucket any more."""


class PartNumberWrong(Exception):
    """Raised when no part of this number can belong to the upload."""


class PartsMissing(Exception):
    """Raised when a part that the client names has not arrived, or is another one."""


class PartTooSmall(Exception):
    """Raised when a part that is not the last one is smaller than buckets allow."""


class FileRefused(Exception):
    """The root of the reasons for which a file is deleted that has arrived. ``code`` is also that
    of its video."""

    code: str
    message: str


class SizeDiffers(FileRefused):
    """Raised when not as many bytes arrived as were announced."""

    code = "upload_size_differs"
    message = "Not as many bytes arrived as were announced. Upload the file again."


class PartTooLarge(FileRefused):
    """Raised when a part is larger than was told to the client."""

    code = "upload_part_too_large"
    message = "A part of the file was larger than allowed. Upload the file again."


class FileTooLarge(FileRefused):
    """Raised when a file is larger than its upload may be."""

    code = "upload_too_large"
    message = "The file is larger than allowed."


class FileEmpty(FileRefused):
    """Raised when the parts of a file have no bytes."""

    code = "file_empty"
    message = "The file is empty. Choose another one."


REASONS = {one.code: one for one in (SizeDiffers, PartTooLarge, FileTooLarge, FileEmpty)}
"""The reasons by their codes."""
