"""A timeline encoded in pieces is the timeline encoded as a whole: frames, times and audio."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from processing.ffmpeg.media import Media
from processing.ffmpeg.output_format import PACKET, timescale
from processing.ffmpeg.planning import span_plan
from processing.ffmpeg.planning.grid import lead_frames
from processing.ffmpeg.tests.clips import (
    TINY,
    Made,
    described,
    encoded,
    ffmpeg,
    grid,
    join,
    line_of,
    numbered,
    numbers_in,
    samples_in,
)
from processing.packaging.checker import check_chunk
from processing.packaging.track import Track

pytestmark = pytest.mark.slow

TONE = "sine=f=440:r=48000:d=6"
X264 = ["-c:v", "libx264", "-preset", "veryfast", "-g", "40"]
OPEN_GOPS = ["-bf", "3", "-x264-params", "open-gop=1:b-pyramid=normal"]
X265 = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "keyint=30:bframes=4:open-gop=1"]


@dataclass(frozen=True)
class Cut:
    """A source encoded as a whole, in spans, and the spans joined again."""

    media: Media
    spans: tuple[span_plan.Span, ...]
    whole: Made
    parts: tuple[Made, ...]
    folder: Path

    def joined(self, name: str) -> Path:
        """One track of all spans."""
        parts = [part.folder / f"{name}.mp4" for part in self.parts]
        return join(parts, self.folder / f"{name}.mp4")


def cut(source: Path, folder: Path, seconds: float | None = 2) -> Cut:
    """Encode a clip both ways, and check what every span must have."""
    folder.mkdir(exist_ok=True)
    media = described(source)
    line = line_of(source, media)
    assert span_plan.why_whole(media, line) is None
    spans = span_plan.plan(media, line, TINY, seconds=seconds)
    whole = encoded(source, folder / "whole", TINY, media=media)
    parts = tuple(
        encoded(source, folder / str(span.number), TINY, media=media, span=span) for span in spans
    )
    result = Cut(media, spans, whole, parts, folder)
    for name in whole.names:
        agree(result, name)
    return result


def agree(made: Cut, name: str) -> None:
    """Every part begins where the plan says and where the one before ended; one init for all."""
    whole = made.whole.track(name)
    tracks = [part.track(name) for part in made.parts]
    assert {track.init for track in tracks} == {whole.init}
    for span, track in zip(made.spans, tracks, strict=True):
        assert check_chunk(track, start=begin(made, span, track), frames=planned(span, track)) == []
    # The end of audio that is resampled is found a millisecond sooner or later.
    apart = abs(sum(track.duration for track in tracks) - whole.duration)
    assert apart <= (48 if whole.handler == "soun" else 0)


def begin(made: Cut, span: span_plan.Span, track: Track) -> int:
    if track.handler == "soun":
        return span.first_packet * PACKET
    rate = grid(made.media).rate
    return int(span.first_frame * timescale(rate) / rate)


def planned(span: span_plan.Span, track: Track) -> int | None:
    if track.handler == "soun":
        return None if span.end_packet is None else span.end_packet - span.first_packet
    return None if span.end_frame is None else span.end_frame - span.first_frame


def same_frames(made: Cut) -> list[int]:
    name = made.whole.rungs[0].name
    numbers = numbers_in(made.joined(name))
    assert numbers == numbers_in(made.whole.top)
    return numbers


RATES = ["24000/1001", "25", "30000/1001", "30", "60000/1001", "60"]


@pytest.mark.thorough
@pytest.mark.parametrize("offset", ["0", "3.21"])
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
@pytest.mark.parametrize("rate", RATES)
def test_every_rate_in_every_container_with_and_without_an_offset(
    tmp_path: Path, rate: str, name: str, offset: str
) -> None:
    count = round(6 * Fraction(rate))
    arguments = [*X264, "-output_ts_offset", offset]
    made = cut(numbered(tmp_path / name, *arguments, count=count, rate=rate), tmp_path / "out")
    assert len(made.spans) == 3
    assert same_frames(made) == list(range(count))


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("name", "rate", "arguments"),
    [
        ("a.mp4", "24000/1001", [*X264, *OPEN_GOPS]),
        # Keyframes a frame or two after the borders.
        ("a.mp4", "25", [*X264, "-g", "51"]),
        ("a.mkv", "30000/1001", [*X264, *OPEN_GOPS]),
        ("a.mkv", "60000/1001", [*X264, "-output_ts_offset", "3.21"]),
        ("a.ts", "30", [*X264, *OPEN_GOPS, "-output_ts_offset", "7.7"]),
        ("a.ts", "25", X265),
        ("a.mp4", "60", [*X264, "-bf", "2"]),
    ],
)
def test_joined_spans_have_the_frames_of_the_whole(
    tmp_path: Path, name: str, rate: str, arguments: list[str]
) -> None:
    count = round(6 * Fraction(rate))
    made = cut(numbered(tmp_path / name, *arguments, count=count, rate=rate), tmp_path / "out")
    assert len(made.spans) == 3
    assert same_frames(made) == list(range(count))


@pytest.mark.parametrize("name", ["vfr.mp4", "vfr.mkv"])
def test_a_variable_rate_has_the_same_grid_in_spans(tmp_path: Path, name: str) -> None:
    uneven = ["-vf", "select='gt(mod(n,7),2)+between(n,60,90)'", "-fps_mode", "passthrough"]
    source = numbered(tmp_path / name, *uneven, *X264, "-bf", "2", count=180, rate="30")
    numbers = same_frames(cut(source, tmp_path / "out"))
    assert numbers == sorted(numbers)
    assert len(set(numbers)) > 100


@pytest.mark.parametrize("begin", ["0.7", "1.53"])
def test_frames_before_an_edit_list_are_left_out_of_spans(tmp_path: Path, begin: str) -> None:
    source = numbered(tmp_path / "a.mp4", *X264, *OPEN_GOPS, count=200, sound=TONE)
    edited = tmp_path / "edited.mp4"
    ffmpeg("-ss", begin, "-i", source, "-c", "copy", edited)
    made = cut(edited, tmp_path / "out")
    numbers = same_frames(made)
    # The audio begins where the edit does, which is before the next keyframe.
    held = [numbers[0]] * lead_frames(made.media, Fraction(25))
    assert numbers == [*held, *range(numbers[0], 200)]
    assert numbers[0] == pytest.approx(25 * float(begin), abs=2)


def test_times_before_zero_are_kept_in_spans(tmp_path: Path) -> None:
    shifted = ["-output_ts_offset", "-1.5", "-avoid_negative_ts", "disabled"]
    source = numbered(tmp_path / "a.ts", *X264, *OPEN_GOPS, *shifted, count=150)
    assert same_frames(cut(source, tmp_path / "out")) == list(range(150))


def test_a_source_with_one_keyframe_is_decoded_from_it(tmp_path: Path) -> None:
    source = numbered(tmp_path / "a.mkv", "-c:v", "libx264", "-g", "999", count=150)
    made = cut(source, tmp_path / "out")
    assert {span.seek for span in made.spans} == {None}
    assert same_frames(made) == list(range(150))


def test_the_shipped_plan_begins_with_a_short_span(tmp_path: Path) -> None:
    source = numbered(tmp_path / "a.mp4", *X264, count=275, sound="sine=d=11")
    made = cut(source, tmp_path / "out", seconds=None)
    assert [span.first_frame for span in made.spans] == [0, 25, 100, 200]
    assert same_frames(made) == list(range(275))


def test_a_frame_that_stays_is_held_in_every_span(tmp_path: Path) -> None:
    source = numbered(tmp_path / "a.mp4", *X264, count=30, sound="sine=d=9")
    made = cut(source, tmp_path / "out")
    assert len(made.spans) == 4
    assert same_frames(made) == [*range(30), *[29] * 195]


def beats(path: Path, *arguments: str) -> Path:
    """Eight seconds with a flash and a beep of 0.1 s at 0.5 s of each second."""
    white = (
        "color=black:s=256x144:r=25:d=8,drawbox=c=white:t=fill:enable='between(mod(t,1),.49,.59)'"
    )
    tone = "aevalsrc='0.8*sin(2*PI*1000*t)*between(mod(t,1),0.5,0.6)':s=44100:d=8"
    inputs = ["-f", "lavfi", "-i", white, "-f", "lavfi", "-i", tone, "-pix_fmt", "yuv420p"]
    ffmpeg(*inputs, *arguments, path)
    return path


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("a.mp4", [*X264, *OPEN_GOPS, "-c:a", "aac"]),
        ("a.mkv", [*X264, "-c:a", "ac3", "-output_ts_offset", "4.2"]),
        ("a.ts", [*X264, "-c:a", "aac", "-output_ts_offset", "9"]),
    ],
)
def test_flash_and_beep_stay_together_over_borders(
    tmp_path: Path, name: str, arguments: list[str]
) -> None:
    made = cut(beats(tmp_path / name, *arguments), tmp_path / "out")
    flashes = [number / 25 for number in rises(numbers_in(made.joined("144p")))]
    beeps = [sample / 48_000 for sample in onsets(samples_in(made.joined("audio")))]
    assert len(beeps) == 8
    assert flashes == [pytest.approx(second + 0.52, abs=0.021) for second in range(8)]
    assert beeps == [pytest.approx(second + 0.5, abs=0.01) for second in range(8)]
    assert made.joined("audio").stat().st_size > 0


def rises(numbers: Sequence[int]) -> list[int]:
    """Where frames turn from black to white."""
    return [n for n, (a, b) in enumerate(pairwise([0, *numbers])) if b and not a]


def onsets(samples: Sequence[int]) -> list[int]:
    """Where audio begins after a tenth of a second of silence."""
    found, quiet = [], 4800
    for number, level in enumerate(samples):
        if abs(level) > 5000:
            if quiet >= 4800:
                found.append(number)
            quiet = 0
        else:
            quiet += 1
    return found


CHIRP = "aevalsrc='0.4*sin(2*PI*440*t)+0.2*sin(2*PI*997*t*(1+t/50))':s={rate}:d=6"


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("name", "rate", "arguments"),
    [
        ("a.m4a", 44100, ["-c:a", "aac"]),
        ("a.mka", 48000, ["-c:a", "libopus"]),
        pytest.param("a.mka", 44100, ["-c:a", "aac"], marks=pytest.mark.thorough),
        pytest.param("a.ts", 44100, ["-c:a", "aac"], marks=pytest.mark.thorough),
        ("a.flv", 22050, ["-c:a", "libmp3lame"]),
        pytest.param("a.wav", 96000, [], marks=pytest.mark.thorough),
        pytest.param("a.ogg", 48000, ["-c:a", "libvorbis"], marks=pytest.mark.thorough),
    ],
)
def test_audio_of_joined_spans_is_the_audio_of_the_whole(
    tmp_path: Path, name: str, rate: int, arguments: list[str]
) -> None:
    source = tmp_path / name
    ffmpeg("-f", "lavfi", "-i", CHIRP.format(rate=rate), *arguments, source)
    made = cut(source, tmp_path / "out")
    assert len(made.spans) >= 2
    joined, whole = samples_in(made.joined("audio")), samples_in(made.folder / "whole/audio.mp4")
    assert len(joined) == len(whole)
    # A lag of one sample alone would be 2 500 here.
    assert max(abs(a - b) for a, b in zip(joined, whole, strict=True)) < 2000
    apart = sum((a - b) ** 2 for a, b in zip(joined, whole, strict=True)) / len(whole)
    assert apart**0.5 < 200


def test_audio_that_ends_early_or_begins_late_is_silence_in_its_spans(tmp_path: Path) -> None:
    source = tmp_path / "a.mkv"
    numbered(source, *X264, "-af", "atrim=3:5,volume=2", count=225, sound="sine=d=9:r=48000")
    made = cut(source, tmp_path / "out")
    levels = samples_in(made.joined("audio"))
    heard = [max(abs(level) for level in levels[at : at + 9600]) > 500
             for at in range(19_200, 9 * 48_000, 48_000)]  # fmt: skip
    assert heard == [False, False, False, True, True, False, False, False, False]


def test_every_language_is_a_track_of_its_own(tmp_path: Path) -> None:
    source = numbered(tmp_path / "one.mkv", *X264, count=150, sound="sine=f=440:d=6")
    several = tmp_path / "several.mkv"
    languages = ["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=fra"]
    ffmpeg("-i", source, "-f", "lavfi", "-i", "sine=f=880:d=6", "-map", "0", "-map", "1",
           "-c:v", "copy", *languages, several)  # fmt: skip
    made = cut(several, tmp_path / "out")
    assert made.whole.names == {"144p", "audio-eng", "audio-fra"}
    # What follows the end is the encoder's noise.
    heard = [samples_in(made.joined(name))[: 5 * 48_000] for name in ("audio-eng", "audio-fra")]
    tones = [crossings(samples) for samples in heard]
    assert tones == [pytest.approx(440, abs=4), pytest.approx(880, abs=4)]


def crossings(samples: Sequence[int]) -> float:
    """How often a second the audio rises through zero."""
    rising = sum(1 for a, b in pairwise(samples) if a < 0 <= b)
    return rising * 48_000 / len(samples)


@pytest.mark.parametrize("speaker", ["FL", "FC", "SL"])
def test_surround_speakers_are_heard_in_stereo(tmp_path: Path, speaker: str) -> None:
    """Center and surround 3 dB down, as everybody mixes them."""
    source = tmp_path / "a.mka"
    tone = f"aevalsrc='0.5*sin(880*PI*t)':d=2,pan=5.1(side)|{speaker}=c0"
    ffmpeg("-f", "lavfi", "-i", tone, "-c:a", "flac", source)
    made = encoded(source, tmp_path / "out", TINY)
    left = peak(made.folder / "audio.mp4", "FL")
    assert left == pytest.approx(0.5 if speaker == "FL" else 0.354, abs=0.02)


def test_loud_surround_is_held_below_full_scale(tmp_path: Path) -> None:
    source = tmp_path / "a.mka"
    tone = "aevalsrc='0.9*sin(880*PI*t)':d=2,pan=5.1(side)|FL=c0|FR=c0|FC=c0|LFE=c0|SL=c0|SR=c0"
    ffmpeg("-f", "lavfi", "-i", tone, "-c:a", "flac", source)
    made = encoded(source, tmp_path / "out", TINY)
    assert 0.85 < peak(made.folder / "audio.mp4", "FL") <= 1.0


def test_mono_is_as_loud_on_both_sides(tmp_path: Path) -> None:
    source = tmp_path / "a.mka"
    ffmpeg("-f", "lavfi", "-i", "aevalsrc='0.5*sin(880*PI*t)':d=2", "-c:a", "flac", source)
    made = encoded(source, tmp_path / "out", TINY)
    sides = [peak(made.folder / "audio.mp4", side) for side in ("FL", "FR")]
    assert sides == [pytest.approx(0.5, abs=0.02)] * 2


def peak(path: Path, speaker: str) -> float:
    """The largest level of one side, 1.0 being full scale, once it has settled."""
    measured = f"atrim=start=0.5,pan=mono|c0={speaker},astats=measure_overall=Peak_level"
    log = ffmpeg("-i", path, "-af", measured, "-f", "null", "-")
    found = re.findall(r"Peak level dB: ([-\d.]+)", log)
    return float(10 ** (float(found[-1]) / 20))
