"""What is wrong with a request by the rules of tus."""

from videos.api.refused import RequestRefused

VERSION = "1.0.0"


class VersionUnknown(RequestRefused):
    """Raised when a client speaks another version of tus, or does not say which."""

    def __init__(self) -> None:
        super().__init__(Tus_Version=VERSION)


class MethodUnknown(RequestRefused):
    """Raised for a method that an address does not answer."""


class HeaderInvalid(RequestRefused):
    """Raised when a header is missing or cannot be read."""


class MetadataInvalid(RequestRefused):
    """Raised when Upload-Metadata cannot be read, or is too long."""


class TypeWrong(RequestRefused):
    """Raised when bytes come with another content type than that of tus."""


class OffsetDiffers(RequestRefused):
    """Raised when bytes are to be appended at an offset at which the upload is not."""


class ChecksumMismatch(RequestRefused):
    """Raised when bytes do not come to their checksum."""


class AlgorithmUnknown(RequestRefused):
    """Raised when a checksum is of another algorithm than those that can be checked."""


class NothingThere(RequestRefused):
    """Raised when there is no such upload of the caller's."""


class UploadFinished(RequestRefused):
    """Raised when an upload is to be ended whose file was stored."""
