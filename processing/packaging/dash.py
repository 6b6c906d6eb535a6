"""The DASH manifest of a complete release (ISO/IEC 23009-1): it plays the same bytes as HLS.

Each segment is named by an address of its own, or by the address of its object, which may be
signed, and a range.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain, groupby
from xml.sax.saxutils import escape, quoteattr

from processing.packaging import hls, texts
from processing.packaging.kinds import Kind
from processing.packaging.release import (
    StoredRendition,
    audio_names,
    audio_renditions,
    video_renditions,
)
from processing.packaging.texts import TextTrack

_NAMESPACE = "urn:mpeg:dash:schema:mpd:2011"
# No narrower profile allows SegmentList.
_PROFILE = "urn:mpeg:dash:profile:full:2011"
_CHANNELS = "urn:mpeg:dash:23003:3:audio_channel_configuration:2011"
_ROLE = "urn:mpeg:dash:role:2011"
# Players need a number; text takes some hundred bits per second.
_TEXT_BANDWIDTH = 256
# Every segment starts with a keyframe, at the same time in all representations.
_COMMON: dict[str, object] = {"segmentAlignment": "true", "startWithSAP": 1}
# Characters that XML 1.0 cannot hold, however they are escaped.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def manifest(renditions: Sequence[StoredRendition], tracks: Sequence[TextTrack] = ()) -> str:
    """Return the manifest of renditions whose chunks are all there. It has an adaptation set for
    the frames of each codec, one for each audio track in each codec, and one for each text
    track."""
    video = list(video_renditions(renditions).values())
    heard = list(audio_renditions(renditions).values())
    audio = list(chain(*heard))
    seconds = max((one.seconds for one in [*chain(*video)] or audio), default=0.0)
    longest = max((_longest(one) for one in renditions), default=1.0)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    head = {
        "xmlns": _NAMESPACE,
        "profiles": _PROFILE,
        "type": "static",
        "mediaPresentationDuration": _duration(seconds),
        "minBufferTime": _duration(longest),
    }
    lines += [_open("MPD", head), '<Period id="0" start="PT0S">']
    for number, rungs in enumerate(video):
        lines += _frames(rungs, number)
    for number, (track, name) in enumerate(_named(heard), max(1, len(video))):
        lines += _audio(track, number, name)
    for number, text in enumerate(texts.named_apart(tracks), max(1, len(video)) + len(audio)):
        lines += _shown(text, number)
    return "\n".join([*lines, "</Period>", "</MPD>"]) + "\n"


def _named(
    heard: Sequence[Sequence[StoredRendition]],
) -> Iterator[tuple[StoredRendition, str]]:
    """Yield each track of each codec with its name; a single track has only its title."""
    for tracks in heard:
        names = audio_names(tracks) if len(tracks) > 1 else [track.title for track in tracks]
        yield from zip(tracks, names, strict=True)


def _frames(video: Sequence[StoredRendition], number: int) -> Iterator[str]:
    yield _open(
        "AdaptationSet", {"id": number, "contentType": "video", "mimeType": "video/mp4", **_COMMON}
    )
    for rendition in video:
        size: dict[str, object] = {"width": rendition.width, "height": rendition.height}
        if rendition.frame_rate:
            size["frameRate"] = _fraction(rendition.frame_rate)
        yield from _representation(rendition, {**size, "sar": "1:1"})
    yield "</AdaptationSet>"


def _audio(track: StoredRendition, number: int, name: str) -> Iterator[str]:
    head = {"id": number, "contentType": "audio", "mimeType": "audio/mp4", **_COMMON}
    yield _open("AdaptationSet", {**head, "lang": track.language or "und"})
    if name:
        yield f"<Label>{_text(name)}</Label>"
    role = "main" if track.default else "alternate"
    yield _open("Role", {"schemeIdUri": _ROLE, "value": role}, closed=True)
    yield from _representation(track, {"audioSamplingRate": track.timescale})
    yield "</AdaptationSet>"


def _shown(track: TextTrack, number: int) -> Iterator[str]:
    """Yield the adaptation set of a text track, which is one file."""
    head = {"id": number, "contentType": "text", "mimeType": "text/vtt"}
    yield _open("AdaptationSet", {**head, "lang": track.language or "und"})
    yield f"<Label>{_text(track.name)}</Label>"
    roles = ["forced-subtitle" if track.forced else "caption" if track.described else "subtitle"]
    if track.default:
        roles.append("main")
    for role in roles:
        yield _open("Role", {"schemeIdUri": _ROLE, "value": role}, closed=True)
    yield _open("Representation", {"id": f"text-{number}", "bandwidth": _TEXT_BANDWIDTH})
    yield f"<BaseURL>{_text(track.address)}.vtt</BaseURL>"
    yield "</Representation>"
    yield "</AdaptationSet>"


def _representation(rendition: StoredRendition, more: Mapping[str, object]) -> Iterator[str]:
    head = {
        "id": rendition.name,
        "codecs": rendition.codecs,
        "bandwidth": max(rendition.bandwidth, 1),
        **more,
    }
    yield _open("Representation", head)
    if rendition.kind == Kind.AUDIO:
        channels = {"schemeIdUri": _CHANNELS, "value": rendition.channels or 2}
        yield _open("AudioChannelConfiguration", channels, closed=True)
    yield _open("SegmentList", {"timescale": rendition.timescale})
    init = rendition.init
    source = {"sourceURL": init.uri}
    if init.ranged:
        source["range"] = _range(init)
    yield _open("Initialization", source, closed=True)
    yield from _timeline(rendition)
    for ref in rendition.refs:
        where = f' mediaRange="{_range(ref)}"' if ref.ranged else ""
        yield f"<SegmentURL media={_quoted(ref.uri)}{where}/>"
    yield "</SegmentList>"
    yield "</Representation>"


def _timeline(rendition: StoredRendition) -> Iterator[str]:
    """Yield the durations of the segments in ticks, with a count for equal ones in a row."""
    yield "<SegmentTimeline>"
    at = rendition.chunks[0].start
    lengths = (duration for chunk in rendition.chunks for _, _, duration, *_ in chunk.rows)
    for ticks, equal in groupby(lengths):
        times = sum(1 for _ in equal)
        yield _open("S", {"t": at, "d": ticks, "r": times - 1}, closed=True)
        at += ticks * times
    yield "</SegmentTimeline>"


def _longest(rendition: StoredRendition) -> float:
    """Return the seconds of its longest segment."""
    ticks = (duration for chunk in rendition.chunks for _, _, duration, *_ in chunk.rows)
    return max(ticks, default=rendition.timescale) / rendition.timescale


def _range(ref: hls.InitRef | hls.MediaSegmentRef) -> str:
    """Return the first and the last byte."""
    return f"{ref.offset}-{ref.offset + ref.size - 1}"


def _duration(seconds: float) -> str:
    """Return an xs:duration, rounded up to the millisecond."""
    return f"PT{math.ceil(round(seconds * 1000, 3)) / 1000:.3f}S"


def _fraction(rate: Fraction) -> str:
    return f"{rate.numerator}/{rate.denominator}" if rate.denominator != 1 else str(rate)


def _open(name: str, attributes: Mapping[str, object], *, closed: bool = False) -> str:
    written = "".join(f" {key}={_quoted(value)}" for key, value in attributes.items())
    return f"<{name}{written}{'/' if closed else ''}>"


def _quoted(value: object) -> str:
    return quoteattr(_UNWRITABLE.sub("", str(value)))


def _text(value: str) -> str:
    return escape(_UNWRITABLE.sub("", value))
