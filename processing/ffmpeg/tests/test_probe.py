"""What ffprobe says, read without trusting it; and real files asked about."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.ffmpeg import probe
from processing.ffmpeg.errors import Interrupted, ProbeFailed
from processing.ffmpeg.media import Media
from processing.ffmpeg.probe import ProbeLimits
from processing.ffmpeg.sandbox import detect
from processing.ffmpeg.tests.clips import described, ffmpeg, make

LIMITS = ProbeLimits()
VIDEO: dict[str, Any] = {
    "index": 0, "codec_type": "video", "codec_name": "h264", "pix_fmt": "yuv420p",
    "width": 1920, "height": 1080, "r_frame_rate": "25/1", "avg_frame_rate": "25/1",
    "time_base": "1/12800", "start_pts": 0, "duration": "10.0", "nb_frames": "250",
    "disposition": {"default": 1},
}  # fmt: skip
AUDIO: dict[str, Any] = {
    "index": 1, "codec_type": "audio", "codec_name": "aac", "sample_rate": "48000",
    "channels": 2, "time_base": "1/48000", "start_pts": 0, "tags": {"language": "deu"},
}  # fmt: skip


def parsed(*streams: dict[str, Any], limits: ProbeLimits = LIMITS, **form: Any) -> Media:
    described = {
        "streams": list(streams),
        "format": {"format_name": "mov,mp4", "duration": "10.0", "size": "1000", **form},
    }
    return probe.parse(json.dumps(described).encode(), limits=limits)


def refused(*streams: dict[str, Any], **form: Any) -> str:
    with pytest.raises(ProbeFailed) as caught:
        parsed(*streams, **form)
    return caught.value.code


def shown(**changes: Any) -> tuple[int, int]:
    video = parsed({**VIDEO, **changes}).video
    assert video is not None
    return video.display_width, video.display_height


def test_a_plain_file() -> None:
    media = parsed(VIDEO, AUDIO)
    assert media.video is not None
    assert (media.duration, media.size, media.planned_frames) == (10.0, 1000, 250)
    assert (media.audio[0].language, media.audio[0].sample_rate) == ("deu", 48000)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"side_data_list": [{"rotation": -90}]}, (1080, 1920)),
        ({"side_data_list": [{}, {"rotation": 180}]}, (1920, 1080)),
        ({"side_data_list": [{"rotation": -9223372036854775808}]}, (1920, 1080)),
        ({"side_data_list": [{"rotation": 45}]}, (1920, 1080)),
        ({"sample_aspect_ratio": "4:3", "width": 1440}, (1920, 1080)),
        ({"sample_aspect_ratio": "0:1"}, (1920, 1080)),
        ({"sample_aspect_ratio": "1:100000"}, (1920, 1080)),
        ({"sample_aspect_ratio": "1:2", "side_data_list": [{"rotation": 90}]}, (1080, 960)),
    ],
)
def test_what_is_shown(changes: dict[str, Any], expected: tuple[int, int]) -> None:
    assert shown(**changes) == expected


def test_clockwise_is_what_is_told() -> None:
    video = parsed({**VIDEO, "side_data_list": [{"rotation": -90}]}).video
    assert video is not None
    assert video.rotation == 90


@pytest.mark.parametrize(
    ("streams", "form", "code"),
    [
        ([], {}, "source_not_video"),
        ([{**VIDEO, "disposition": {"attached_pic": 1}}], {}, "source_not_video"),
        ([{**VIDEO, "pix_fmt": None}], {}, "source_unsupported"),
        ([{**VIDEO, "pix_fmt": None, "codec_tag_string": "encv"}], {}, "source_encrypted"),
        ([{**AUDIO, "sample_rate": "0"}], {}, "source_unsupported"),
        ([{**VIDEO, "width": 60000, "height": 60000}], {}, "source_too_large"),
        ([VIDEO, *[AUDIO] * 64], {}, "source_too_large"),
        ([VIDEO], {"duration": "1e9"}, "source_too_long"),
    ],
)
def test_what_is_refused(streams: list[dict[str, Any]], form: dict[str, Any], code: str) -> None:
    assert refused(*streams, **form) == code


def test_a_second_film_beside_cover_art_is_the_default_one() -> None:
    cover = {**VIDEO, "index": 0, "width": 4000, "disposition": {"attached_pic": 1}}
    other = {**VIDEO, "index": 1, "disposition": {"default": 0}}
    main = {**VIDEO, "index": 2, "width": 640, "disposition": {"default": 1}}
    video = parsed(cover, other, main).video
    assert video is not None
    assert video.index == 2


FREE = ["r_frame_rate", "avg_frame_rate", "time_base", "start_pts", "duration", "nb_frames",
        "bit_rate", "sample_aspect_ratio", "field_order", "pix_fmt", "side_data_list"]  # fmt: skip
values = st.none() | st.text("0123456789.:/-eN", max_size=8) | st.integers() | st.floats()


@given(st.dictionaries(st.sampled_from(FREE), values))
def test_absurd_values_are_refused_or_read(changes: dict[str, Any]) -> None:
    changes["side_data_list"] = [{"rotation": changes.get("side_data_list")}]
    try:
        media = parsed({**VIDEO, **changes}, duration=changes.get("duration", "3"))
    except ProbeFailed:
        return
    assert media.video is not None
    assert 0.9 <= media.video.frame_rate <= 60
    assert Media.from_json(json.loads(json.dumps(media.to_json()))) == media


@given(st.binary())
def test_anything_but_json_is_not_a_video(raw: bytes) -> None:
    with pytest.raises(ProbeFailed):
        probe.parse(raw, limits=LIMITS)


def test_a_real_file_survives_json(tmp_path: Path) -> None:
    media = described(make(tmp_path / "a.mp4", rate="30000/1001"))
    assert media.video is not None
    assert media.video.frame_rate == Fraction(30000, 1001)
    assert Media.from_json(json.loads(json.dumps(media.to_json()))) == media


@pytest.mark.parametrize("name", ["a.mkv", "a.flv", "a.ts", "a.avi", "a.mov"])
def test_the_pictures_length_is_known_in_any_container(tmp_path: Path, name: str) -> None:
    longer = tmp_path / "longer.wav"
    ffmpeg("-f", "lavfi", "-i", "sine=d=2.9", longer)
    video = make(tmp_path / "v.mp4")
    clip = tmp_path / name
    ffmpeg("-i", video, "-i", longer, "-c:v", "copy", "-c:a", "mp3", clip)
    assert described(clip).planned_frames in (49, 50, 51)


def test_a_stream_without_any_duration_is_measured(tmp_path: Path) -> None:
    clip = tmp_path / "live.webm"
    video = make(tmp_path / "a.mp4", "-g", "10")
    ffmpeg("-i", video, "-c:v", "libvpx", "-deadline", "realtime", "-live", "1", clip)
    assert described(clip).duration == pytest.approx(2, abs=0.05)


def test_cover_art_is_not_a_video(tmp_path: Path) -> None:
    cover, song = tmp_path / "cover.png", tmp_path / "song.mp3"
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x64:d=1", "-frames:v", "1", cover)
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", "-i", cover, "-map", "0", "-map", "1", "-c:v", "copy",
           "-disposition:v", "attached_pic", song)  # fmt: skip
    media = described(song)
    assert media.video is None
    assert len(media.audio) == 1


def test_a_text_file_is_not_a_video(tmp_path: Path) -> None:
    text = tmp_path / "x.mp4"
    text.write_text("Dear diary, this is no video.\n" * 100)
    with pytest.raises(ProbeFailed) as caught:
        described(text)
    assert caught.value.code == "source_not_video"
    assert str(tmp_path) not in caught.value.log + "".join(caught.value.argv)


def test_an_empty_file_is_not_a_video(tmp_path: Path) -> None:
    empty = tmp_path / "x.mp4"
    empty.touch()
    with pytest.raises(ProbeFailed) as caught:
        described(empty)
    assert caught.value.code == "source_not_video"


def test_a_file_without_its_index_is_truncated(tmp_path: Path) -> None:
    clip = make(tmp_path / "a.mp4")
    clip.write_bytes(clip.read_bytes()[:20_000])
    with pytest.raises(ProbeFailed) as caught:
        described(clip)
    assert caught.value.code == "source_truncated"


@pytest.mark.parametrize("name", ["-i.mp4", "concat:a|b.mp4", "$(id).mp4", "a%0a.mp4", "l\nb.mp4"])
def test_names_are_only_names(tmp_path: Path, name: str) -> None:
    assert described(make(tmp_path / "plain.mp4").rename(tmp_path / name)).video is not None


def test_a_relative_path_is_refused() -> None:
    with pytest.raises(ValueError, match="absolute"):
        probe.argv("ffprobe", Path("-version"))


def test_a_stop_is_heard(tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        probe.probe(
            make(tmp_path / "a.mp4"), ffprobe="ffprobe", sandbox=detect("auto"),
            should_stop=lambda: "shutdown",
        )  # fmt: skip
