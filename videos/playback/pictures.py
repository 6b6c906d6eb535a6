"""The pictures of a video, with an address for each: posters, thumbnails, storyboard, hover
preview and waveform.

Who may not play the video gets none, but for the poster that its owner gave. What is not made yet,
or left out by the profile, is absent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from videos import access, keys
from videos.models import Picture, Video
from videos.playback import services
from videos.playback.picture_shapes import (
    Formats,
    Pictures,
    Preview,
    Storyboard,
    Thumbnail,
    Waveform,
)

_SMALL, _NORMAL = 640, 1280
_OWN = {"320": "poster-320", str(_SMALL): "poster-small", str(_NORMAL): "poster"}


@dataclass(frozen=True)
class _Row:
    """A picture with its address."""

    picture: Picture
    url: str


_Rows = Mapping[str, _Row]


def of(video: Video, viewer: access.Viewer, *, held: bool = False) -> Pictures:
    """Return the pictures that a viewer may see, of a video that was read through ``selectors``.
    ``held`` is as in ``services``."""
    rows = _rows(video, viewer, held=held)
    thumbnails = [_thumbnail(row) for row in rows.values() if row.picture.kind == "thumbnails"]
    return Pictures(
        poster=_own_poster(video, viewer, held=held)
        or _posters(rows)
        or _first_poster(video, viewer, held=held),
        thumbnails=sorted(thumbnails, key=lambda one: one.time or 0.0),
        candidates=[_thumbnail(row) for name, row in sorted(rows.items()) if _is_candidate(name)],
        storyboard=_storyboard(rows),
        preview=_preview(rows),
        waveform=_waveform(rows),
    )


def _rows(video: Video, viewer: access.Viewer, *, held: bool) -> _Rows:
    release = video.release
    if release is None or not access.may_play(video, viewer):
        return {}
    address = services.object_urls(video, release, viewer, held=held)
    return {one.name: _Row(one, address(one.key)) for one in release.pictures.all()}


def _own_poster(video: Video, viewer: access.Viewer, *, held: bool) -> dict[str, Formats]:
    address = services.own_poster_urls(video, viewer, held=held)
    if address is None:
        return {}
    sizes = video.poster_sizes
    if not sizes:
        return {
            str(_SMALL): Formats(address(keys.SMALL_POSTER)),
            str(_NORMAL): Formats(address(keys.POSTER)),
        }
    # Of those that are of the same size, since the picture is small, only one is told.
    stems = {sizes[f"{stem}.jpg"]: (width, stem) for width, stem in reversed(_OWN.items())}
    return {
        width: Formats(address(f"{stem}.jpg"), address(f"{stem}.webp"), *size)
        for size, (width, stem) in reversed(stems.items())
    }


def _first_poster(video: Video, viewer: access.Viewer, *, held: bool) -> dict[str, Formats]:
    """Return the poster that there is before the candidates are compared, and that of audio."""
    release = video.release
    if release is None:
        return {}
    known = {one.key: (one.width, one.height) for one in release.pictures.all()}
    files = {
        _SMALL: (services.small_poster_url(video, viewer, held=held), release.small_poster_key),
        _NORMAL: (services.poster_url(video, viewer, held=held), release.poster_key),
    }
    return {
        str(width): Formats(url, None, *known.get(key, (None, None)))
        for width, (url, key) in files.items()
        if url
    }


def _posters(rows: _Rows) -> dict[str, Formats]:
    found = _formats(rows, lambda name: name.startswith("poster-"))
    by_width = {stem.removeprefix("poster-"): formats for stem, formats in found.items()}
    widths = sorted((width for width in by_width if width.isdecimal()), key=int)
    return {width: by_width[width] for width in widths}


def _storyboard(rows: _Rows) -> Storyboard | None:
    if (vtt := rows.get("storyboard.vtt")) is None:
        return None
    sheets = _formats(rows, lambda name: name.startswith("storyboard-"))
    return Storyboard(vtt.url, _url(rows, "storyboard.json"), list(sheets.values()))


def _preview(rows: _Rows) -> Preview | None:
    shown = rows.get("preview.mp4") or rows.get("preview.webp")
    if shown is None:
        return None
    about = shown.picture
    mp4, webp = _url(rows, "preview.mp4"), _url(rows, "preview.webp")
    return Preview(mp4, webp, about.width, about.height, about.facts.get("seconds"))


def _waveform(rows: _Rows) -> Waveform | None:
    data, image = _url(rows, "waveform.json"), _url(rows, "waveform.png")
    if data is None and image is None:
        return None
    return Waveform(data, image, *_size(rows, "waveform.png"))


def _formats(rows: _Rows, wanted: Callable[[str], bool]) -> dict[str, Formats]:
    """Return the wanted pictures by their names without the ending, in the order of these."""
    stems = sorted({PurePath(name).stem for name in rows if wanted(name)})
    return {stem: _both(rows, f"{stem}.jpg", f"{stem}.webp") for stem in stems}


def _both(rows: _Rows, jpeg: str, webp: str) -> Formats:
    size = _size(rows, jpeg if jpeg in rows else webp)
    return Formats(_url(rows, jpeg), _url(rows, webp), *size)


def _size(rows: _Rows, name: str) -> tuple[int | None, int | None]:
    row = rows.get(name)
    return (row.picture.width, row.picture.height) if row else (None, None)


def _thumbnail(row: _Row) -> Thumbnail:
    about = row.picture
    facts = about.facts
    return Thumbnail(
        about.name, row.url, facts.get("time"), about.width, about.height, facts.get("score")
    )


def _is_candidate(name: str) -> bool:
    return name.startswith("candidate-")


def _url(rows: _Rows, name: str) -> str | None:
    return rows[name].url if name in rows else None


def widest(formats: Iterable[Formats]) -> Formats | None:
    """Return the largest of a poster's sizes that there is as JPEG, which every program reads."""
    return next((one for one in reversed(list(formats)) if one.jpeg), None)


def chosen(video: Video, candidates: Iterable[Thumbnail]) -> str:
    """Return the name of the candidate that is the poster, by its time; empty if none is, because
    the owner gave another one."""
    release = video.release
    if release is None or video.own_poster:
        return ""
    posters = (one for one in release.pictures.all() if one.name.startswith("poster-"))
    times = {one.facts.get("time") for one in posters} - {None}
    return next((one.name for one in candidates if one.time in times), "")
