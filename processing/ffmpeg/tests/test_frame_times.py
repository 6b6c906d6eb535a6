"""Frames and audio come out when they came in: whatever their rate, pauses, restarts, offsets."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processing.ffmpeg.media import Media
from processing.ffmpeg.planning.grid import Grid, grid_of
from processing.ffmpeg.tests.clips import (
    Made,
    beeps,
    ffmpeg,
    made_of,
    numbered,
    numbers_in,
    samples_in,
)

pytestmark = pytest.mark.slow

CLOCK = 90_000
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "20", "-bf", "2"]
BEEPS = "sine=f=1000:r=48000:d={},volume='lt(mod(t,1),0.05)':eval=frame"
# Audio is looked at in stretches of 5 ms; a beep's first may be half silent.
NEAR = 0.010


def uneven(path: Path, steps: Sequence[int], *arguments: str) -> Path:
    """Numbered frames, each so many ticks of 1/90000 s after the one before."""
    times = "+".join(f"gt(N,{number})*{step}" for number, step in enumerate(steps)) or "0"
    filters = ["-vf", f"settb=1/{CLOCK},setpts='{times}'"]
    kept = ["-fps_mode", "passthrough", "-enc_time_base", f"1:{CLOCK}"]
    return numbered(path, *filters, *kept, *X264, *arguments, count=len(steps) + 1)


def grid(media: Media) -> Grid:
    """The grid of a source with frames."""
    found = grid_of(media)
    assert found is not None
    return found


def shown(made: Made, rate: Fraction) -> dict[int, float]:
    """When each number is first shown, in seconds; numbers in the order of showing."""
    slots = enumerate(numbers_in(made.top))
    first: dict[int, float] = {}
    for number, group in groupby(slots, key=lambda slot: slot[1]):
        assert number not in first, f"{number} comes back"
        first[number] = float(next(group)[0] / rate)
    return first


def thorough(*values: object) -> object:
    """Parameters that only the longest test run takes."""
    return pytest.param(*values, marks=pytest.mark.thorough)


CASES = {
    "a burst at 60 in a still screen": [1500] * 30 + [90_000, 45_000] + [1500] * 30,
    "a conference, 7 to 20 a second": [4500, 9000, 12_857, 6000, 7777, 5000] * 8,
    "slides": [180_000, 91_234, 270_000],
    "a phone around 30": [2990, 3010, 2700, 3300, 3000, 2850, 3150] * 8,
    "uneven delays of a GIF": [9000, 27_000, 9000, 45_000],
}


@pytest.mark.parametrize("name", ["a.mp4", thorough("a.mkv")])
@pytest.mark.parametrize("steps", CASES.values(), ids=CASES.keys())
def test_frames_at_no_constant_rate_keep_their_times(
    tmp_path: Path, steps: list[int], name: str
) -> None:
    keeps_times(tmp_path, steps, name)


@given(
    steps=st.lists(st.integers(1530, 60_000) | st.sampled_from([1800, 3000, 6000]), max_size=40),
    name=st.sampled_from(["a.mp4", "a.mkv", "a.ts", "a.flv"]),
)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_times_are_kept(steps: list[int], name: str) -> None:
    with TemporaryDirectory() as folder:
        keeps_times(Path(folder), steps, name)


@pytest.mark.thorough
@given(
    steps=st.lists(st.integers(1530, 900_000) | st.sampled_from([1800, 3000]), max_size=60),
    name=st.sampled_from(["a.mp4", "a.mkv", "a.ts", "a.flv", "a.mov"]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_many_times_are_kept(steps: list[int], name: str) -> None:
    with TemporaryDirectory() as folder:
        keeps_times(Path(folder), steps, name)


def keeps_times(folder: Path, steps: Sequence[int], name: str) -> None:
    """No frame is lost, and none stands further from its time than half a step of the grid and
    the rounding of its container."""
    media, made = made_of(uneven(folder / name, steps), folder / "out")
    rate = grid(media).rate
    found = shown(made, rate)
    assert list(found) == list(range(len(steps) + 1))
    for number, ticks in enumerate(accumulate(steps, initial=0)):
        assert found[number] == pytest.approx(ticks / CLOCK, abs=float(1 / (2 * rate)) + 0.0011)


def test_repeated_frames_cost_next_to_nothing(tmp_path: Path) -> None:
    steps = CASES["a burst at 60 in a still screen"]
    _, made = made_of(uneven(tmp_path / "a.mp4", steps), tmp_path / "out")
    even = numbered(tmp_path / "even.mp4", *X264, count=len(steps) + 1, rate="60")
    _, plain = made_of(even, tmp_path / "plain")
    repeated = len(numbers_in(made.top)) - len(numbers_in(plain.top))
    assert repeated > len(steps)
    # With the keyframe of another group and the headers of fragments.
    assert (made.top.stat().st_size - plain.top.stat().st_size) / repeated < 200


@pytest.mark.sampled(2)
@pytest.mark.parametrize("seconds", [None, 2.0])
@pytest.mark.parametrize("name", ["a.mp4", thorough("a.mkv"), "a.ts", thorough("a.flv")])
def test_a_pause_is_kept_with_frames_and_audio_in_place(
    tmp_path: Path, name: str, seconds: float | None
) -> None:
    steps = [3000] * 60 + [12 * CLOCK] + [3000] * 30
    silent = uneven(tmp_path / "silent.mkv", steps)
    source = tmp_path / name
    ffmpeg("-i", silent, "-f", "lavfi", "-i", BEEPS.format(15), "-c:v", "copy", source)
    media, made = made_of(source, tmp_path / "out", seconds=seconds)
    found = shown(made, grid(media).rate)
    assert list(found) == list(range(len(steps) + 1))
    assert found[61] == pytest.approx(14, abs=0.04)
    assert beeps(made.folder / "audio.mp4") == pytest.approx(
        [float(at) for at in range(15)], abs=0.05
    )


def test_a_lost_signal_leaves_silence_and_a_held_frame(tmp_path: Path) -> None:
    source = broken_off(tmp_path, "a.ts", gap=13)
    media, made = made_of(source, tmp_path / "out")
    found = shown(made, grid(media).rate)
    assert list(found) == list(range(100))
    assert found[50] == pytest.approx(found[49] + 13 + 0.04, abs=0.1)
    # Beeps and frames move together: the one at 3 s is heard with frame 75.
    heard = beeps(made.folder / "audio.mp4")
    assert heard[-1] == pytest.approx(found[75], abs=0.02)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", ["a.ts", "a.flv", thorough("a.mkv")])
@pytest.mark.parametrize("offset", ["0", thorough("50"), "5000"])
def test_what_was_appended_follows_with_its_audio(tmp_path: Path, name: str, offset: str) -> None:
    source = appended(tmp_path, name, offset)
    media, made = made_of(source, tmp_path / "out")
    found = shown(made, grid(media).rate)
    assert list(found) == list(range(100))
    heard = beeps(made.folder / "audio.mp4")
    assert len(heard) == 4
    for beep, frame in zip(heard, (0, 25, 50, 75), strict=True):
        assert beep == pytest.approx(found[frame], abs=0.02)


def test_a_clock_that_goes_back_so_far_that_it_seems_to_wrap(tmp_path: Path) -> None:
    first, second = halves(tmp_path, "a.ts", "-output_ts_offset", "700")
    source = tmp_path / "back.ts"
    source.write_bytes(second.read_bytes() + first.read_bytes())
    media, made = made_of(source, tmp_path / "out")
    assert media.duration == pytest.approx(4, abs=0.2)
    assert list(shown(made, grid(media).rate)) == [*range(50, 100), *range(50)]
    assert len(beeps(made.folder / "audio.mp4")) == 4


def halves(folder: Path, name: str, *between: str) -> tuple[Path, Path]:
    """Two files of two seconds, numbered 0 to 49 and 50 to 99, a beep each second; options of the
    second."""
    whole = numbered(folder / "whole.mkv", *X264, "-g", "50", "-bf", "0", count=100)
    parts = []
    for number, options in enumerate(([], between)):
        sound = ["-f", "lavfi", "-i", BEEPS.format(2)]
        part = folder / f"part{number}_{name}"
        cut: list[str | Path] = ["-ss", str(2 * number), "-i", whole, *sound]
        cut += ["-map", "0:v", "-map", "1:a"]
        ffmpeg(*cut, "-c:v", "copy", "-c:a", "aac", "-t", "2", *options, part)
        parts.append(part)
    return parts[0], parts[1]


def broken_off(folder: Path, name: str, *, gap: int) -> Path:
    """A recording whose signal was away for so many seconds."""
    first, second = halves(folder, name, "-output_ts_offset", str(2 + gap))
    path = folder / name
    path.write_bytes(first.read_bytes() + second.read_bytes())
    return path


def appended(folder: Path, name: str, offset: str) -> Path:
    """Two files with clocks of their own in one, as `cat` or a recorder makes it."""
    first, second = halves(folder, name, "-output_ts_offset", offset)
    path = folder / name
    body = second.read_bytes()
    if name.endswith("flv"):
        body = body[13:]  # its header
    elif name.endswith("mkv"):
        body = body[body.index(b"\x1f\x43\xb6\x75") :]  # its first cluster
    path.write_bytes(first.read_bytes() + body)
    return path


@pytest.mark.sampled(8)
@pytest.mark.parametrize("seconds", [None, 2.0])
@pytest.mark.parametrize("name", ["a.mp4", thorough("a.mkv"), "a.ts", thorough("a.mov")])
@pytest.mark.parametrize("lead", [0.06, 1.5, thorough(3.0)])
def test_audio_before_the_first_frame_is_heard(
    tmp_path: Path, name: str, lead: float, seconds: float | None
) -> None:
    video = numbered(tmp_path / f"video_{name}", *X264, count=100)
    source = tmp_path / name
    sound = ["-f", "lavfi", "-i", BEEPS.format(7)]
    ffmpeg("-itsoffset", str(lead), "-i", video, *sound, "-c:v", "copy", source)
    media, made = made_of(source, tmp_path / "out", seconds=seconds)
    found = shown(made, grid(media).rate)
    assert list(found) == list(range(100))
    heard = beeps(made.folder / "audio.mp4")
    assert len(heard) == 7
    # Frame 25 is shown `lead` and a second after the first beep.
    assert found[25] - heard[0] == pytest.approx(lead + 1, abs=NEAR + 0.005)


@pytest.mark.parametrize("longer", [0.05, 1.8])
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_audio_after_the_last_frame_is_heard(tmp_path: Path, name: str, longer: float) -> None:
    tone = f"sine=f=1000:r=48000:d={4 + longer}"
    source = numbered(tmp_path / name, *X264, "-c:a", "aac", count=100, sound=tone)
    media, made = made_of(source, tmp_path / "out")
    numbers = numbers_in(made.top)
    assert numbers[:100] == list(range(100))
    assert set(numbers[100:]) <= {99}
    samples = samples_in(made.folder / "audio.mp4")
    last = max(at for at in range(0, len(samples), 48) if abs(samples[at]) > 300)
    assert last / 48_000 == pytest.approx(4 + longer, abs=0.03)
    if longer > 1:
        assert len(numbers) / grid(media).rate == pytest.approx(4 + longer, abs=0.05)


def test_an_edit_between_two_frames_moves_neither_frames_nor_audio(tmp_path: Path) -> None:
    source = numbered(
        tmp_path / "a.mp4", *X264, "-bf", "0", "-g", "1", count=60, rate="10", sound=BEEPS.format(6)
    )
    edited = tmp_path / "edited.mp4"
    ffmpeg("-ss", "0.53", "-i", source, "-c", "copy", edited)
    media, made = made_of(edited, tmp_path / "out")
    found = shown(made, grid(media).rate)
    heard = beeps(made.folder / "audio.mp4")
    # The beep at 2 s is heard with frame 20.
    assert min(abs(found[20] - beep) for beep in heard) < NEAR + 0.005


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_without_its_first_keyframe_a_file_begins_with_audio_alone(
    tmp_path: Path, name: str
) -> None:
    whole = numbered(tmp_path / "whole.mp4", *X264, "-g", "50", count=150, sound=BEEPS.format(6))
    source = tmp_path / name
    ffmpeg("-i", whole, "-c", "copy", "-bsf:v", "noise=drop='not(n)'", source)
    media, made = made_of(source, tmp_path / "out")
    found = shown(made, grid(media).rate)
    assert list(found) == list(range(50, 150))
    heard = beeps(made.folder / "audio.mp4")
    assert len(heard) == 6
    numbers = numbers_in(made.top)
    last_held = numbers.index(51) - 1
    assert last_held / 25 == pytest.approx(heard[2], abs=0.05)
