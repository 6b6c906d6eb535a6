"""Only listed decoders are opened, whatever a file holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from processing.ffmpeg import inputs
from processing.ffmpeg.errors import ProbeFailed, ProcessFailed
from processing.ffmpeg.media import Media
from processing.ffmpeg.running.runner import Limits, run
from processing.ffmpeg.running.sandbox import Sandbox
from processing.ffmpeg.tests.clips import described, encoded, ffmpeg, frames, line_of

pytestmark = pytest.mark.slow

FRAMES = ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=1"]
AUDIO = ["-f", "lavfi", "-i", "sine=d=1"]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("codec", ["magicyuv", "flashsv", "zmbv", "cinepak"])
def test_frames_of_another_decoder_are_refused_by_name(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "a.mkv"
    pixels = ["-pix_fmt", "yuv420p"] if codec == "magicyuv" else []
    ffmpeg(*FRAMES, *AUDIO, "-c:v", codec, *pixels, "-c:a", "aac", path)
    with pytest.raises(ProbeFailed) as caught:
        described(path)
    assert caught.value.code == "source_unsupported"
    assert codec in caught.value.message
    assert "aac" not in caught.value.message


def test_audio_of_another_decoder_alone_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    ffmpeg(*AUDIO, "-c:a", "wavpack", path)
    with pytest.raises(ProbeFailed) as caught:
        described(path)
    assert (caught.value.code, "wavpack" in caught.value.message) == ("source_unsupported", True)


@pytest.mark.parametrize("kind", ["sound", "pictures"])
def test_a_second_stream_of_another_decoder_is_left_out(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.mkv"
    other = {
        "sound": ["-map", "1", "-c:a:1", "wavpack"],
        "pictures": ["-map", "0", "-c:v:1", "magicyuv"],
    }[kind]
    listed = ["-map", "0", "-map", "1", *other, "-c:v:0", "libx264", "-c:a:0", "aac"]
    ffmpeg(*FRAMES, *AUDIO, *listed, "-pix_fmt", "yuv420p", path)
    media = described(path)
    assert media.video is not None and media.video.codec == "h264"
    assert [stream.codec for stream in media.audio] == ["aac"]
    assert {stream.codec for stream in media.others} <= {"wavpack", "magicyuv"}
    assert Media.from_json(json.loads(json.dumps(media.to_json()))) == media
    assert line_of(path, media) is not None
    made = encoded(path, tmp_path / "out", media=media)
    assert made.names == {"240p", "audio"}
    assert frames(made.top) == 25


@pytest.mark.parametrize("program", ["ffmpeg", "ffprobe"])
def test_ffmpeg_itself_refuses_what_is_not_listed(tmp_path: Path, program: str) -> None:
    path = tmp_path / "a.avi"
    ffmpeg(*FRAMES, "-c:v", "magicyuv", "-pix_fmt", "yuv420p", path)
    argv = {
        "ffmpeg": ["ffmpeg", "-nostdin", *inputs.opened(path), "-f", "null", "-"],
        "ffprobe": ["ffprobe", "-show_frames", *inputs.opened(path)],
    }[program]
    with pytest.raises(ProcessFailed) as caught:
        run(argv, limits=Limits(20), sandbox=Sandbox("none"), reads=[path], writes=None)
    assert inputs.refused_decoders(caught.value.log) == ("magicyuv",)


def test_only_ffmpegs_own_words_name_a_decoder() -> None:
    said = "title: [x @ 0x1] Codec (x) not on whitelist\n[a @ 0x1] Codec (b) not on whitelist 'c'"
    assert inputs.refused_decoders(said) == ()


def test_the_list_holds_what_people_have() -> None:
    wanted = "h264 hevc av1 vp8 vp9 mpeg2video mpeg4 prores dnxhd mjpeg dvvideo vc1 gif apng"
    wanted += " aac mp3 opus vorbis ac3 eac3 dts flac alac pcm_s16le amr_nb wmav2"
    assert set(wanted.split()) <= inputs.CODECS
    assert not {"magicyuv", "flic", "rasc", "exr"} & inputs.CODECS
