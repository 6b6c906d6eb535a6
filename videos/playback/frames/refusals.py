"""Why a picture is not given. Each refusal has a status, a code that never changes, and a
sentence."""

from __future__ import annotations


class PictureRefused(Exception):
    """Raised when a request for a picture is answered with an error. ``retry_after`` is in seconds;
    0: asking again is of no use."""

    def __init__(self, status: int, code: str, sentence: str, *, retry_after: int = 0) -> None:
        super().__init__(code)
        self.status, self.code, self.sentence = status, code, sentence
        self.retry_after = retry_after


def throttled(seconds: int) -> PictureRefused:
    """Return the refusal of a release of which too many new pictures were asked for."""
    sentence = "Too many new pictures of this video were asked for."
    return PictureRefused(429, "throttled", sentence, retry_after=seconds)


def busy() -> PictureRefused:
    """Return the refusal of a server that has enough to do."""
    sentence = "This server makes too many pictures at the moment."
    return PictureRefused(503, "pictures_busy", sentence, retry_after=2)


def failed() -> PictureRefused:
    """Return the refusal of a picture that could not be made."""
    sentence = "This picture could not be made at the moment."
    return PictureRefused(503, "picture_failed", sentence, retry_after=5)


def no_frames() -> PictureRefused:
    """Return the refusal of a release of which nothing can be seen."""
    sentence = "There is nothing to see in this release, or not yet."
    return PictureRefused(404, "no_frames", sentence)


def no_storyboard() -> PictureRefused:
    """Return the refusal of a storyboard that is not there."""
    return PictureRefused(404, "no_storyboard", "This release has no storyboard, or not yet.")


def past_the_end(name: str, seconds: float) -> PictureRefused:
    """Return the refusal of a moment that the release does not have."""
    sentence = f"{name} is past the end: so far this release has {seconds:.3f} seconds."
    return PictureRefused(400, "past_the_end", sentence)


def near_the_end(name: str, seconds: float) -> PictureRefused:
    """Return the refusal of a moment after which the release has too little to show."""
    sentence = f"{name} is at the end or past it: so far this release has {seconds:.3f} seconds."
    return PictureRefused(400, "past_the_end", sentence)
