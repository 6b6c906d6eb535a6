"""Whatever form audio has, has next, or had before: all of it is heard, where it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from processing.ffmpeg.planning.grid import lead_frames
from processing.ffmpeg.planning.tracks import tracks_of
from processing.ffmpeg.tests.clips import ffmpeg, grid, made_of, numbered
from processing.ffmpeg.tests.forms import FRAME, X264, Form, heard, part, pcm
from processing.ffmpeg.tests.test_frame_times import shown

pytestmark = pytest.mark.slow

NEAR = 0.010
CODECS = {
    "aac": ([48_000, 44_100, 32_000, 24_000, 22_050], [1, 2, 5, 6, 8]),
    "ac3": ([48_000, 44_100, 32_000], [1, 2, 3, 5, 6]),
    "mp2": ([48_000, 44_100, 32_000, 24_000, 22_050, 16_000], [1, 2]),
}
SPANS = st.sampled_from([None, 2.0])


def few(examples: int) -> settings:
    """The same ones each time."""
    return settings(
        max_examples=examples, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def many(examples: int) -> settings:
    """Others each time."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


@dataclass(frozen=True)
class Stretch:
    """So many frames with audio of one form, and beeps with two of them, after a hole of `gap`
    frames; `anew` is where its clock begins, in seconds, if not where the one before ended."""

    form: Form
    count: int
    early: int
    late: int
    gap: int
    anew: float | None

    @property
    def beeps(self) -> tuple[int, int]:
        return self.early, self.count - self.late


def stretches(codec: str) -> st.SearchStrategy[list[Stretch]]:
    rates, channels = CODECS[codec]
    one = st.builds(
        Stretch,
        st.builds(Form, st.sampled_from(rates), st.sampled_from(channels)),
        count=st.integers(25, 60),
        early=st.integers(2, 8),
        late=st.integers(4, 9),
        gap=st.sampled_from([0, 0, 1, 3, 10, 45]),
        anew=st.none() | st.sampled_from([0.0, 0.3, 5.0, 700.0, 2000.0]),
    )
    return st.lists(one, min_size=1, max_size=3)


@dataclass(frozen=True)
class Broadcast:
    """A transport stream; where it is `dense` frames of audio share its packets."""

    codec: str
    stretches: tuple[Stretch, ...]
    dense: bool


BROADCASTS = st.sampled_from(sorted(CODECS)).flatmap(
    lambda codec: st.builds(
        Broadcast, st.just(codec), stretches(codec).map(tuple), dense=st.booleans()
    )
)


def recorded(folder: Path, broadcast: Broadcast) -> Path:
    """One file of all stretches."""
    # Until the next packet after a change of rate FFmpeg's times of MPEG audio are wrong.
    rates = {one.form.rate for one in broadcast.stretches}
    assume(not broadcast.dense or broadcast.codec != "mp2" or len(rates) == 1)
    path, clock, first = folder / "a.ts", 1.0, 0
    for number, one in enumerate(broadcast.stretches):
        clock += one.gap * FRAME
        if number and one.anew is not None:
            # By less nobody can tell it from a hole or from frames in another order.
            assume(one.anew < clock - 2.5 or one.anew > clock + 610)
            clock = one.anew
        encoder = ["-c:a", broadcast.codec]
        encoder += [] if broadcast.dense else ["-muxdelay", "0", "-muxpreload", "0"]
        encoder += ["-output_ts_offset", f"{clock:.3f}"]
        made = part(
            folder / f"{number}.ts", one.form, encoder,
            first=first, count=one.count, beeps=one.beeps,
        )  # fmt: skip
        with path.open("ab") as joined:
            joined.write(made.read_bytes())
        clock, first = clock + one.count * FRAME, first + one.count
    return path


def is_kept(folder: Path, broadcast: Broadcast, seconds: float | None) -> None:
    media, made = made_of(recorded(folder, broadcast), folder / "out", seconds=seconds)
    found = shown(made, grid(media).rate)
    begins = list(accumulate((one.count for one in broadcast.stretches), initial=0))
    assert list(found) == list(range(begins[-1]))
    jumps = any(stream.jumps for stream in (media.video, *media.audio) if stream is not None)
    # After a jump frames need not stand on the grid.
    near = NEAR + (float(1 / (2 * grid(media).rate)) if jumps else 0)
    beeps = [
        found[begin + beep]
        for begin, one in zip(begins, broadcast.stretches, strict=False)
        for beep in one.beeps
    ]
    assert heard(made.folder / "audio.mp4") == pytest.approx(beeps, abs=near)
    for begin, one in zip(begins[1:], broadcast.stretches[1:], strict=False):
        gap = 0 if one.anew is not None else one.gap
        assert found[begin] - found[begin - 1] == pytest.approx((gap + 1) * FRAME, abs=0.1)


@given(broadcast=BROADCASTS, seconds=SPANS)
@few(2)
def test_a_broadcast_is_kept(broadcast: Broadcast, seconds: float | None) -> None:
    with TemporaryDirectory() as folder:
        is_kept(Path(folder), broadcast, seconds)


@pytest.mark.thorough
@pytest.mark.timeout(1800)
@given(broadcast=BROADCASTS, seconds=SPANS)
@many(60)
def test_any_broadcast_is_kept(broadcast: Broadcast, seconds: float | None) -> None:
    with TemporaryDirectory() as folder:
        is_kept(Path(folder), broadcast, seconds)


ALL_RATES = [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000]
PCM = ["pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"]
BIG = ["pcm_s16be", "pcm_s24be", "pcm_s32be"]
UP_TO_48 = [rate for rate in ALL_RATES if rate <= 48_000]
ANY_NUMBER = [*range(1, 13), 16]
ALONE: list[tuple[str, list[str], list[int], Sequence[int]]] = [
    ("a.wav", [*PCM, "pcm_u8", "pcm_alaw"], ALL_RATES, ANY_NUMBER),
    ("a.w64", PCM, ALL_RATES, ANY_NUMBER),
    ("a.aiff", [*BIG, "pcm_s8"], ALL_RATES, ANY_NUMBER),
    ("a.caf", [*BIG, "pcm_f32be"], ALL_RATES, ANY_NUMBER),
    ("a.au", BIG, ALL_RATES, ANY_NUMBER),
    ("a.mov", ["pcm_s16le", "pcm_s24be"], ALL_RATES, ANY_NUMBER),
    ("a.mka", PCM[:3], ALL_RATES, ANY_NUMBER),
    ("a.flac", ["flac"], ALL_RATES, range(1, 9)),
    ("a.mka", ["flac", "wavpack"][:1], ALL_RATES, range(1, 9)),
    ("a.mka", ["libvorbis"], ALL_RATES, range(1, 9)),
    ("a.mka", ["aac"], UP_TO_48, [1, 2, 5, 6, 8]),
    ("a.mka", ["ac3", "eac3"], [32_000, 44_100, 48_000], range(1, 7)),
    ("a.mka", ["libmp3lame", "mp2"], [16_000, 22_050, 24_000, 32_000, 44_100, 48_000], [1, 2]),
    ("a.ogg", ["libvorbis", "flac"], ALL_RATES[:-1], range(1, 9)),
    ("a.opus", ["libopus"], [48_000], [1, 2, 6, 8]),
    ("a.mka", ["libopus"], [48_000], [1, 2, 6, 8]),
    ("a.m4a", ["aac"], UP_TO_48, [1, 2, 5, 6, 8]),
    ("a.m4a", ["alac"], UP_TO_48, [1, 2, 6]),
    ("a.mp3", ["libmp3lame"], [16_000, 22_050, 24_000, 32_000, 44_100, 48_000], [1, 2]),
    ("a.aac", ["aac"], UP_TO_48, [1, 2, 5, 6, 8]),
    ("a.ac3", ["ac3"], [32_000, 44_100, 48_000], range(1, 7)),
    ("a.flv", ["aac"], [44_100, 48_000], [1, 2]),
    ("a.wma", ["wmav2"], [22_050, 44_100, 48_000], [1, 2]),
    ("a.avi", ["pcm_s16le", "ac3", "libmp3lame"], [44_100, 48_000], [1, 2]),
    ("a.ts", ["aac", "ac3", "mp2"], [44_100, 48_000], [1, 2]),
    ("a.ts", ["aac", "ac3"], [44_100, 48_000], [6]),
]


@dataclass(frozen=True)
class Alone:
    """Audio alone: beeps left and right by turns."""

    name: str
    codec: str
    form: Form
    beeps: tuple[float, ...]
    rest: float


KINDS_ALONE = st.sampled_from(ALONE).flatmap(
    lambda kind: st.builds(
        Alone,
        st.just(kind[0]),
        st.sampled_from(kind[1]),
        st.builds(Form, st.sampled_from(kind[2]), st.sampled_from(list(kind[3]))),
        beeps=st.lists(st.integers(20, 120), min_size=2, max_size=6).map(
            lambda steps: tuple(number / 100 for number in accumulate(steps))
        ),
        rest=st.sampled_from([0.12, 0.5, 1.7]),
    )
)


def is_heard(folder: Path, alone: Alone, seconds: float | None) -> None:
    stereo = alone.form.channels > 1
    places = [(at, number % 2 if stereo else 0) for number, at in enumerate(alone.beeps)]
    lasts = alone.beeps[-1] + alone.rest
    sound = pcm(folder / "a.pcm", alone.form, lasts, places)
    source = folder / alone.name
    strict = ["-strict", "-2"] if alone.codec.startswith("pcm") else []
    ffmpeg(*sound, "-c:a", alone.codec, *strict, source)
    media, made = made_of(source, folder / "out", seconds=seconds)
    assert media.audio[0].channels == alone.form.channels
    for side in (0, 1):
        wished = [at for at, channel in places if channel == side or not stereo]
        told = heard(made.folder / "audio.mp4", side)
        assert len(told) == len(wished), (told, wished)
        late = [a - b for a, b in zip(told, wished, strict=True)]
        # What encoders begin with is part of it where nothing tells of that.
        assert min(late) >= -NEAR / 2
        assert max(late) <= 0.03 + 2500 / alone.form.rate
        assert max(late) - min(late) <= NEAR / 2


@given(alone=KINDS_ALONE, seconds=SPANS)
@few(2)
def test_audio_alone_is_heard(alone: Alone, seconds: float | None) -> None:
    with TemporaryDirectory() as folder:
        is_heard(Path(folder), alone, seconds)


@pytest.mark.thorough
@pytest.mark.timeout(1800)
@given(alone=KINDS_ALONE, seconds=SPANS)
@many(120)
def test_any_audio_alone_is_heard(alone: Alone, seconds: float | None) -> None:
    with TemporaryDirectory() as folder:
        is_heard(Path(folder), alone, seconds)


@dataclass(frozen=True)
class Tone:
    """A track: audio of so many seconds from a second on, with a beep near either end."""

    codec: str
    form: Form
    start: float
    seconds: float

    @property
    def beeps(self) -> tuple[float, float]:
        return 0.1, self.seconds - 0.25


@dataclass(frozen=True)
class Film:
    """Frames from number `start` of the clock on, with audio tracks."""

    name: str
    start: int
    count: int
    tones: tuple[Tone, ...]


IN_CONTAINER = {
    "a.mp4": ["aac", "ac3", "libopus", "alac"],
    "a.mov": ["aac", "pcm_s16le", "alac"],
    "a.mkv": ["aac", "ac3", "libopus", "libvorbis", "flac", "pcm_s16le", "libmp3lame"],
    "a.ts": ["aac", "ac3", "mp2"],
}


def tones(name: str) -> st.SearchStrategy[Tone]:
    return st.builds(
        Tone,
        st.sampled_from(IN_CONTAINER[name]),
        st.builds(Form, st.sampled_from([44_100, 48_000]), st.sampled_from([1, 2])),
        start=st.integers(0, 120).map(lambda n: n / 100),
        seconds=st.integers(60, 320).map(lambda n: n / 100),
    )


FILMS = st.sampled_from(sorted(IN_CONTAINER)).flatmap(
    lambda name: st.builds(
        Film,
        st.just(name),
        start=st.integers(0, 15),
        count=st.integers(25, 75),
        tones=st.lists(tones(name), min_size=1, max_size=3).map(tuple),
    )
)


def mixed(folder: Path, film: Film) -> Path:
    silent = numbered(folder / "silent.mkv", *X264, count=film.count)
    inputs = ["-itsoffset", f"{film.start * FRAME:.3f}", "-i", str(silent)]
    chosen = ["-map", "0", "-c:v", "copy"]
    for number, tone in enumerate(film.tones):
        rate = 48_000 if tone.codec == "libopus" else tone.form.rate
        form = Form(rate, tone.form.channels)
        places = [(at, -1 if form.channels > 1 else 0) for at in tone.beeps]
        sound = pcm(folder / f"{number}.pcm", form, tone.seconds, places)
        inputs += ["-itsoffset", f"{tone.start:.3f}", *sound]
        chosen += ["-map", str(number + 1), f"-c:a:{number}", tone.codec]
    path = folder / film.name
    ffmpeg(*inputs, *chosen, "-strict", "-2", path)
    return path


def is_in_step(folder: Path, film: Film, seconds: float | None) -> None:
    media, made = made_of(mixed(folder, film), folder / "out", seconds=seconds)
    tracks = tracks_of(media)
    assume(len(tracks) == len(film.tones))  # tracks of one speaker each are put together
    found = shown(made, grid(media).rate)
    assert list(found) == list(range(film.count))
    rate = grid(media).rate
    zero = float(lead_frames(media, rate) / rate) - film.start * FRAME
    for track, tone in zip(tracks, film.tones, strict=True):
        told = heard(made.folder / track.filename)
        assert told == pytest.approx([zero + tone.start + at for at in tone.beeps], abs=NEAR)


@given(film=FILMS, seconds=SPANS)
@few(2)
def test_tracks_are_in_step(film: Film, seconds: float | None) -> None:
    with TemporaryDirectory() as folder:
        is_in_step(Path(folder), film, seconds)


@pytest.mark.thorough
@pytest.mark.timeout(1800)
@given(film=FILMS, seconds=SPANS)
@many(100)
def test_any_tracks_are_in_step(film: Film, seconds: float | None) -> None:
    with TemporaryDirectory() as folder:
        is_in_step(Path(folder), film, seconds)
