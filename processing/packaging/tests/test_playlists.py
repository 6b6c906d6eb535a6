"""Playlists of a release: what grows never changes, and what is told is true."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import m3u8  # type: ignore[import-untyped] # ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.ffmpeg.tests.clips import frames
from processing.packaging import hls, release, segments
from processing.packaging.fragments import Fragment
from processing.packaging.kinds import Kind
from processing.packaging.release import StoredChunk, StoredRendition, common_prefix
from processing.packaging.tests.stored import Stored


def test_the_multivariant_playlist_of_two_rungs_and_two_languages(stored: Stored) -> None:
    read = m3u8.loads(release.multivariant_playlist(stored.renditions, complete=True))
    top, dearest = stored.rendition("120p"), stored.rendition("audio-en")
    assert dearest.bandwidth >= stored.rendition("audio-de").bandwidth
    info = read.playlists[0].stream_info
    assert info.bandwidth == top.bandwidth + dearest.bandwidth
    assert info.average_bandwidth == top.average_bandwidth + dearest.average_bandwidth
    assert info.codecs == f"{top.codecs},mp4a.40.2"
    assert info.resolution == (160, 120)
    told = [(m.name, m.language, m.default, m.autoselect, m.channels) for m in read.media]
    assert told == [("English", "en", "YES", "YES", "2"), ("Deutsch '&<", "de", "NO", "YES", "2")]
    names = [playlist.uri for playlist in read.iframe_playlists]
    assert names == ["120p-iframes.m3u8", "60p-iframes.m3u8"]


def test_keyframe_playlists_tell_their_own_bandwidth(stored: Stored) -> None:
    read = m3u8.loads(release.multivariant_playlist(stored.renditions, complete=True))
    for listed, name in zip(read.iframe_playlists, ["120p", "60p"], strict=True):
        alone = m3u8.loads(release.iframe_playlist(stored.rendition(name)) or "")
        sizes = [int(s.byterange.split("@")[0]) * 8 / s.duration for s in alone.segments]
        assert listed.iframe_stream_info.bandwidth == pytest.approx(max(sizes), abs=1)
        assert alone.is_i_frames_only
        assert sum(s.duration for s in alone.segments) == pytest.approx(225 * 1001 / 30000)


def test_every_keyframe_of_the_playlist_is_one_frame(stored: Stored, tmp_path: Path) -> None:
    read = m3u8.loads(release.iframe_playlist(stored.rendition("120p")) or "")
    init = (stored.folder / read.segment_map[0].uri).read_bytes()
    size = int(read.segment_map[0].byterange.split("@")[0])
    assert len(read.segments) == 4
    for segment in read.segments:
        length, offset = map(int, segment.byterange.split("@"))
        data = (stored.folder / segment.uri).read_bytes()[offset : offset + length]
        alone = tmp_path / "alone.mp4"
        alone.write_bytes(init[:size] + data)
        assert frames(alone) == 1


def test_rows_that_do_not_tell_keyframes_have_no_keyframe_playlist(stored: Stored) -> None:
    rung = stored.rendition("120p")
    old = replace(rung, chunks=[replace(c, rows=[r[:5] for r in c.rows]) for c in rung.chunks])
    assert release.iframe_playlist(old) is None
    assert release.iframe_playlist(stored.rendition("audio-en")) is None
    unknown = release.measured(old)
    assert "I-FRAME" not in release.multivariant_playlist([unknown], complete=True)
    assert "#EXT-X-ENDLIST" in release.media_playlist(old, complete=True)


def test_while_it_grows_no_keyframe_playlist_is_listed(stored: Stored) -> None:
    assert "I-FRAME" not in release.multivariant_playlist(stored.renditions, complete=False)


def sound(name: str, **changes: object) -> StoredRendition:
    plain = StoredRendition(name, Kind.AUDIO, "mp4a.40.2", 48000, 130_000, 128_000, channels=2)
    return replace(plain, **changes)  # type: ignore[arg-type]  # checked by the dataclass


def test_audio_alone_in_two_languages_is_one_variant_and_a_group() -> None:
    tracks = [sound("audio-de", language="de"), sound("audio-en", language="en", default=True)]
    read = m3u8.loads(release.multivariant_playlist(tracks, complete=True))
    assert [playlist.uri for playlist in read.playlists] == ["audio-en.m3u8"]
    assert [media.uri for media in read.media] == ["audio-en.m3u8", "audio-de.m3u8"]
    assert read.playlists[0].stream_info.bandwidth == 130_000
    alone = m3u8.loads(release.multivariant_playlist(tracks[:1], complete=True))
    assert [playlist.uri for playlist in alone.playlists] == ["audio-de.m3u8"]
    assert not alone.media


def test_names_in_a_group_are_distinct_and_one_is_the_default() -> None:
    tracks = [sound(f"audio-{n}", title="English", default=True) for n in range(3)]
    text = release.multivariant_playlist(tracks, complete=True)
    read = m3u8.loads(text)
    assert [media.name for media in read.media] == ["English", "English 2", "English 3"]
    assert [media.default for media in read.media] == ["YES", "NO", "NO"]
    assert {media.language for media in read.media} == {"und"}


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([], 0),
        ([[]], 0),
        ([[0, 1, 2], [0, 1, 2]], 3),
        ([[0, 1, 2], [0, 2]], 1),
        ([[1, 2], [0, 1, 2]], 0),
        ([[2, 0, 1, 4], [1, 0, 2, 3]], 3),
    ],
)
def test_what_may_be_listed_is_what_every_rendition_has(
    numbers: list[list[int]], expected: int
) -> None:
    assert common_prefix(numbers) == expected


@st.composite
def chunks(draw: st.DrawFn) -> list[StoredChunk]:
    """Chunks of whole GOPs, with segments as they are grouped."""
    made: list[StoredChunk] = []
    start = 0
    for number, gops in enumerate(draw(st.lists(st.integers(1, 6), min_size=1, max_size=6))):
        fragments = [
            Fragment(100 + n * 10, 10, start + n * 60, 60, 60, True, start + n * 60, 5)
            for n in range(gops)
        ]
        rows = segments.to_json(segments.group(fragments, 120))
        size = 100 + gops * 10
        made.append(StoredChunk(number, f"{number}.mp4", size, 100, start, gops * 60, rows))
        start += gops * 60
    return made


@given(chunks())
def test_what_was_listed_never_changes(every: list[StoredChunk]) -> None:
    def lines(count: int, complete: bool) -> list[str]:
        rung = StoredRendition("a", Kind.VIDEO, "avc1.640028", 30, 1000, 900, every[:count])
        return release.media_playlist(rung, complete=complete, target=4).splitlines()

    grown = [lines(count, False) for count in range(1, len(every) + 1)]
    assert all(later[: len(earlier)] == earlier for earlier, later in pairwise(grown))
    head = ("#EXT-X-PLAYLIST-TYPE", "#EXT-X-START", "#EXT-X-ENDLIST")
    plain = [
        [line for line in text if not line.startswith(head)]
        for text in (grown[-1], lines(len(every), True))
    ]
    assert plain[0] == plain[1]


@given(
    st.fractions(1, 60).filter(lambda rate: rate.denominator < 2000),
    st.integers(2, 40),
)
def test_a_planned_target_is_never_passed(rate: Fraction, gops: int) -> None:
    gop = max(1, round(2 * rate))
    seconds = float(2 * gop / rate)
    target = hls.planned_target(seconds)
    pictures = [Fragment(0, 1, n * gop, gop, gop, True, 0) for n in range(gops)]
    packets = [Fragment(0, 1, n * 24576, 24576, 24, True, 0) for n in range(gops * 4)]
    made = [s.duration / float(rate) for s in segments.group(pictures, 2 * gop)]
    made += [s.duration / 48000 for s in segments.group(packets, round(seconds * 48000))]
    assert all(hls.target_duration([hls.MediaSegmentRef("", 0, 1, s)]) <= target for s in made)


def test_planned_targets_of_usual_rates() -> None:
    assert hls.planned_target(4.0) == 4
    assert hls.planned_target(4.004) == 4
    assert hls.planned_target(4.0, regular=False) == 6
