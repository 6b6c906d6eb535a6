"""Which audio is made into tracks, and what they are called."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from processing.ffmpeg.media import AudioStream, Media, OtherStream
from processing.ffmpeg.planning import tracks

AUDIO = AudioStream(1, "aac", 2, 48_000, "und", Fraction(1, 48_000), 0, 10.0, None)


def media_of(*languages: str, default: int | None = None) -> Media:
    audio = (
        replace(AUDIO, index=number, language=language, default=number == default)
        for number, language in enumerate(languages)
    )
    return Media("matroska,webm", 10.0, 1, None, None, tuple(audio))


def mono(container: str, *layouts: str, **changes: Any) -> Media:
    one = replace(AUDIO, codec="pcm_s24le", channels=1)
    audio = tuple(
        replace(one, **{"index": number, "layout": layout, **changes})
        for number, layout in enumerate(layouts, 1)
    )
    return Media(container, 10.0, 1, None, None, audio)


def names(media: Media) -> list[str]:
    return [track.name for track in tracks.tracks_of(media)]


def joined(media: Media) -> list[list[str]]:
    return [[one.position for one in track.speakers] for track in tracks.tracks_of(media)]


def test_each_stream_of_a_language_is_a_track_with_a_name_of_its_own() -> None:
    assert names(media_of("eng", "ENG", "ger")) == ["audio-eng", "audio-eng-2", "audio-ger"]
    assert names(media_of("und", "und")) == ["audio-und", "audio-und-2"]
    assert names(media_of("eng", "eng-2", "eng")) == ["audio-eng", "audio-eng-2", "audio-eng-3"]
    assert tracks.left_out(media_of("eng", "ENG", "ger")) == ()


def test_the_files_default_plays_unasked() -> None:
    made = tracks.tracks_of(media_of("eng", "eng", "ger", default=1))
    assert [track.default for track in made] == [False, True, False]


def test_commentary_is_no_default_unless_the_file_says_so() -> None:
    film = media_of("eng", "eng")
    first, second = film.audio
    media = replace(film, audio=(replace(first, aside=True), second))
    assert [track.default for track in tracks.tracks_of(media)] == [False, True]
    media = replace(film, audio=(replace(first, aside=True, default=True), second))
    assert [track.default for track in tracks.tracks_of(media)] == [True, False]


def test_of_too_many_tracks_every_language_and_the_default_stay() -> None:
    media = media_of(*["eng"] * 20, "ger", "fra", default=19)
    made = tracks.tracks_of(media)
    assert len(made) == tracks.MAX_TRACKS
    assert [track.stream_index for track in made if track.default] == [19]
    assert {track.language for track in made} == {"eng", "ger", "fra"}
    left = tracks.left_out(media)
    assert len(left) == len(media.audio) - tracks.MAX_TRACKS
    assert {one.why for one in left} == {"too_many"}


def test_a_file_has_a_bounded_number_of_tracks_and_the_default_is_one() -> None:
    languages = [f"{a}{b}x" for a in "abcdef" for b in "abcdefgh"]
    media = media_of(*languages, default=40)
    made = tracks.tracks_of(media)
    assert len(made) == tracks.MAX_TRACKS
    assert [track.stream_index for track in made if track.default] == [40]
    assert len(tracks.left_out(media)) == len(languages) - tracks.MAX_TRACKS


def test_audio_that_cannot_be_decoded_is_told() -> None:
    media = replace(media_of("eng"), others=(OtherStream(7, "audio", "apac"),
                                             OtherStream(8, "data", "bin_data")))  # fmt: skip
    assert [(one.index, one.codec, one.why) for one in tracks.left_out(media)] == [
        (7, "apac", "undecodable")
    ]


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        (mono("mxf", "", ""), [["FL", "FR"]]),
        (mono("mov,mp4", "FL", "FR"), [["FL", "FR"]]),
        (mono("matroska,webm", "FL", "FR"), [["FL", "FR"]]),
        (mono("mxf", "mono", "mono", "mono", "mono"), [["FL", "FR"], ["FL", "FR"]]),
        (
            mono("mov,mp4", "FL", "FR", "FC", "LFE", "SL", "SR"),
            [["FL", "FR", "FC", "LFE", "SL", "SR"]],
        ),
        (mono("mov,mp4", "FL", "FR", "FL", "FR"), [["FL", "FR"], ["FL", "FR"]]),
        (mono("matroska,webm", "", ""), [[], []]),
        (mono("mxf", "", "", ""), [[], [], []]),
        (mono("mxf", ""), [[]]),
        (mono("mxf", "", "", channels=2), [[], []]),
        (mono("mov,mp4", "", "", title="Interview"), [[], []]),
    ],
)
def test_speakers_that_are_streams_of_their_own_are_put_together(
    media: Media, expected: list[list[str]]
) -> None:
    assert joined(media) == expected


def test_speakers_are_known_by_their_titles_and_languages_apart() -> None:
    media = mono("matroska,webm", "", "")
    left, right = media.audio
    sides = (replace(left, title="Left"), replace(right, title="Right"))
    assert joined(replace(media, audio=sides)) == [["FL", "FR"]]
    spoken = (replace(left, language="eng"), replace(right, language="fra"))
    assert joined(replace(media, container="mxf", audio=spoken)) == [[], []]
    longer = (left, replace(right, duration=12.0))
    assert joined(replace(media, container="mxf", audio=longer)) == [[], []]


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


def test_two_long_tags_that_become_the_same_have_two_names() -> None:
    media = media_of("eng-abcdefgh-abcdefgh", "eng-abcdefgh-hgfedcba", "ger")
    assert names(media) == ["audio-eng-abcdefgh", "audio-eng-abcdefgh-2", "audio-ger"]
