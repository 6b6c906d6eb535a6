"""Whenever frames and audio come, they are kept there: uneven, with holes, from any second on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from processing.ffmpeg.planning.grid import lead_frames
from processing.ffmpeg.tests.clips import ffmpeg, grid, made_of, numbered
from processing.ffmpeg.tests.forms import Form, heard, pcm
from processing.ffmpeg.tests.test_any_form import NEAR, SPANS, few, many
from processing.ffmpeg.tests.test_frame_times import CLOCK, shown, uneven

pytestmark = pytest.mark.slow

CODECS = {"a.mp4": "aac", "a.mov": "aac", "a.mkv": "libopus", "a.ts": "ac3", "a.flv": "aac"}
# Milliseconds of Matroska and FLV.
ROUNDED = 0.0011


@dataclass(frozen=True)
class Uneven:
    """Frames that stay for so many ticks each, and audio that begins so many seconds later (or
    earlier), lasts so many and has beeps at these; all from second `offset` on."""

    name: str
    steps: tuple[int, ...]
    late: float
    beeps: tuple[float, ...]
    offset: float


STEPS = st.one_of(
    st.integers(1530, 60_000),
    st.sampled_from([1500, 1800, 3000, 3003, 3600, 3750, 6000]),
    st.sampled_from([1530, 3000]).flatmap(lambda step: st.integers(step - 200, step + 200)),
).filter(lambda step: step >= 1500)  # fmt: skip
BURSTS = st.builds(lambda step, times: [step] * times, STEPS, st.integers(1, 20))
HOLES = st.integers(90_000, 400_000).map(lambda step: [step])
SOURCES = st.builds(
    Uneven,
    st.sampled_from(sorted(CODECS)),
    steps=st.lists(BURSTS | BURSTS | HOLES, min_size=1, max_size=5).map(
        lambda parts: tuple(step for part in parts for step in part)
    ),
    late=st.sampled_from([0.0, 0.0, 0.1, 0.7, -0.04, -0.5]),
    beeps=st.lists(st.integers(20, 150), min_size=1, max_size=4).map(
        lambda steps: tuple(number / 100 for number in accumulate(steps))
    ),
    offset=st.sampled_from([0.0, 0.0, 3.21, 26.5]),
)


def written(folder: Path, source: Uneven) -> Path:
    silent = uneven(folder / "silent.mp4", source.steps)
    form = Form(48_000, 2)
    audio = pcm(folder / "a.pcm", form, source.beeps[-1] + 0.3, [(at, -1) for at in source.beeps])
    path = folder / source.name
    first = max(0.0, -source.late)
    inputs = ["-itsoffset", f"{first:.3f}", "-i", str(silent)]
    inputs += ["-itsoffset", f"{first + source.late:.3f}", *audio]
    chosen = ["-map", "0", "-map", "1", "-c:v", "copy", "-c:a", CODECS[source.name]]
    ffmpeg(*inputs, *chosen, "-output_ts_offset", str(source.offset), path)
    return path


def is_kept(folder: Path, source: Uneven, seconds: float | None) -> None:
    media, made = made_of(written(folder, source), folder / "out", seconds=seconds)
    rate = grid(media).rate
    found = shown(made, rate)
    assert list(found) == list(range(len(source.steps) + 1))
    near = float(1 / (2 * rate)) + ROUNDED
    zero = float(lead_frames(media, rate) / rate)  # the first is held before
    for number, ticks in list(enumerate(accumulate(source.steps, initial=0)))[1:]:
        assert found[number] - zero == pytest.approx(ticks / CLOCK, abs=near)
    beeps = [zero + source.late + at for at in source.beeps]
    assert heard(made.folder / "audio.mp4") == pytest.approx(beeps, abs=NEAR)


@given(source=SOURCES, seconds=SPANS)
@few(2)
def test_times_are_kept(source: Uneven, seconds: float | None) -> None:
    with TemporaryDirectory() as folder:
        is_kept(Path(folder), source, seconds)


@pytest.mark.thorough
@pytest.mark.timeout(1800)
@given(source=SOURCES, seconds=SPANS)
@many(100)
def test_any_time_is_kept(source: Uneven, seconds: float | None) -> None:
    with TemporaryDirectory() as folder:
        is_kept(Path(folder), source, seconds)


@dataclass(frozen=True)
class Trimmed:
    """Frames at a constant rate with a beep each half second, without what comes before a
    second, cut off without encoding anew."""

    name: str
    rate: int
    gop: int
    reordered: bool
    begin: float


TRIMMED = st.builds(
    Trimmed,
    st.sampled_from(["a.mp4", "a.mov", "a.mkv", "a.ts"]),
    rate=st.sampled_from([10, 24, 25, 30, 60]),
    gop=st.sampled_from([1, 7, 12, 50]),
    reordered=st.booleans(),
    begin=st.integers(3, 260).map(lambda n: n / 100),
)


def trimmed(folder: Path, source: Trimmed) -> Path:
    beeps = [(number / 2, -1) for number in range(9)]
    audio = pcm(folder / "a.pcm", Form(48_000, 2), 4.6, beeps)
    encoded = ["-c:v", "libx264", "-preset", "ultrafast", "-g", str(source.gop)]
    encoded += ["-bf", "2" if source.reordered else "0"]
    assume(source.name != "a.ts" or source.gop < 10)  # or no keyframe may be left
    silent = numbered(
        folder / "silent.mkv", *encoded, count=round(4.6 * source.rate), rate=str(source.rate)
    )
    whole = folder / f"whole_{source.name}"
    ffmpeg("-i", silent, *audio, "-map", "0", "-map", "1", "-c:v", "copy", "-c:a", "aac", whole)
    path = folder / source.name
    ffmpeg("-ss", str(source.begin), "-i", whole, "-map", "0", "-c", "copy", path)
    return path


def stays_in_step(folder: Path, source: Trimmed, seconds: float | None) -> None:
    media, made = made_of(trimmed(folder, source), folder / "out", seconds=seconds)
    found = shown(made, grid(media).rate)
    told = heard(made.folder / "audio.mp4")
    first = next(iter(found))
    assert list(found) == list(range(first, round(4.6 * source.rate)))
    assert first / source.rate <= source.begin + source.gop / source.rate + 0.1
    with_beeps = [
        n for n in found if n > first and 2 * n % source.rate == 0 and n < 4.3 * source.rate
    ]
    for number in with_beeps:
        assert min(abs(found[number] - beep) for beep in told) < NEAR


@given(source=TRIMMED, seconds=SPANS)
@few(2)
def test_what_was_trimmed_stays_in_step(source: Trimmed, seconds: float | None) -> None:
    with TemporaryDirectory() as folder:
        stays_in_step(Path(folder), source, seconds)


@pytest.mark.thorough
@pytest.mark.timeout(1800)
@given(source=TRIMMED, seconds=SPANS)
@many(100)
def test_any_trim_stays_in_step(source: Trimmed, seconds: float | None) -> None:
    with TemporaryDirectory() as folder:
        stays_in_step(Path(folder), source, seconds)
