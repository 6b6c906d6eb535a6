"""Checks the text of playlists as a player receives it, without trusting the code that wrote it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from processing.ffmpeg.output_format import AUDIO_RATE, BANDWIDTH_TOLERANCE, PACKET
from processing.packaging import addresses, release
from processing.packaging.checker import Violation
from processing.packaging.kinds import Kind
from processing.packaging.release import IFRAMES_SUFFIX, StoredRendition

# Attributes of every variant; variants of frames also have a size and a rate.
_VARIANT = ("BANDWIDTH", "AVERAGE-BANDWIDTH", "CODECS")
_FRAMES = ("RESOLUTION", "FRAME-RATE")
_AUDIO = ("GROUP-ID", "NAME", "LANGUAGE", "CHANNELS", "URI")
_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^",]*)(?:,|$)')


@dataclass(frozen=True)
class _Entry:
    """A segment as it is named in a playlist."""

    uri: str
    seconds: float
    size: int
    offset: int


def check_playlists(renditions: Sequence[StoredRendition], *, target: int) -> list[Violation]:
    """Check the complete playlists: the multivariant one, those of all renditions, and those of
    their keyframes."""
    names = {f"{one.name}.m3u8" for one in renditions}
    names |= {f"{one.name}{IFRAMES_SUFFIX}.m3u8" for one in renditions if one.iframe_bandwidth}
    text = release.multivariant_playlist(renditions, complete=True)
    found = list(_check_multivariant(text, names, renditions))
    for rendition in renditions:
        for told in _as_told(rendition):
            text = release.media_playlist(told, complete=True, target=target)
            found += _check_media(rendition.name, text, rendition)
        keyframes = release.iframe_playlist(rendition)
        if keyframes is not None:
            found += _check_media(f"{rendition.name}{IFRAMES_SUFFIX}", keyframes, rendition)
            found += _check_keyframes(rendition, keyframes)
    return found


def _as_told(rendition: StoredRendition) -> Iterator[StoredRendition]:
    """Yield the rendition with segments as ranges, as a bucket serves them, and with addresses of
    their own."""
    for mapped in (False, True):
        yield replace(rendition, chunks=[replace(c, mapped=mapped) for c in rendition.chunks])


def _check_multivariant(
    text: str, names: set[str], renditions: Sequence[StoredRendition]
) -> Iterator[Violation]:
    lines = text.splitlines()
    if "#EXT-X-INDEPENDENT-SEGMENTS" not in lines or lines[0] != "#EXTM3U":
        yield Violation("multivariant", "The multivariant playlist lacks a tag it must have.")
    variants = _tagged(lines, "#EXT-X-STREAM-INF:")
    audio_tracks = _tagged(lines, "#EXT-X-MEDIA:")
    keyframes = _tagged(lines, "#EXT-X-I-FRAME-STREAM-INF:")
    uris = [line for line in lines if not line.startswith("#")]
    named = uris + [found.get("URI", "") for found in (*audio_tracks, *keyframes)]
    yield from _unless(
        set(named) == names, "The multivariant playlist does not name every rendition."
    )
    has_video = any(one.kind == Kind.VIDEO for one in renditions)
    needed = (*_VARIANT, *(_FRAMES if has_video else ()))
    for found in variants:
        yield from _unless(all(found.get(key) for key in needed), "A variant is not described.")
        yield from _check_group(found, audio_tracks)
    for found in keyframes:
        yield from _unless(all(found.get(key) for key in _VARIANT), "Keyframes are not described.")
    for group in dict.fromkeys(audio.get("GROUP-ID") for audio in audio_tracks):
        yield from _check_audio_groups(
            [audio for audio in audio_tracks if audio.get("GROUP-ID") == group]
        )
    yield from _check_sums(variants, uris, renditions, audio_tracks)
    if has_video and not keyframes:
        yield Violation("no_keyframes", "There is no playlist of keyframes.", must=False)


def _check_group(
    variant: dict[str, str], audio_tracks: Sequence[dict[str, str]]
) -> Iterator[Violation]:
    groups = {audio.get("GROUP-ID") for audio in audio_tracks}
    known = variant.get("AUDIO") in (groups if groups else {None})
    yield from _unless(known, "A variant names an audio group that does not exist.")


def _check_audio_groups(audio_tracks: Sequence[dict[str, str]]) -> Iterator[Violation]:
    for audio in audio_tracks:
        yield from _unless(
            all(audio.get(key) for key in _AUDIO), "An audio track is not described."
        )
    names = [audio.get("NAME") for audio in audio_tracks]
    yield from _unless(len(set(names)) == len(names), "Two audio tracks have the same name.")
    default = [audio for audio in audio_tracks if audio.get("DEFAULT") == "YES"]
    yield from _unless(
        not audio_tracks or len(default) == 1, "Exactly one audio track must be the default."
    )


def _check_sums(
    variants: Sequence[dict[str, str]],
    uris: Sequence[str],
    renditions: Sequence[StoredRendition],
    audio_tracks: Sequence[dict[str, str]],
) -> Iterator[Violation]:
    """Check that a variant's bandwidth includes that of the most expensive audio in its group."""
    by_uri = {f"{one.name}.m3u8": one for one in renditions}
    dearest: dict[str | None, int] = {}
    for audio in audio_tracks:
        group, one = audio.get("GROUP-ID"), by_uri.get(audio.get("URI", ""))
        dearest[group] = max(dearest.get(group, 0), one.bandwidth if one else 0)
    for found, uri in zip(variants, uris, strict=False):
        rendition = by_uri.get(uri)
        if rendition is None or not found.get("BANDWIDTH", "").isdigit():
            continue
        beside = dearest.get(found.get("AUDIO"), 0)
        real = rendition.bandwidth + (beside if rendition.kind == Kind.VIDEO else 0)
        if abs(int(found["BANDWIDTH"]) - real) > real * BANDWIDTH_TOLERANCE:
            yield Violation("bandwidth", f"BANDWIDTH of the variant {rendition.name} is wrong.")


def _check_media(name: str, text: str, rendition: StoredRendition) -> Iterator[Violation]:
    lines = text.splitlines()
    needed = {
        "#EXTM3U",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-ENDLIST",
    }
    yield from _unless(needed <= set(lines), f"The playlist of {name} lacks a tag it must have.")
    maps = [_part(found) for found in _tagged(lines, "#EXT-X-MAP:")]
    init = (rendition.init.uri, rendition.init.offset, rendition.init.size)
    yield from _unless(
        maps == [init], f"The playlist of {name} does not name exactly its init segment."
    )
    target = next(
        (int(line.split(":")[1]) for line in lines if line.startswith("#EXT-X-TARGETDURATION:")), 0
    )
    entries = _entries(lines)
    if any(int(entry.seconds + 0.5) > target for entry in entries):
        yield Violation("overlong", f"A segment of {name} lasts over the target of {target} s.")
    told, real = sum(entry.seconds for entry in entries), rendition.seconds
    frame = float(1 / rendition.frame_rate) if rendition.frame_rate else PACKET / AUDIO_RATE
    if abs(told - real) > frame:
        yield Violation("extinf", f"The playlist of {name} lists {told:.3f} s of {real:.3f} s.")
    there = rendition.keyframes if name.endswith(IFRAMES_SUFFIX) else rendition.refs
    listed = [(entry.uri, entry.offset, entry.size) for entry in entries]
    all_told = listed == [(ref.uri, ref.offset, ref.size) for ref in there]
    yield from _unless(all_told, f"The playlist of {name} does not list every segment.")


def _check_keyframes(rendition: StoredRendition, text: str) -> Iterator[Violation]:
    """Check that each keyframe's range is inside a segment of the same object."""
    segments = {(ref.uri, ref.offset): ref.offset + ref.size for ref in rendition.refs}
    begins: dict[str, list[int]] = {}
    for uri, offset in sorted(segments):
        begins.setdefault(uri, []).append(offset)
    for entry in _entries(text.splitlines()):
        near = begins.get(entry.uri, [])
        place = bisect_right(near, entry.offset) - 1
        end = segments[entry.uri, near[place]] if place >= 0 else 0
        message = f"A keyframe of {rendition.name} is in no segment."
        yield from _unless(entry.offset + entry.size <= end, message)


def _tagged(lines: Sequence[str], tag: str) -> list[dict[str, str]]:
    """Return the attributes of every line with a tag."""
    return [
        {key: value.strip('"') for key, value in _ATTRIBUTE.findall(line.removeprefix(tag))}
        for line in lines
        if line.startswith(tag)
    ]


def _part(attributes: Mapping[str, str]) -> tuple[str, int, int] | None:
    """Return the object, offset and size that attributes name."""
    uri = attributes.get("URI", "")
    if part := addresses.part_of(uri):
        return part.uri, part.first, part.size
    size, _, offset = attributes.get("BYTERANGE", "").partition("@")
    return (uri, int(offset), int(size)) if size.isdigit() and offset.isdigit() else None


def _entries(lines: Sequence[str]) -> list[_Entry]:
    """Return the segments of a playlist that have all they need."""
    entries, seconds, size, offset = [], 0.0, 0, 0
    for line in lines:
        if line.startswith("#EXTINF:"):
            seconds = float(line.removeprefix("#EXTINF:").rstrip(","))
        elif line.startswith("#EXT-X-BYTERANGE:"):
            size, offset = map(int, line.removeprefix("#EXT-X-BYTERANGE:").split("@"))
        elif not line.startswith("#") and seconds:
            uri = line
            if not size and (part := addresses.part_of(line)):
                uri, offset, size = part.uri, part.first, part.size
            if size:
                entries.append(_Entry(uri, seconds, size, offset))
            seconds, size = 0.0, 0
    return entries


def _unless(true: bool, message: str) -> Iterator[Violation]:
    if not true:
        yield Violation("playlist", message)
