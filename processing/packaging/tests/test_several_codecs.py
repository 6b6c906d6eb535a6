"""Releases in several codecs: players that know one find what they always found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import m3u8  # type: ignore[import-untyped] # ships no types

from processing.packaging import dash, release
from processing.packaging.kinds import Kind
from processing.packaging.playlist_checks import check_playlists
from processing.packaging.release import StoredChunk, StoredRendition


def rendition(name: str, kind: Kind, codecs: str, bits: int, **more: Any) -> StoredRendition:
    timescale = 12800 if kind == Kind.VIDEO else 48000
    row = [100, 800, 4 * timescale, 0, 100, [100, 50, 4 * timescale]]
    chunk = StoredChunk(
        0, f"{name}.mp4", 900, 100, 0, 4 * timescale, [row if kind == Kind.VIDEO else row[:5]]
    )
    return StoredRendition(name, kind, codecs, timescale, bits, bits, [chunk], **more)


def rung(height: int, codec: str, bits: int) -> StoredRendition:
    string = {"h264": "avc1.64001f", "av1": "av01.0.04M.08"}[codec]
    name = f"{height}p" + ("" if codec == "h264" else f"-{codec}")
    size = {"width": height * 16 // 9, "height": height, "frame_rate": Fraction(25)}
    return rendition(name, Kind.VIDEO, string, bits, iframe_bandwidth=bits // 10, **size)


def track(name: str, language: str, *, default: bool = False) -> StoredRendition:
    string = "opus" if "opus" in name else "mp4a.40.2"
    bits = 96_000 if string == "opus" else 128_000
    told = {"language": language, "title": language, "default": default, "channels": 2}
    return rendition(name, Kind.AUDIO, string, bits, **told)


H264 = [rung(720, "h264", 3_000_000), rung(360, "h264", 800_000)]
AV1 = [rung(720, "av1", 1_500_000)]
AAC = [track("audio-en", "en", default=True), track("audio-de", "de")]
OPUS = [track("audio-en-opus", "en", default=True), track("audio-de-opus", "de")]


def playlist(renditions: Sequence[StoredRendition]) -> str:
    return release.multivariant_playlist(renditions, complete=True)


def test_whoever_knows_h264_and_aac_alone_sees_what_there_was_before() -> None:
    before = playlist([*H264, *AAC])
    now = playlist([*AV1, *H264, *OPUS, *AAC])
    kept = [line for line in now.splitlines() if "av01" not in line and "opus" not in line.lower()]
    assert [line for line in kept if line != "720p-av1.m3u8"] == before.splitlines()


def test_newer_frames_go_with_newer_audio() -> None:
    read = m3u8.loads(playlist([*H264, *AV1, *AAC, *OPUS]))
    told = [(p.uri, p.stream_info.codecs, p.stream_info.audio) for p in read.playlists]
    assert told == [
        ("360p.m3u8", "avc1.64001f,mp4a.40.2", "audio"),
        ("720p.m3u8", "avc1.64001f,mp4a.40.2", "audio"),
        ("720p-av1.m3u8", "av01.0.04M.08,opus", "audio-opus"),
    ]
    assert read.playlists[2].stream_info.bandwidth == 1_596_000
    groups = {(m.group_id, m.name, m.default, m.uri) for m in read.media}
    assert groups == {
        ("audio", "en", "YES", "audio-en.m3u8"),
        ("audio", "de", "NO", "audio-de.m3u8"),
        ("audio-opus", "en", "YES", "audio-en-opus.m3u8"),
        ("audio-opus", "de", "NO", "audio-de-opus.m3u8"),
    }
    keyframes = [p.iframe_stream_info.codecs for p in read.iframe_playlists]
    assert keyframes == ["avc1.64001f", "avc1.64001f", "av01.0.04M.08"]


def test_newer_frames_without_newer_audio_go_with_what_there_is() -> None:
    read = m3u8.loads(playlist([*H264, *AV1, *AAC]))
    assert {p.stream_info.audio for p in read.playlists} == {"audio"}
    silent = m3u8.loads(playlist([*H264, *AV1]))
    assert [p.stream_info.audio for p in silent.playlists] == [None] * 3


def test_newer_audio_without_newer_frames_is_a_choice_of_its_own() -> None:
    read = m3u8.loads(playlist([*H264, *AAC, *OPUS]))
    told = [(p.uri, p.stream_info.audio) for p in read.playlists]
    assert told == [
        ("360p.m3u8", "audio"),
        ("720p.m3u8", "audio"),
        ("720p.m3u8", "audio-opus"),
        ("360p.m3u8", "audio-opus"),
    ]


def test_audio_alone_in_two_codecs() -> None:
    one = m3u8.loads(playlist([AAC[0], OPUS[0]]))
    assert [(p.uri, p.stream_info.codecs) for p in one.playlists] == [
        ("audio-en.m3u8", "mp4a.40.2"),
        ("audio-en-opus.m3u8", "opus"),
    ]
    assert one.media == []
    two = m3u8.loads(playlist([*AAC, *OPUS]))
    assert [p.stream_info.audio for p in two.playlists] == ["audio", "audio-opus"]


def test_each_codec_is_an_adaptation_set_of_its_own() -> None:
    text = dash.manifest([*H264, *AV1, *AAC, *OPUS])
    sets = re.findall(r"<AdaptationSet.*?</AdaptationSet>", text, re.S)
    codecs = [set(re.findall(r'codecs="([^"]+)"', one)) for one in sets]
    assert codecs == [{"avc1.64001f"}, {"av01.0.04M.08"}, *[{"mp4a.40.2"}] * 2, *[{"opus"}] * 2]
    ids = re.findall(r'<AdaptationSet id="(\d+)"', text)
    assert ids == ["0", "1", "2", "3", "4", "5"]
    assert [one.count('value="main"') for one in sets] == [0, 0, 1, 0, 1, 0]


def test_the_playlists_of_several_codecs_are_right() -> None:
    for renditions in ([*H264, *AV1, *AAC, *OPUS], [*H264, *AAC, *OPUS], [*H264, *AV1, *AAC]):
        assert check_playlists(renditions, target=4) == []


def test_an_unknown_codec_of_a_row_is_told_by_its_string() -> None:
    assert replace(AV1[0], known_codec="av1").codec == AV1[0].codec == "av1"
