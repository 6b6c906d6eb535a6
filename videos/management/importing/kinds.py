"""What a file is, by its name. Pure."""

from pathlib import PurePosixPath

VIDEO, IMAGE = "video", "image"

_VIDEOS = frozenset(
    (
        *(".3gp", ".aac", ".avi", ".flac", ".flv", ".gif", ".m2ts", ".m4a", ".m4v", ".mka"),
        *(".mkv", ".mov", ".mp3", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".ogg", ".ogv"),
        *(".opus", ".ts", ".wav", ".webm", ".wmv"),
    )
)
_IMAGES = frozenset((".jpg", ".jpeg", ".png", ".webp", ".avif"))


def of_name(name: str) -> str | None:
    """Return the kind of a file, or None if its name is not one of a media file. A GIF is a
    video."""
    ending = PurePosixPath(name).suffix.lower()
    if ending in _VIDEOS:
        return VIDEO
    return IMAGE if ending in _IMAGES else None


def why_passed_over(name: str) -> str:
    """Return why a file in a folder is not imported; empty if it is."""
    if name.startswith("."):
        return "is hidden"
    return "" if of_name(name) else "is no video or image by its name"
