"""Playlists, read back by a library that is not ours."""

from __future__ import annotations

from dataclasses import replace

import m3u8  # type: ignore[import-untyped] # ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.packaging.hls import (
    AudioRendition,
    InitRef,
    MediaSegmentRef,
    Variant,
    bandwidths,
    iframe_playlist,
    media_playlist,
    multivariant_playlist,
    quoted,
    uri_line,
)

INIT = InitRef("0.mp4", 0, 800)
SEGMENTS = [MediaSegmentRef("0.mp4", 800, 5000, 4.004), MediaSegmentRef("1.mp4", 0, 900, 1.5)]
SOUND = AudioRendition("audio.m3u8", "English", "en", 2, True)


def variant(bandwidth: int, height: int) -> Variant:
    width = height * 16 // 9
    codecs = "avc1.640028,mp4a.40.2"
    return Variant(f"{height}.m3u8", bandwidth, bandwidth // 2, codecs, width, height, 29.97)


VARIANTS = [variant(6_000_000, 1080), variant(2_000_000, 720), variant(400_000, 240)]


def test_a_complete_playlist() -> None:
    text = media_playlist(INIT, SEGMENTS, complete=True)
    read = m3u8.loads(text)
    assert (read.version, read.target_duration, read.playlist_type) == (7, 4, "vod")
    assert read.is_independent_segments
    assert read.is_endlist
    assert [s.byterange for s in read.segments] == ["5000@800", "900@0"]
    assert [s.duration for s in read.segments] == [4.004, 1.5]
    assert read.segment_map[0].byterange == "800@0"
    assert "DISCONTINUITY" not in text


def test_segments_with_addresses_of_their_own_are_no_ranges() -> None:
    own = [segment._replace(ranged=False) for segment in SEGMENTS]
    text = media_playlist(replace(INIT, ranged=False), own, complete=True)
    assert "BYTERANGE" not in text
    read = m3u8.loads(text)
    assert [s.uri for s in read.segments] == ["0.mp4", "1.mp4"]
    assert read.segment_map[0].uri == "0.mp4"


def test_a_growing_playlist_starts_at_its_beginning() -> None:
    text = media_playlist(INIT, SEGMENTS[:1], complete=False)
    read = m3u8.loads(text)
    assert read.playlist_type == "event"
    assert not read.is_endlist
    assert "#EXT-X-START:TIME-OFFSET=0,PRECISE=YES" in text.splitlines()


@given(st.lists(st.floats(0.1, 9.0), max_size=20))
def test_the_target_duration_is_never_passed(lengths: list[float]) -> None:
    refs = [MediaSegmentRef("a.mp4", 0, 1, length) for length in lengths]
    read = m3u8.loads(media_playlist(INIT, refs, complete=True))
    assert all(int(s.duration + 0.5) <= read.target_duration for s in read.segments)


def test_the_multivariant_playlist_begins_with_what_can_start_at_once() -> None:
    heard = [replace(variant, group="audio") for variant in VARIANTS]
    read = m3u8.loads(multivariant_playlist(heard, [SOUND]))
    assert [p.uri for p in read.playlists] == ["720.m3u8", "1080.m3u8", "240.m3u8"]
    top = read.playlists[1].stream_info
    assert (top.bandwidth, top.average_bandwidth) == (6_000_000, 3_000_000)
    assert (top.resolution, top.frame_rate) == ((1920, 1080), 29.97)
    assert top.codecs == "avc1.640028,mp4a.40.2"
    assert top.audio == read.media[0].group_id
    assert (read.media[0].language, read.media[0].channels, read.media[0].default) == (
        "en",
        "2",
        "YES",
    )


def test_without_frames_the_audio_is_the_variant() -> None:
    text = multivariant_playlist([Variant("audio.m3u8", 140_000, 128_000, "mp4a.40.2")], [])
    read = m3u8.loads(text)
    assert read.playlists[0].stream_info.codecs == "mp4a.40.2"
    assert "RESOLUTION" not in text
    assert "AUDIO=" not in text


def test_keyframe_playlists_are_listed() -> None:
    read = m3u8.loads(multivariant_playlist(VARIANTS, [SOUND], [variant(90_000, 240)]))
    assert read.iframe_playlists[0].uri == "240.m3u8"
    keyframes = m3u8.loads(iframe_playlist(INIT, SEGMENTS))
    assert keyframes.is_i_frames_only


@given(st.text(max_size=30))
def test_no_text_breaks_out_of_its_quotes(text: str) -> None:
    assert quoted(text)[1:-1].count('"') == 0
    assert len(quoted(text).splitlines()) == 1
    rendition = AudioRendition("a.m3u8", text, text, 2, False)
    read = m3u8.loads(multivariant_playlist(VARIANTS, [rendition]))
    assert len(read.media) == 1
    assert len(read.playlists) == 3


@pytest.mark.parametrize("uri", ["", "#EXTINF", "a b", "a\nb", 'a"b', "a\u2028b"])
def test_what_is_no_uri_line_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="URI"):
        uri_line(uri)


def test_bandwidths_are_those_of_real_segments() -> None:
    refs = [MediaSegmentRef("a", 0, 500_000, 4.0), MediaSegmentRef("a", 0, 100_000, 4.0)]
    assert bandwidths(refs) == (1_000_000, 600_000)
    tail = MediaSegmentRef("a", 0, 100_000, 0.1)
    assert bandwidths([*refs, tail]) == (1_000_000, 691_359)
    assert bandwidths([tail]) == (8_000_000, 8_000_000)
    assert bandwidths([]) == (0, 0)
