"""Audio that changes channels, layout or rate midway plays to its end, whole and in its place."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from processing.ffmpeg.encoding.filters import OFF_SECONDS
from processing.ffmpeg.planning import span_plan
from processing.ffmpeg.tests.clips import TINY, described, encoded, ffmpeg, line_of, samples_in
from processing.ffmpeg.tests.test_cutting import X264, Cut, begin, onsets, planned
from processing.packaging.checker import check_chunk

pytestmark = pytest.mark.slow

PART = 3
"""The seconds that each form lasts."""
ADTS = ["-c:a", "aac", "-f", "adts"]


def audio_of(rate: int, layout: str) -> list[str]:
    """A beep at half of each second on every speaker, with a low hum."""
    beep = f"0.3*sin(2*PI*1000*t)*between(mod(t,1),0.5,0.6):s={rate}:d={PART}"
    every = "|".join(f"{channel}=c0" for channel in channels(layout))
    return ["-f", "lavfi", "-i", f"aevalsrc='{beep}',pan={layout}|{every}"]


def channels(layout: str) -> list[str]:
    known = {"mono": "FC", "stereo": "FL FR", "5.1(side)": "FL FR FC LFE SL SR"}
    return known[layout].split()


def transport_stream(path: Path, codec: str, forms: list[tuple[int, str]]) -> Path:
    """Parts of one form each, with frames, their clocks one."""
    for number, (rate, layout) in enumerate(forms):
        part = path.with_suffix(f".{number}.ts")
        drawn = ["-f", "lavfi", "-i", f"testsrc2=s=256x144:r=25:d={PART}", *audio_of(rate, layout)]
        clock = ["-muxdelay", "0", "-muxpreload", "0", "-output_ts_offset", str(PART * number + 1)]
        ffmpeg(*drawn, *X264, "-pix_fmt", "yuv420p", "-c:a", codec, *clock, part)
        with path.open("ab") as joined:
            joined.write(part.read_bytes())
    return path


def beeps(path: Path) -> list[float]:
    return [sample / 48_000 for sample in onsets(samples_in(path))]


def expected(parts: int) -> list[object]:
    return [pytest.approx(second + 0.5, abs=0.01) for second in range(PART * parts)]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("codec", "forms"),
    [
        pytest.param(
            "ac3", [(48_000, "5.1(side)"), (48_000, "stereo")], marks=pytest.mark.thorough
        ),
        ("ac3", [(48_000, "stereo"), (48_000, "5.1(side)"), (44_100, "mono")]),
        ("aac", [(48_000, "mono"), (48_000, "stereo")]),
        pytest.param("aac", [(48_000, "stereo"), (44_100, "stereo")], marks=pytest.mark.thorough),
        pytest.param(
            "aac", [(44_100, "stereo"), (48_000, "5.1(side)")], marks=pytest.mark.thorough
        ),
        ("mp2", [(48_000, "stereo"), (32_000, "mono"), (48_000, "stereo")]),
    ],
)
def test_a_broadcast_whose_audio_changes_plays_to_its_end(
    tmp_path: Path, codec: str, forms: list[tuple[int, str]]
) -> None:
    source = transport_stream(tmp_path / "a.ts", codec, forms)
    made = audio_of_spans(source, tmp_path)
    assert beeps(made.folder / "whole/audio.mp4") == expected(len(forms))
    assert beeps(made.joined("audio")) == expected(len(forms))


def audio_of_spans(source: Path, folder: Path) -> Cut:
    """A clip as a whole and in spans of two seconds, its audio checked."""
    media = described(source)
    spans = span_plan.plan(media, line_of(source, media), TINY, seconds=2)
    assert len(spans) > 2
    whole = encoded(source, folder / "whole", TINY, media=media)
    parts = tuple(
        encoded(source, folder / str(span.number), TINY, media=media, span=span) for span in spans
    )
    made = Cut(media, spans, whole, parts, folder)
    tracks = [part.track("audio") for part in made.parts]
    for span, track in zip(made.spans, tracks, strict=True):
        assert check_chunk(track, start=begin(made, span, track), frames=planned(span, track)) == []
    apart = sum(track.duration for track in tracks) - whole.track("audio").duration
    assert abs(apart) <= 48_000 * OFF_SECONDS
    return made


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("name", "encoder", "forms"),
    [
        ("a.aac", ADTS, [(44_100, "stereo"), (48_000, "stereo")]),
        ("a.aac", ADTS, [(48_000, "stereo"), (44_100, "mono")]),
        ("a.mp3", ["-c:a", "libmp3lame"], [(48_000, "stereo"), (44_100, "stereo")]),
        ("a.ac3", ["-c:a", "ac3"], [(44_100, "stereo"), (48_000, "5.1(side)")]),
    ],
)
def test_bare_packets_that_change_follow_each_other(
    tmp_path: Path, name: str, encoder: list[str], forms: list[tuple[int, str]]
) -> None:
    source = tmp_path / name
    for number, (rate, layout) in enumerate(forms):
        part = tmp_path / f"{number}{source.suffix}"
        plain = ["-id3v2_version", "0", "-write_xing", "0"] if name == "a.mp3" else []
        ffmpeg(*audio_of(rate, layout), *encoder, *plain, part)
        with source.open("ab") as joined:
            joined.write(part.read_bytes())
    made = encoded(source, tmp_path / "out", TINY)
    heard = beeps(made.folder / "audio.mp4")
    # Encoders begin and end each part with a packet of their own.
    assert heard == [pytest.approx(second + 0.5, abs=0.16) for second in range(2 * PART)]
    steps = [b - a for a, b in pairwise(heard)]
    assert steps[: PART - 1] == [pytest.approx(1, abs=0.002)] * (PART - 1)
    assert steps[PART:] == [pytest.approx(1, abs=0.002)] * (PART - 1)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("codec", "rates"),
    [
        ("aac", (48_000, 44_100)),
        ("aac", (44_100, 48_000)),
        ("ac3", (48_000, 32_000)),
        ("mp2", (32_000, 48_000)),
    ],
)
def test_a_tone_that_changes_its_rate_is_never_broken(
    tmp_path: Path, codec: str, rates: tuple[int, int]
) -> None:
    """Many frames share a packet of the transport stream, which tells the time of the first."""
    source = tmp_path / "a.ts"
    for number, rate in enumerate(rates):
        part = tmp_path / f"{number}.ts"
        tone = f"sine=f=500:r={rate}:d={PART},volume=4"
        clock = ["-output_ts_offset", str(PART * number)]
        ffmpeg("-f", "lavfi", "-i", tone, "-c:a", codec, "-b:a", "64k", "-ac", "1", *clock, part)
        with source.open("ab") as joined:
            joined.write(part.read_bytes())
    made = encoded(source, tmp_path / "out", TINY)
    samples = samples_in(made.folder / "audio.mp4")
    period, loud = 48_000 // 500, max(samples)
    silent = [
        at / 48_000
        for at in range(4800, len(samples) - 9600, period)
        if max(map(abs, samples[at : at + period])) < loud / 2
    ]
    # Where one part ends and the other begins encoders add some silence.
    assert [at for at in silent if abs(at - PART) > 0.15] == []
