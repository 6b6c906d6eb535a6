"""What ffprobe says, read without trusting it; and real files asked about."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.ffmpeg.errors import Interrupted, ProbeFailed
from processing.ffmpeg.media import Chapter, Light, Media
from processing.ffmpeg.probing import probe
from processing.ffmpeg.probing.probe import ProbeLimits
from processing.ffmpeg.tests.clips import HERE, described, ffmpeg, grid, make
from tests import corpus

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
    assert (media.duration, media.size, grid(media).frames) == (10.0, 1000, 250)
    assert (media.audio[0].language, media.audio[0].sample_rate) == ("deu", 48000)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"side_data_list": [{"rotation": -90}]}, (1080, 1920)),
        ({"side_data_list": [{}, {"rotation": 180}]}, (1920, 1080)),
        ({"side_data_list": [{"rotation": -9223372036854775808}]}, (1920, 1080)),
        ({"side_data_list": [{"rotation": 45}]}, (1920, 1080)),
        ({"side_data_list": [{"displaymatrix": "garbage", "rotation": 90}]}, (1080, 1920)),
        ({"sample_aspect_ratio": "4:3", "width": 1440}, (1920, 1080)),
        ({"sample_aspect_ratio": "0:1"}, (1920, 1080)),
        ({"sample_aspect_ratio": "1:100000"}, (1920, 1080)),
        ({"sample_aspect_ratio": "1:2", "side_data_list": [{"rotation": 90}]}, (1080, 960)),
    ],
)
def test_what_is_shown(changes: dict[str, Any], expected: tuple[int, int]) -> None:
    assert shown(**changes) == expected


def matrix(a: int, b: int, c: int, d: int) -> dict[str, Any]:
    """Side data as ffprobe prints it."""
    rows = [(a, b, 0), (c, d, 0), (0, 0, 1 << 30)]
    lines = [f"0000000{n}: {x:>12} {y:>11} {w:>11}" for n, (x, y, w) in enumerate(rows)]
    return {"side_data_list": [{"displaymatrix": "\n" + "\n".join(lines) + "\n", "rotation": 45}]}


ONE = 1 << 16


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (matrix(ONE, 0, 0, ONE), (0, False)),
        (matrix(0, ONE, -ONE, 0), (90, False)),
        (matrix(-ONE, 0, 0, -ONE), (180, False)),
        (matrix(0, -ONE, ONE, 0), (270, False)),
        (matrix(-ONE, 0, 0, ONE), (0, True)),
        (matrix(0, ONE, ONE, 0), (90, True)),
        (matrix(ONE, 0, 0, -ONE), (180, True)),
        (matrix(0, -ONE, -ONE, 0), (270, True)),
        (matrix(10, 2 * ONE, -ONE, -10), (90, False)),  # scaled, and turned a hair further
        (matrix(46341, 46341, -46341, 46341), (0, False)),  # 45 degrees
        (matrix(ONE, ONE, 0, ONE), (0, False)),  # sheared
        (matrix(0, 0, 0, 0), (0, False)),
        (matrix(0, ONE, 0, ONE), (0, False)),  # flat
    ],
)
def test_how_a_frame_is_turned(changes: dict[str, Any], expected: tuple[int, bool]) -> None:
    video = parsed({**VIDEO, **changes}).video
    assert video is not None
    assert (video.rotation, video.mirrored) == expected


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
        ([{**VIDEO, "pix_fmt": None}, AUDIO], {}, "source_unsupported"),
        ([{**AUDIO, "sample_rate": "0"}], {}, "source_unsupported"),
        ([{**VIDEO, "width": 60000, "height": 60000}], {}, "source_too_large"),
        ([VIDEO, *[AUDIO] * 64], {}, "source_too_large"),
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


def test_what_is_beside_the_film() -> None:
    texts = {"index": 2, "codec_type": "subtitle", "codec_name": "subrip",
             "tags": {"language": "fra", "title": "Sans\u202e\n titre"},
             "disposition": {"forced": 1}}  # fmt: skip
    cover = {**VIDEO, "index": 3, "codec_name": "mjpeg", "disposition": {"attached_pic": 1}}
    data = {"index": 4, "codec_type": "data"}
    media = parsed(
        VIDEO, {**AUDIO, "channel_layout": "5.1(side)", "channels": 6}, texts, cover, data
    )
    assert [(s.language, s.title, s.forced) for s in media.subtitles] == [
        ("fra", "Sans titre", True)
    ]
    assert [(o.index, o.kind) for o in media.others] == [(3, "cover"), (4, "data")]
    assert media.audio[0].layout == "5.1(side)"


def test_light_of_hdr_frames() -> None:
    told = [{"max_luminance": "10000000/10000", "min_luminance": "50/10000"}, {"dv_profile": 8},
            {"max_content": 1200, "max_average": 400}]  # fmt: skip
    video = parsed({**VIDEO, "side_data_list": told}).video
    assert video is not None
    assert video.light == Light(peak=1000.0, black=0.005, brightest=1200, average=400)
    assert video.dolby_vision == 8


def test_what_an_older_version_kept_is_still_read() -> None:
    known = parsed(VIDEO, AUDIO).to_json()
    new = {"mirrored", "track", "edited", "light", "dolby_vision", "constant_rate",
           "longest_gop", "closed_gops", "alpha_beside", "x264_build",
           "sar_repaired", "whole_frames"}  # fmt: skip
    old = {k: v for k, v in known.items() if k not in ("subtitles", "others", "chapters", "start")}
    old["video"] = {k: v for k, v in known["video"].items() if k not in new}
    old["audio"] = [
        {k: v for k, v in s.items() if k not in ("layout", "profile", "title", "default")}
        for s in known["audio"]
    ]
    media = Media.from_json(json.loads(json.dumps(old)))
    assert media.video is not None
    assert (media.video.constant_rate, media.video.light, media.chapters) == (None, None, ())


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
    assert media.video.frame_rate >= 1
    assert 0.9 <= grid(media).rate <= 60
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
def test_the_frames_length_is_known_in_any_container(tmp_path: Path, name: str) -> None:
    longer = tmp_path / "longer.wav"
    ffmpeg("-f", "lavfi", "-i", "sine=d=2.9", longer)
    video = make(tmp_path / "v.mp4")
    clip = tmp_path / name
    ffmpeg("-i", video, "-i", longer, "-c:v", "copy", "-c:a", "mp3", clip)
    media = described(clip)
    assert media.video is not None
    assert media.video.duration == pytest.approx(2, abs=0.05)
    # The last frame stays for the rest of the audio.
    assert grid(media).frames in (72, 73, 74)


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


def test_chapters_and_subtitles_of_a_real_file(tmp_path: Path) -> None:
    (tmp_path / "s.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHello\n")
    (tmp_path / "c.txt").write_text(
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=500\nEND=1500\ntitle=Two\n"
    )
    ffmpeg("-i", make(tmp_path / "a.mp4"), "-i", tmp_path / "s.srt", "-i", tmp_path / "c.txt",
           "-map_chapters", "2", "-c:v", "copy", "-metadata:s:s:0", "language=deu",
           tmp_path / "b.mkv")  # fmt: skip
    media = described(tmp_path / "b.mkv")
    assert media.chapters == (Chapter(0.5, 1.5, "Two"),)
    assert [(s.codec, s.language) for s in media.subtitles] == [("ass", "deu")]


def test_light_is_told_by_the_first_frame(tmp_path: Path) -> None:
    master = "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
    pq = ["-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc"]
    path = tmp_path / "hdr.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=128x128:r=25:d=0.2", "-pix_fmt", "yuv420p10le", *pq,
           "-c:v", "libx265", "-preset", "ultrafast",
           "-x265-params", f"{master}:max-cll=1000,400:log-level=none", path)  # fmt: skip
    video = described(path).video
    assert video is not None
    assert video.light == Light(peak=1000.0, black=0.0001, brightest=1000, average=400)


def test_audio_in_matroska_is_measured_too(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=d=1.5", tmp_path / "a.wav")
    ffmpeg("-i", make(tmp_path / "a.mp4"), "-i", tmp_path / "a.wav", tmp_path / "b.mkv")
    assert described(tmp_path / "b.mkv").audio[0].duration == pytest.approx(1.5, abs=0.1)


def test_a_matroska_cut_off_lasts_as_long_as_its_packets(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64:r=25:d=40", "-c:v", "libx264",
           "-preset", "ultrafast", path)  # fmt: skip
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert 15 < described(path).duration < 25


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
        probe.probe(make(tmp_path / "a.mp4"), ffmpeg=HERE, should_stop=lambda: "shutdown")


def disagreement(row: dict[str, str]) -> str | None:
    """How what we find differs from what the corpus says of a file, None when it does not."""
    expected, streams = row["expect"], row["streams"].split("; ")
    try:
        media = described(corpus.VIDEOS / row["path"])
    except ProbeFailed as error:
        # This one keeps its frames in another file.
        wanted = "reject" in expected or row["path"] == "codecs/mjpeg_434x343_41s.mov"
        return None if wanted else f"refused: {error.code}"
    if expected.startswith("reject") and "or" not in expected.split():
        return "accepted"
    counted = len([media.video] if media.video else []) + len(media.audio)
    counted += len(media.subtitles) + len(media.others)
    if counted != len(streams):
        return f"{counted} streams of {len(streams)}"
    if len(media.chapters) != int(row["chapters"]):
        return f"{len(media.chapters)} chapters"
    lies = "trunc" in row["path"] or media.video is None or len(media.audio) + 1 < len(streams)
    if row["duration"] and not lies and media.container != "mpegvideo":
        return None if abs(media.duration - float(row["duration"])) < 0.05 else "duration"
    return None


SAMPLE = ("structure/", "subtitles/", "unsupported/")


@corpus.needs_corpus
def test_a_sample_of_real_files_is_what_it_is_said_to_be() -> None:
    rows = [row for row in corpus.rows() if row["path"].startswith(SAMPLE)]
    assert {row["path"]: said for row in rows if (said := disagreement(row))} == {}


@pytest.mark.thorough
@corpus.needs_corpus
def test_all_real_files_are_what_they_are_said_to_be() -> None:
    assert {row["path"]: said for row in corpus.rows() if (said := disagreement(row))} == {}
