"""What can be wrong while bytes are received."""

from uuid import UUID


class UploadOver(Exception):
    """Raised when an upload does not exist, or was finished or closed; ``video`` is the id of the
    video if the upload was finished."""

    def __init__(self, video: UUID | None = None) -> None:
        super().__init__(video)
        self.video = video


class UploadLocked(Exception):
    """Raised to a newcomer if the writer before it does not stop in time, and to a writer whose
    place a newcomer takes."""


class UploadElsewhere(Exception):
    """Raised when the bytes so far lie on the disk of another server."""


class TooManyBytes(Exception):
    """Raised when more bytes arrive than ``most``: what was announced, or what is allowed."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class SizeTaken(Exception):
    """Raised when another size of the whole was announced before."""


class UploadIsFinal(Exception):
    """Raised when bytes are sent to an upload that is made of its parts."""


class PartsInvalid(Exception):
    """Raised when parts are named that are not complete partial uploads of the owner."""


class TooManyParts(Exception):
    """Raised when an address has ``most`` open partial uploads already."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class DiskFull(Exception):
    """Raised when the disk has no room for the bytes."""
