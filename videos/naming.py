"""What files and videos are called, from the names that strangers give. Pure."""

from pathlib import PurePosixPath

from processing.ffmpeg import names

_NAME_LENGTH = 255
_TITLE_LENGTH = 200


def clean_filename(name: str) -> str:
    """Return a file's name for display: its last part, without control characters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return names.shown(last)[:_NAME_LENGTH] or "unnamed"


def title_of(filename: str) -> str:
    """Return the title of a video that was given none, from the clean name of its file."""
    stem = PurePosixPath(filename).stem.replace("_", " ").strip()
    return stem[:_TITLE_LENGTH] or "Untitled"


def title_from(text: str) -> str:
    """Return a title that a site gives as one for a video; empty if nothing of it can be shown."""
    return names.shown(text)[:_TITLE_LENGTH]


def filename_from(title: str, suffix: str) -> str:
    """Return a file's name for a title; the suffix has its dot."""
    plain = title.replace("/", "-").replace("\\", "-").strip(". ")
    return f"{plain or 'video'}{suffix}"
