"""Text tracks in playlists: their entries in HLS and DASH, and the playlist of their segments."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from processing.packaging import hls

GROUP = "text"
GROWING_SUFFIX = "-growing"
# What captions are for, in the words of HLS (RFC 8216, 4.3.4.1).
_FOR_THE_DEAF = (
    "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound"
)
_SEGMENT_SECONDS = 60


@dataclass(frozen=True)
class TextTrack:
    """One choice of text. ``address`` is the address of its files without their suffix;
    ``language`` is a BCP 47 tag, empty if unknown. ``described`` says whether it tells of sounds
    too, as captions do."""

    address: str
    name: str
    language: str
    described: bool = False
    forced: bool = False
    default: bool = False


def segment_seconds(target: int, *, complete: bool) -> int:
    """Return the length of the segments of text. While a release grows, it is the target duration,
    which all of its playlists must share; those that are complete need fewer segments."""
    return max(target, 1) if not complete else max(target, _SEGMENT_SECONDS)


def media_line(track: TextTrack, *, complete: bool) -> str:
    """Return the entry of a track in the multivariant playlist."""
    attributes = ["TYPE=SUBTITLES", f'GROUP-ID="{GROUP}"', f"NAME={hls.quoted(track.name)}"]
    attributes.append(f"LANGUAGE={hls.quoted(track.language or 'und')}")
    attributes.append(f"DEFAULT={_yes(track.default and not track.forced)}")
    attributes += ["AUTOSELECT=YES", f"FORCED={_yes(track.forced)}"]
    if track.described:
        attributes.append(f'CHARACTERISTICS="{_FOR_THE_DEAF}"')
    suffix = "" if complete else GROWING_SUFFIX
    attributes.append(f"URI={hls.quoted(f'{track.address}{suffix}.m3u8')}")
    return f"#EXT-X-MEDIA:{','.join(attributes)}"


def media_playlist(
    stem: str, seconds: float, *, complete: bool, target: int, every: int | None = None
) -> str:
    """Return the playlist of the text of ``seconds``, whose files are named after ``stem``.

    ``target`` is the target duration of the release in whole seconds, ``every`` the length of the
    segments if it is not what ``segment_seconds`` says. While it is not ``complete``, only whole
    segments are listed, and at least the first: it is known before its frames are, and players
    report a playlist without segments as an error.
    """
    length = every or segment_seconds(target, complete=complete)
    count = math.ceil(seconds / length) if complete else max(1, math.floor(seconds / length))
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{hls.VERSION}",
        f"#EXT-X-TARGETDURATION:{length}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        f"#EXT-X-PLAYLIST-TYPE:{'VOD' if complete else 'EVENT'}",
    ]
    if not complete:
        lines.append("#EXT-X-START:TIME-OFFSET=0,PRECISE=YES")
    for number in range(count):
        lasts = min(length, seconds - number * length) if complete else length
        lines += [f"#EXTINF:{lasts:.6f},", hls.uri_line(f"{stem}-{length}-{number}.vtt")]
    if complete:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def named_apart(tracks: Sequence[TextTrack]) -> list[TextTrack]:
    """Return the tracks with a different name for each, and at most one default among them, as a
    group of HLS needs them."""
    found: list[TextTrack] = []
    names: set[str] = set()
    has_default = False
    for track in tracks:
        name, number = track.name, 1
        while name in names:
            number += 1
            name = f"{track.name} {number}"
        names.add(name)
        default = track.default and not track.forced and not has_default
        has_default = has_default or default
        found.append(replace(track, name=name, default=default))
    return found


def _yes(value: bool) -> str:
    return "YES" if value else "NO"
