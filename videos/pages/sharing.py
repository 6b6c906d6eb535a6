"""How a video is shared: its link, its embed code, and the data that other sites show of it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator

from videos import access
from videos.models import Video
from videos.pages import library
from videos.playback import pictures
from videos.playback.picture_shapes import Formats, Pictures

_WIDTH, _HEIGHT = 640, 360
_AUDIO_HEIGHT = 200
_DESCRIPTION_LENGTH = 200
_THUMBNAIL_WIDTH = 640
_CODE = (
    '<iframe src="{}" width="{}" height="{}" title="{}" allow="fullscreen; picture-in-picture"'
    ' allowfullscreen loading="lazy"></iframe>'
)


@dataclass(frozen=True)
class Frame:
    """An embedded player: its URL, its size in pixels and its embed code."""

    url: str
    width: int
    height: int
    code: str


@dataclass(frozen=True)
class Poster:
    """A poster at a URL that does not expire, and its size in pixels if that is known."""

    url: str
    width: int | None
    height: int | None


@dataclass(frozen=True)
class Shared:
    """Absolute URLs of a video: for people, for frames, and for programs that show a preview. If
    others may not watch the video, only the link is set, with a warning why it does not work for
    them."""

    url: str
    warning: str
    frame: Frame | None
    poster: Poster | None
    oembed: str
    description: str
    may_be_listed: bool


def open_videos() -> QuerySet[Video]:
    """Return the public and unlisted videos, as an anonymous viewer may watch them."""
    return library.watchable(AnonymousUser())


def of(video: Video, request: HttpRequest) -> Shared:
    """Return the sharing data of a video that was read through ``library.watchable``."""
    watch = request.build_absolute_uri(reverse("watch", args=[video.pk]))
    is_open = access.may_play(video, AnonymousUser())
    return Shared(
        url=watch,
        warning=_warning(video, own=video.owner_id == request.user.pk),
        frame=frame(video, request) if is_open else None,
        poster=_poster(video, request) if is_open else None,
        oembed=_oembed(request, watch) if is_open else "",
        description=Truncator(video.description).chars(_DESCRIPTION_LENGTH),
        may_be_listed=video.visibility == Video.Visibility.PUBLIC,
    )


def frame(
    video: Video, request: HttpRequest, *, max_width: int = _WIDTH, max_height: int = _HEIGHT
) -> Frame:
    """Return the embedded player, as large as allowed but no larger than the default size."""
    width, height = min(_WIDTH, max_width), min(_HEIGHT, max_height)
    if video.media_type == Video.MediaType.AUDIO:
        height = min(_AUDIO_HEIGHT, max_height)
    else:
        width = min(width, round(height * _WIDTH / _HEIGHT))
        height = min(height, round(width * _HEIGHT / _WIDTH))
    url = _absolute(request, "embed", video)
    code = format_html(_CODE, url, width, height, video.title or "Untitled")
    return Frame(url, width, height, code)


def poster_file(shown: Pictures, width: str = "") -> Formats | None:
    """Return the poster of a wanted width, or else the largest; the waveform's picture for audio
    that has none. Its address is that of ``jpeg``."""
    found = shown.poster.get(width) or pictures.widest(shown.poster.values())
    wave = shown.waveform
    if found is None and wave and wave.image:
        return Formats(jpeg=wave.image, width=wave.width, height=wave.height)
    return found


def thumbnail(video: Video, request: HttpRequest, room: tuple[int, int]) -> Poster | None:
    """Return the largest poster for a list of ``room``, width and height, on another site; None if
    no poster fits, or their sizes are not known."""
    width, height = min(room[0], _THUMBNAIL_WIDTH), room[1]
    sizes = pictures.of(video, AnonymousUser()).poster.items()
    fitting = [
        (name, one)
        for name, one in sizes
        if one.jpeg and 0 < (one.width or 0) <= width and 0 < (one.height or 0) <= height
    ]
    if not fitting:
        return None
    name, found = fitting[-1]
    address = _absolute(request, "poster", video) + f"?{urlencode({'width': name})}"
    return Poster(address, found.width, found.height)


def _poster(video: Video, request: HttpRequest) -> Poster | None:
    found = poster_file(pictures.of(video, AnonymousUser()))
    if found is None:
        return None
    return Poster(_absolute(request, "poster", video), found.width, found.height)


def _oembed(request: HttpRequest, watch: str) -> str:
    return request.build_absolute_uri(f"{reverse('oembed')}?{urlencode({'url': watch})}")


def _absolute(request: HttpRequest, view: str, video: Video) -> str:
    return request.build_absolute_uri(reverse(view, args=[video.pk]))


def _warning(video: Video, *, own: bool) -> str:
    whose = "you" if own else "its owner and staff"
    if video.moderation == Video.Moderation.REJECTED:
        return f"A moderator has rejected this video: the link works for {whose} alone."
    if video.visibility in (Video.Visibility.DRAFT, Video.Visibility.PRIVATE):
        return (
            f"This video is private: the link works for {whose} alone. Choose Unlisted or Public"
            " under “Who can watch” first."
        )
    if video.moderation == Video.Moderation.PENDING:
        return f"This video waits for a moderator: until then the link works for {whose} alone."
    return ""
