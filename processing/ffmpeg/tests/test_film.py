"""Which of several video streams is the film, and what belongs to its programme."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from processing.ffmpeg.media import Media
from processing.ffmpeg.probing import film, probe
from processing.ffmpeg.tests.clips import described, ffmpeg, make
from processing.ffmpeg.tests.test_probe import AUDIO, LIMITS, VIDEO
from tests import corpus

STILL = {**VIDEO, "width": 4000, "height": 3000, "nb_frames": "1", "duration": "0.5"}


def numbered(*streams: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**stream, "index": number} for number, stream in enumerate(streams)]


def parsed(streams: list[dict[str, Any]], programmes: list[list[int]] = []) -> Media:  # noqa: B006
    described = {
        "streams": streams,
        "programs": [{"streams": [{"index": n} for n in group]} for group in programmes],
        "format": {"format_name": "mpegts", "duration": "10.0"},
    }
    return probe.parse(json.dumps(described).encode(), limits=LIMITS)


def shown(*streams: dict[str, Any]) -> int:
    video = parsed(numbered(*streams)).video
    assert video is not None
    return video.index


@pytest.mark.parametrize(
    ("others", "why"),
    [
        ({"nb_frames": "1", "duration": "0.5", "width": 4000}, "one frame"),
        ({"nb_frames": "1", "width": 4000}, "one frame that stays as long"),
        ({"nb_frames": "2", "duration": "2.0", "width": 4000}, "two stills"),
        ({"nb_frames": "10", "width": 4000}, "a frame each second"),
        ({"duration": "4.0", "nb_frames": "240", "width": 4000}, "a short preview"),
        ({"width": 160, "height": 120}, "a thumbnail of each frame"),
    ],
)
def test_nothing_but_a_film_wins_over_a_film(others: dict[str, Any], why: str) -> None:
    plain = {**VIDEO, "disposition": {"default": 0}}
    default = {**VIDEO, **others, "disposition": {"default": 1}}
    assert shown(default, plain) == 1, why
    assert shown(plain, default) == 0, why


def test_of_films_the_default_one_wins_and_then_the_largest() -> None:
    plain = {**VIDEO, "disposition": {"default": 0}}
    small = {**VIDEO, "width": 640, "height": 360}
    assert shown(plain, small) == 1
    assert shown(small, VIDEO) == 1
    assert shown(VIDEO, VIDEO) == 0


def test_a_short_film_wins_over_two_stills() -> None:
    assert shown({**STILL, "nb_frames": "2"}, {**VIDEO, "nb_frames": "9"}) == 1


def test_of_stills_alone_the_default_one_is_shown() -> None:
    assert shown({**STILL, "disposition": {}}, STILL) == 1


def test_what_was_counted_goes_before_what_a_header_tells() -> None:
    streams = numbered(STILL | {"nb_frames": "9999", "duration": None}, VIDEO)
    assert not film.must_count(streams)
    assert film.must_count([VIDEO, {**VIDEO, "nb_frames": None}])
    assert not film.must_count([{**VIDEO, "nb_frames": None}])
    counts = [{"index": 0, "nb_read_packets": "1"}, {"index": 1, "nb_read_packets": "250"}]
    video = parsed(film.counted(streams, counts)).video
    assert video is not None
    assert video.index == 1


SOUND = {**AUDIO, "nb_frames": "400"}


@pytest.mark.parametrize(
    ("programmes", "expected"),
    [
        ([[0, 1], [2, 3]], (2, [3])),  # the larger film, and its own audio
        ([[0, 1, 3], [2]], (0, [1, 3])),  # one with audio before one without
        ([[0, 1], [2]], (2, [3])),
        ([[0], [2]], (2, [1, 3])),  # audio that is in no programme is in each
        ([[0, 1, 3], [2, 1]], (2, [1])),  # audio of two programmes
        ([[2], [3, 1]], (0, [1, 3])),  # a film in no programme goes with the first audio
        ([[0, 1, 2, 3]], (2, [1, 3])),
        ([], (2, [1, 3])),  # no tables at all
    ],
)
def test_film_and_audio_are_of_one_programme(
    programmes: list[list[int]], expected: tuple[int, list[int]]
) -> None:
    small = {**VIDEO, "width": 640, "height": 360}
    streams = numbered(small, SOUND, VIDEO, SOUND)
    media = parsed(streams, programmes)
    assert media.video is not None
    assert (media.video.index, [s.index for s in media.audio]) == expected
    left = {s["index"] for s in streams} - {media.video.index, *(s.index for s in media.audio)}
    assert {other.index for other in media.others} == left


def test_of_several_radio_programmes_the_first_is_heard() -> None:
    streams = numbered(SOUND, SOUND, SOUND)
    media = parsed(streams, [[0, 1], [2]])
    assert [stream.index for stream in media.audio] == [0, 1]
    assert [(other.index, other.other_programme) for other in media.others] == [(2, True)]


def two_programmes(path: Path) -> Path:
    """A small film with a low tone and a larger one with a high tone."""
    codecs = ["-c:v", "mpeg2video", "-c:a", "mp2"]
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=1", "-f", "lavfi", "-i", "sine=f=300:d=1",
        "-f", "lavfi", "-i", "testsrc=s=320x240:r=25:d=1", "-f", "lavfi", "-i", "sine=f=900:d=1",
        "-map", "0", "-map", "1", "-map", "2", "-map", "3", *codecs,
        "-program", "st=0:st=1", "-program", "st=2:st=3", path,
    )  # fmt: skip
    return path


def test_a_broadcast_of_two_programmes(tmp_path: Path) -> None:
    media = described(two_programmes(tmp_path / "a.ts"))
    assert media.video is not None
    assert (media.video.width, media.video.index) == (320, 2)
    assert [stream.index for stream in media.audio] == [3]
    assert [(o.index, o.kind, o.other_programme) for o in media.others] == [
        (0, "video", True),
        (1, "audio", True),
    ]


def test_stills_beside_a_film_where_no_header_counts(tmp_path: Path) -> None:
    """A large still, marked as the default, in Matroska."""
    clip, path = make(tmp_path / "a.mp4"), tmp_path / "b.mkv"
    ffmpeg(
        "-i", clip, "-f", "lavfi", "-i", "color=s=640x480:r=1:d=1", "-map", "1", "-map", "0",
        "-c:v", "libx264", "-preset", "ultrafast", "-disposition:v:0", "default",
        "-disposition:v:1", "0", path,
    )  # fmt: skip
    media = described(path)
    assert media.video is not None
    assert (media.video.width, media.video.index) == (320, 1)
    assert [(o.index, o.kind) for o in media.others] == [(0, "video")]


@corpus.needs_corpus
@pytest.mark.corpus
def test_reported_files_show_their_film() -> None:
    reports = corpus.CORPUS / "reports"
    video = described(reports / "film_and_two_stills_tracks.mp4").video
    assert video is not None
    assert video.frames == 300
    media = described(reports / "ts_two_programmes.ts")
    assert media.video is not None
    assert [stream.index for stream in media.audio] == [media.video.index + 1]
