"""Lost audio packets are silence of their length; what is not lost is not touched."""

from __future__ import annotations

import subprocess
from array import array
from pathlib import Path

import pytest

from processing.ffmpeg.encoding import filters
from processing.ffmpeg.tests.clips import (
    TINY,
    beeps,
    described,
    encoded,
    ffmpeg,
    made_of,
    samples_in,
)
from processing.ffmpeg.tests.test_cutting import X264, beats, onsets

pytestmark = pytest.mark.slow

LOST = "noise=drop='{}'"
# Four packets twice, one packet a few times, and half a second.
GAPS = "between(n,62,65)+between(n,150,153)+eq(n,200)+eq(n,205)+eq(n,210)+between(n,250,274)"


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.ts", ["aac", "-ar", "48000"]),
        ("a.mkv", ["aac", "-ar", "44100"]),
        ("a.mkv", ["libopus", "-ar", "48000"]),
        ("a.mkv", ["libvorbis", "-ar", "48000"]),
        ("a.flv", ["aac", "-ar", "44100"]),
        ("a.ts", ["ac3", "-ar", "48000"]),
        ("a.mp4", ["aac", "-ar", "48000"]),
    ],
)
def test_what_follows_lost_packets_stays_in_its_place(
    tmp_path: Path, name: str, codec: list[str]
) -> None:
    lost = ["-bsf:a", LOST.format(GAPS)]
    # Of packets within one of a transport stream nobody tells the times.
    single = ["-pes_payload_size", "0"] if name == "a.ts" else []
    source = beats(tmp_path / name, *X264, "-c:a", *codec, *lost, *single)
    made = encoded(source, tmp_path / "out", TINY)
    heard = [sample / 48_000 for sample in onsets(samples_in(made.folder / "audio.mp4"))]
    assert heard
    # A beep that was lost in part begins later.
    late = [at for at in heard if abs(at % 1 - 0.5) > 0.01 and not 0.5 < at % 1 < 0.6]
    assert late == []
    assert sum(abs(at % 1 - 0.5) <= 0.01 for at in heard) >= 6
    assert abs(heard[-1] - 7.5) <= 0.01


NOISE = "anoisesrc=r={}:d=20:seed=7:a=0.3,pan=stereo|c0=c0|c1=c0"


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.mkv", "aac", 48_000),
        ("a.mkv", "libvorbis", 48_000),
        ("a.mkv", "libopus", 48_000),
        ("a.mkv", "libmp3lame", 48_000),
        ("a.mkv", "flac", 48_000),
        ("a.mkv", "ac3", 48_000),
        ("a.mkv", "pcm_s16le", 48_000),
        ("a.mkv", "aac", 44_100),
        ("a.mkv", "libmp3lame", 44_100),
        ("a.flv", "aac", 44_100),
        ("a.flv", "libmp3lame", 44_100),
        ("a.flv", "aac", 48_000),
    ],
)
def test_what_milliseconds_round_away_is_no_gap(
    tmp_path: Path, name: str, codec: str, rate: int
) -> None:
    """Sample for sample what comes out of a decoder, over 20 s."""
    source = tmp_path / name
    ffmpeg("-f", "lavfi", "-i", NOISE.format(rate), "-c:a", codec, source)
    media = described(source)
    (stream,) = media.audio
    graph = filters.audio(stream, "s", stream.start, opening=0, cut=filters.Cut(0, None))
    plain = "[0:a]aresample=48000,aformat=sample_fmts=fltp:channel_layouts=stereo[s]"
    placed, decoded = samples_of(source, graph, "-copyts"), samples_of(source, plain)
    # What decoders leave out at the start may move the whole, and nothing anywhere else.
    off = len(placed) - len(decoded)
    assert 0 <= off <= 2 * 480
    assert placed[off + 4000 :] == decoded[4000:]


def samples_of(path: Path, graph: str, *options: str) -> array[int]:
    command = ["ffmpeg", "-nostdin", "-v", "error", *options, "-i", str(path)]
    command += ["-filter_complex", graph, "-map", "[s]", "-f", "s16le", "-"]
    return array("h", subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["a.mkv", "a.flv", "a.mp4"])
@pytest.mark.parametrize(("frames", "keyframes"), [("1", "0"), ("400", "0"), ("400", "0,5")])
def test_audio_is_whole_in_spans_where_frames_have_hardly_a_keyframe(
    tmp_path: Path, name: str, frames: str, keyframes: str
) -> None:
    """Containers are sought in by the keyframes of frames, and there may be none for long."""
    source = tmp_path / name
    heard = "aevalsrc='sin(2*PI*1000*t)*lt(mod(t,1),0.1)/2':s=48000:d=16"
    seen = f"testsrc2=s=160x90:r=25:d=16,trim=end_frame={frames}"
    groups = ["-g", "9999", "-force_key_frames", keyframes, "-sc_threshold", "0"]
    ffmpeg("-f", "lavfi", "-i", seen, "-f", "lavfi", "-i", heard, *X264, *groups, "-c:a", "aac",
           source)  # fmt: skip
    _, made = made_of(source, tmp_path / "out", seconds=2)
    assert beeps(made.folder / "audio.mp4") == pytest.approx(list(range(16)), abs=0.03)
