"""What the probe notices of a source."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from processing.ffmpeg.media import AudioStream, Media, OtherStream, SubtitleStream
from processing.ffmpeg.notices import Notice
from processing.ffmpeg.planning import noticed
from processing.ffmpeg.planning.ladder import DEFAULT, Profile
from processing.ffmpeg.planning.plan import as_made, plan_of
from processing.ffmpeg.probing.timeline import Timeline
from processing.ffmpeg.tests.clips import video_stream

LINE = Timeline((0,), 250, 0, 128_000, constant=True, closed=True, steady=True)
AUDIO = AudioStream(1, "aac", 2, 48_000, "eng", Fraction(1, 48_000), 0, 10.0, None)
PLAIN = Media("matroska,webm", 10.0, 1, None, video_stream(), (AUDIO,))


def told(
    media: Media, timeline: Timeline | None = LINE, profile: Profile = DEFAULT
) -> list[Notice]:
    made = as_made(media, profile)
    return list(noticed.all_of(made, timeline, plan_of(media, profile)))


def of_video(**changes: Any) -> Media:
    return replace(PLAIN, video=video_stream(**changes))


def test_a_plain_file_has_nothing_to_be_said() -> None:
    assert told(PLAIN) == []
    assert told(replace(PLAIN, others=(OtherStream(5, "attachment", "ttf"),))) == []
    assert told(replace(PLAIN, others=(OtherStream(5, "cover", "mjpeg"),))) == []
    assert told(of_video(rotation=90)) == []


CASES: list[tuple[Media, str, dict[str, Any]]] = [
    (
        replace(PLAIN, others=(OtherStream(2, "audio", "mpegh_3d_audio", "ger"),)),
        "audio_undecodable", {"stream": 2, "codec": "mpegh_3d_audio", "language": "ger"},
    ),
    (
        replace(PLAIN, others=(OtherStream(2, "video", "mjpeg"),)),
        "video_stream_left_out", {"stream": 2, "codec": "mjpeg"},
    ),
    (
        replace(PLAIN, audio=(replace(AUDIO, channels=6),)), "channels_downmixed", {"channels": 6},
    ),
    (
        replace(PLAIN, subtitles=tuple(
            SubtitleStream(n, "dvb_teletext", language, "", default=False, forced=False)
            for n, language in enumerate(("eng", "ger", "eng"))
        )),
        "subtitles_not_taken", {"count": 3, "languages": "eng, ger"},
    ),
    (
        replace(PLAIN, subtitles=(
            SubtitleStream(2, "hdmv_pgs_subtitle", "eng", "", default=False, forced=False),
        )),
        "subtitles_not_convertible", {"count": 1, "languages": "eng"},
    ),
    (
        of_video(frame_rate=Fraction(120), frames=1200),
        "frames_dropped", {"dropped": 600, "frames": 1200, "rate": "60"},
    ),
    (of_video(color_transfer="arib-std-b67"), "hdr_converted", {"transfer": "HLG"}),
    (of_video(pixel_format="yuva420p"), "alpha_flattened", {"pixel_format": "yuva420p"}),
    (of_video(askew=True), "turn_not_followed", {}),
    (of_video(captioned=True), "captions_not_taken", {}),
    (of_video(aspect_told="40:1"), "aspect_assumed", {"told": "40:1", "taken": "1:1"}),
    (replace(PLAIN, claimed=20.0), "source_incomplete", {"arrived": 10.0, "told": 20.0}),
]  # fmt: skip


@pytest.mark.parametrize(("media", "code", "details"), CASES, ids=[code for _, code, _ in CASES])
def test_what_differs_is_noticed(media: Media, code: str, details: dict[str, Any]) -> None:
    (notice,) = told(media)
    assert (notice.code, notice.details) == (code, details)


def test_guessed_and_broken_times_are_noticed() -> None:
    assert [notice.code for notice in told(PLAIN, None)] == ["frame_rate_guessed"]
    assert [notice.code for notice in told(PLAIN, replace(LINE, steady=False))] == [
        "clock_repaired"
    ]


def test_where_only_audio_is_made_nothing_is_said_of_frames() -> None:
    media = replace(of_video(color_transfer="smpte2084"), others=(OtherStream(2, "video", "png"),))
    assert told(media, None, Profile("sound", ())) == []


@pytest.mark.parametrize("claimed", [10.5, 0.0])
def test_a_header_that_is_a_little_wrong_is_no_matter(claimed: float) -> None:
    assert told(replace(PLAIN, claimed=claimed)) == []
    assert told(replace(PLAIN, container="mpegts", claimed=20.0)) == []
