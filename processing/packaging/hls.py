"""HLS playlists (RFC 8216, version 7): pure text from the facts about the segments."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from processing.ffmpeg.output_format import AUDIO_FRAGMENT_SECONDS, AUDIO_RATE, PACKET

VERSION = 7
AUDIO_GROUP = "audio"
# Players begin with the variant listed first, before they have measured anything. So the first is
# the best one that an ordinary connection can play at once.
_START_BANDWIDTH = 2_500_000
# The longest fragment of audio: whole packets of AAC.
_AUDIO_SECONDS = math.ceil(AUDIO_FRAGMENT_SECONDS * AUDIO_RATE / PACKET) * PACKET / AUDIO_RATE


class MediaSegmentRef(NamedTuple):
    """A segment of `seconds`: bytes `offset` to `offset + size` of the resource at `uri`, or the
    whole resource if it is not `ranged`."""

    uri: str
    offset: int
    size: int
    seconds: float
    ranged: bool = True


@dataclass(frozen=True)
class InitRef:
    """An init segment: bytes `offset` to `offset + size` of the resource at `uri`, or the whole
    resource if it is not `ranged`."""

    uri: str
    offset: int
    size: int
    ranged: bool = True


@dataclass(frozen=True)
class Variant:
    """One choice of frames (or, with no size, of audio alone). `bandwidth` is the peak; both
    bandwidths are bits per second with the audio included. `codecs` are RFC 6381 strings with
    commas; `group` is the group of audio tracks it goes with. The variants that play everywhere
    have `order` 0 and come first."""

    uri: str
    bandwidth: int
    average_bandwidth: int
    codecs: str
    width: int = 0
    height: int = 0
    frame_rate: float | Fraction = 0
    group: str = ""
    order: int = 0


@dataclass(frozen=True)
class AudioRendition:
    """One choice of audio; `language` is a BCP 47 tag, empty if unknown."""

    uri: str
    name: str
    language: str
    channels: int
    default: bool
    group: str = AUDIO_GROUP


def media_playlist(
    init: InitRef, segments: Sequence[MediaSegmentRef], *, complete: bool, target: int = 0
) -> str:
    """Return the playlist of one rendition. While it is not `complete` it grows, and players join
    at 0.

    `target` is the target duration (whole seconds), declared from the first segment on: it may not
    change, however long later segments are. Without it, the target is that of the given segments.
    """
    lines = _media_head(segments, target)
    lines.append(f"#EXT-X-PLAYLIST-TYPE:{'VOD' if complete else 'EVENT'}")
    if not complete:
        lines.append("#EXT-X-START:TIME-OFFSET=0,PRECISE=YES")
    return _listed(lines, init, segments, complete)


def iframe_playlist(init: InitRef, keyframes: Sequence[MediaSegmentRef]) -> str:
    """Return the playlist of keyframes alone: the bytes of each fragment up to its first sample's
    end."""
    lines = [*_media_head(keyframes, 0), "#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-I-FRAMES-ONLY"]
    return _listed(lines, init, keyframes, complete=True)


def _media_head(segments: Sequence[MediaSegmentRef], target: int) -> list[str]:
    return [
        "#EXTM3U",
        f"#EXT-X-VERSION:{VERSION}",
        f"#EXT-X-TARGETDURATION:{max(target, target_duration(segments))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]


def _listed(
    lines: list[str], init: InitRef, segments: Sequence[MediaSegmentRef], complete: bool
) -> str:
    where = f',BYTERANGE="{init.size}@{init.offset}"' if init.ranged else ""
    lines.append(f"#EXT-X-MAP:URI={quoted(init.uri)}{where}")
    # Many segments in a row are bytes of one resource, so its URI is checked only once.
    checked = lru_cache(maxsize=1)(uri_line)
    for uri, offset, size, seconds, ranged in segments:
        where = f"#EXT-X-BYTERANGE:{size}@{offset}\n" if ranged else ""
        lines.append(f"#EXTINF:{seconds:.6f},\n{where}{checked(uri)}")
    if complete:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def multivariant_playlist(
    variants: Sequence[Variant],
    audio: Sequence[AudioRendition],
    iframes: Sequence[Variant] = (),
    texts: Sequence[str] = (),
    text_group: str = "",
) -> str:
    """Return the playlist that a player opens. The variant to begin with comes first, then the
    others from the best down, then those of other codecs; `iframes` are the keyframe playlists of
    variants. `texts` are the lines of text tracks, which are in `text_group`."""
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines += [_media_line(rendition) for rendition in audio]
    lines += texts
    shown = f',SUBTITLES="{text_group}"' if texts else ""
    for variant in _begun_with_the_best_start(variants):
        group = f',AUDIO="{variant.group}"' if variant.group else ""
        group += shown
        lines += [f"#EXT-X-STREAM-INF:{_attributes(variant)}{group}", uri_line(variant.uri)]
    for variant in sorted(iframes, key=_from_the_best):
        attributes = _attributes(variant, keyframes=True)
        lines.append(f"#EXT-X-I-FRAME-STREAM-INF:{attributes},URI={quoted(variant.uri)}")
    return "\n".join(lines) + "\n"


def _begun_with_the_best_start(variants: Sequence[Variant]) -> list[Variant]:
    ordered = sorted(variants, key=_from_the_best)
    first = [variant for variant in ordered if variant.order == 0]
    affordable = [variant for variant in first if variant.bandwidth <= _START_BANDWIDTH]
    start = affordable[:1] or first[-1:]
    return start + [variant for variant in ordered if variant not in start]


def _from_the_best(variant: Variant) -> tuple[int, int]:
    return variant.order, -variant.bandwidth


def _media_line(rendition: AudioRendition) -> str:
    attributes = ["TYPE=AUDIO", f'GROUP-ID="{rendition.group}"', f"NAME={quoted(rendition.name)}"]
    if rendition.language:
        attributes.append(f"LANGUAGE={quoted(rendition.language)}")
    attributes.append(f"DEFAULT={'YES' if rendition.default else 'NO'}")
    attributes += ["AUTOSELECT=YES", f'CHANNELS="{rendition.channels}"']
    return f"#EXT-X-MEDIA:{','.join(attributes)},URI={quoted(rendition.uri)}"


def _attributes(variant: Variant, *, keyframes: bool = False) -> str:
    attributes = [f"BANDWIDTH={variant.bandwidth}"]
    attributes.append(f"AVERAGE-BANDWIDTH={variant.average_bandwidth}")
    attributes.append(f"CODECS={quoted(variant.codecs)}")
    if variant.width and variant.height:
        attributes.append(f"RESOLUTION={variant.width}x{variant.height}")
    if variant.frame_rate and not keyframes:
        attributes.append(f"FRAME-RATE={float(variant.frame_rate):.3f}")
    return ",".join(attributes)


def quoted(text: str) -> str:
    """Return a quoted-string. It cannot hold quotes and line breaks, so they are replaced."""
    safe = text.replace('"', "'")
    return '"' + re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", safe) + '"'


def uri_line(uri: str) -> str:
    """Return a URI on a line of its own. Raises `ValueError` for text that would be read as
    something else."""
    if not uri or uri.startswith("#") or re.search(r"[\s\x00-\x1f\x7f\"]", uri):
        raise ValueError("this cannot be a URI line of a playlist")
    return uri


def bandwidths(segments: Sequence[MediaSegmentRef], target: int = 0) -> tuple[int, int]:
    """Return the peak and average bits per second of the actual segments; (0, 0) for none.

    The peak is RFC 8216's: the highest of any segments in a row that together last between half and
    one and a half times the target duration: `target`, or that of the segments.
    """
    seconds = sum(segment.seconds for segment in segments)
    if seconds <= 0:
        return 0, 0
    average = sum(segment.size for segment in segments) * 8 / seconds
    target = max(target, target_duration(segments))
    peak = max((_peak_from(segments, first, target) for first in range(len(segments))), default=0.0)
    return math.ceil(max(peak, average)), math.ceil(average)


def _peak_from(segments: Sequence[MediaSegmentRef], first: int, target: int) -> float:
    bits, seconds, peak = 0, 0.0, 0.0
    for number in range(first, len(segments)):
        bits, seconds = bits + segments[number].size * 8, seconds + segments[number].seconds
        if seconds > 1.5 * target:
            break
        if seconds >= 0.5 * target:
            peak = max(peak, bits / seconds)
    return peak


def target_duration(segments: Sequence[MediaSegmentRef]) -> int:
    """Return the target duration: no segment, rounded to whole seconds, is longer. It is at least
    one."""
    longest = max((segment.seconds for segment in segments), default=0.0)
    return max(1, math.floor(longest + 0.5))


def planned_target(segment_seconds: float, *, regular: bool = True) -> int:
    """Return the target duration to declare before there are segments, which are grouped to
    `segment_seconds`.

    `regular` says that keyframes come at equal distances that divide it, as in our own encodes. No
    segment is then longer, except for audio, whose fragments of half a second do not end exactly
    there. Otherwise (frames copied from a source) segments may be half as long again.
    """
    longest = segment_seconds * 1.5
    if regular:
        longest = max(segment_seconds, math.ceil(segment_seconds / _AUDIO_SECONDS) * _AUDIO_SECONDS)
    return max(1, math.floor(longest + 0.5))
