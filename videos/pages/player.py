"""The data that a video's player needs, on the watch page and where it is embedded."""

from dataclasses import dataclass
from uuid import UUID

from videos import access
from videos.models import Video
from videos.pages import player_texts, posters, words
from videos.pages.posters import Poster
from videos.playback import downloads, pictures
from videos.playback import services as playback
from videos.playback.downloads import Download

_PLAIN_HEIGHT = 720


@dataclass(frozen=True)
class Offered:
    """A file to download: its label, the file name for saving it, its size in words and its URL."""

    words: str
    filename: str
    size: str
    url: str


@dataclass(frozen=True)
class Player:
    """The URLs of a playable video, and its length, as a number of seconds and in the words that
    every page uses. ``storyboard`` is the URL of its WebVTT file, ``waveform`` that of its picture.
    ``available`` is the number of playable seconds while the release grows.
    ``texts`` are the video's captions, subtitles and chapters, as JSON (``player_texts``).
    ``plain`` is the file that plays without any script."""

    release: UUID
    hls: str
    poster: Poster | None
    storyboard: str | None
    waveform: str | None
    seconds: float
    length: str
    available: float | None
    is_audio: bool
    is_upright: bool
    texts: str
    downloads: list[Offered]
    plain: str | None


def of(video: Video, viewer: access.Viewer) -> Player | None:
    """Return the player of a video that was read through ``library.watchable``; None if nothing
    plays for this viewer."""
    hls, release = playback.hls_url(video, viewer, held=True), video.release
    if hls is None or release is None:
        return None
    seconds = playback.duration_of(video)
    files = downloads.of(video, viewer)
    found = pictures.of(video, viewer, held=True)
    return Player(
        release=release.pk,
        hls=hls,
        poster=posters.of(found),
        storyboard=found.storyboard.vtt if found.storyboard else None,
        waveform=found.waveform.image if found.waveform else None,
        seconds=round(seconds, 3),
        length=words.duration(seconds) if seconds else "",
        available=None if release.is_complete else round(release.available_seconds, 3),
        is_audio=video.media_type == Video.MediaType.AUDIO,
        is_upright=any((one.height or 0) > (one.width or 0) for one in release.renditions.all()),
        texts=player_texts.of(video, viewer),
        downloads=[_offered(file) for file in files],
        plain=_plain(files),
    )


def _offered(file: Download) -> Offered:
    return Offered(
        words=file.name,
        filename=file.filename,
        size=words.size(file.size),
        url=file.url,
    )


def _plain(files: list[Download]) -> str | None:
    """Return a file of a size that most connections and screens can handle, or else the smallest
    one."""
    if not files:
        return None
    fitting = (file for file in files if min(file.width or 0, file.height or 0) <= _PLAIN_HEIGHT)
    return next(fitting, files[-1]).shown
