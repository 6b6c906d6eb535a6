"""Which sound is made into tracks, and what they are called."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from processing.ffmpeg.media import AudioStream, Media
from processing.ffmpeg.planning import tracks

SOUND = AudioStream(1, "aac", 2, 48_000, "und", Fraction(1, 48_000), 0, 10.0, None)


def media_of(*languages: str, default: int | None = None) -> Media:
    audio = (
        replace(SOUND, index=number, language=language, default=number == default)
        for number, language in enumerate(languages)
    )
    return Media("matroska,webm", 10.0, 1, None, None, tuple(audio))


def names(media: Media) -> list[str]:
    return [track.name for track in tracks.tracks_of(media)]


def test_languages_that_differ_by_case_alone_are_one() -> None:
    assert names(media_of("eng", "ENG", "ger")) == ["audio-eng", "audio-ger"]
    assert names(media_of("eng", "ENG")) == ["audio"]
    assert [stream.index for stream in tracks.left_out(media_of("eng", "ENG", "ger"))] == [1]


def test_a_file_has_a_bounded_number_of_tracks_and_the_default_is_one() -> None:
    languages = [f"{a}{b}x" for a in "abcdef" for b in "abcdefgh"]
    media = media_of(*languages, default=40)
    made = tracks.tracks_of(media)
    assert len(made) == tracks.MAX_TRACKS
    assert [track.stream_index for track in made if track.default] == [40]
    assert len(tracks.left_out(media)) == len(languages) - tracks.MAX_TRACKS


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("de-DE-u-co-phonebk", "de-DE-u-co"),
        ("zh-Hant-TW", "zh-Hant-TW"),
        ("eng-abcdefgh-abcdefgh-abcdefgh", "eng-abcdefgh"),
    ],
)
def test_long_language_tags_lose_their_last_parts(told: str, kept: str) -> None:
    (track,) = tracks.tracks_of(media_of(told))
    assert track.language == kept


def test_two_long_tags_that_become_the_same_are_one_track() -> None:
    media = media_of("eng-abcdefgh-abcdefgh", "eng-abcdefgh-hgfedcba", "ger")
    assert names(media) == ["audio-eng-abcdefgh", "audio-ger"]
