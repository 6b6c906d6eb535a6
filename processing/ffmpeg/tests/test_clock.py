"""Clocks that begin anew are mended alike in all streams, whichever of them are there."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate, chain, pairwise

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from processing.ffmpeg.errors import ProbeFailed
from processing.ffmpeg.media import AudioStream, Jump, Media
from processing.ffmpeg.probing import clock, probe_errors
from processing.ffmpeg.probing.measured import with_clocks
from processing.ffmpeg.probing.probe import ProbeLimits
from processing.ffmpeg.tests.clips import video_stream

BASE = Fraction(1, 90_000)
VIDEO = video_stream(time_base=BASE)
AUDIO = AudioStream(1, "aac", 2, 48_000, "und", BASE, 0, None, None)
SECOND = 90_000
FRAME, PACKET = 3600, 1920


@dataclass(frozen=True)
class Part:
    """So many frames from a tick on, and audio that begins `late` ticks after them (None: there
    is none)."""

    begin: int
    count: int
    late: int | None


def listed(parts: Sequence[Part], ahead: int) -> tuple[bytes, list[list[int]], list[list[int]]]:
    """ffprobe's lines, audio stored so many ticks ahead, and the times of video and audio."""
    lines, frames, audio_tracks = [], [], []
    for part in parts:
        shown = [part.begin + number * FRAME for number in range(part.count)]
        heard: list[int] = []
        if part.late is not None:
            first = part.begin + part.late
            heard = list(range(first, first + part.count * FRAME, PACKET))
        stored = [(at, 0, FRAME) for at in shown] + [(at - ahead, 1, PACKET) for at in heard]
        for at, stream, lasts in sorted(stored):
            pts = at + ahead * stream
            lines.append(f"{stream},{pts},{pts},{lasts},9,K_\n")
        frames.append(shown)
        audio_tracks.append(heard)
    return "".join(lines).encode(), frames, audio_tracks


def filtered(times: Sequence[int], jumps: Sequence[Jump]) -> list[int]:
    """What a filter makes of times: it knows the jumps alone."""
    base, later = (jumps[0], jumps[1:]) if jumps and jumps[0].by == 0 else (Jump(0, 0), jumps)
    shifts, at, before, made = [base, *later], 0, None, []
    for tick in times:
        if before is not None and at < len(later):
            by = later[at].by
            at += tick < before - FRAME if by < 0 else tick > before + by / 2
        before = tick
        made.append(tick + shifts[at].shift)
    return made


def alike(times: Sequence[int], wished: Sequence[int]) -> bool:
    return len(times) == len(wished) and all(
        abs(a - b) <= 1 for a, b in zip(times, wished, strict=True)
    )


def resumes_ahead(parts: Sequence[Part], ahead: int) -> bool:
    """Whether audio that is stored ahead comes again, after parts without any, just after where it
    ended, by its clock: nothing tells then that this clock is another."""
    heard = [(at, part) for at, part in enumerate(parts) if part.late is not None]
    return any(
        (ahead > 0 or (two.late or 0) < 0)
        and later - before > 1
        and 0 <= two.begin - one.begin < 12 * SECOND
        for (before, one), (later, two) in pairwise(heard)
    )


PARTS = st.lists(
    st.builds(
        Part,
        begin=st.sampled_from([0, 126_000, 900_000, 70_000_000, 400_000_000]),
        count=st.integers(60, 100),
        late=st.none() | st.integers(-20_000, 30_000),
    ),
    min_size=1,
    max_size=5,
)


@given(parts=PARTS, ahead=st.integers(-40_000, 40_000))
@example(parts=[Part(0, 60, 0), Part(0, 60, None), Part(0, 60, 0)], ahead=1)
@example(parts=[Part(126_000, 94, 0), Part(400_000_000, 92, None), Part(900_000, 95, 0)], ahead=0)
@settings(max_examples=40, derandomize=True, database=None, deadline=None)
def test_all_streams_are_mended_alike(parts: list[Part], ahead: int) -> None:
    for before, part in pairwise(parts):
        step = part.begin - before.begin - before.count * FRAME
        assume(step < -210_000 or step > 55_000_000)
    assume(not resumes_ahead(parts, ahead))
    lines, frames, audio_tracks = listed(parts, ahead)
    mended = clock.mend(io.BytesIO(lines), VIDEO, (AUDIO,))
    made = [int(line.split(b",")[0]) for line in mended.listing]
    begins = list(accumulate((len(shown) for shown in frames), initial=0))
    shifts = [
        made[begin] - shown[0] for begin, shown in zip(begins, frames, strict=False)
    ]  # fmt: skip
    expected = [tick + by for by, shown in zip(shifts, frames, strict=True) for tick in shown]
    assert alike(made, expected)
    assert made == sorted(made)
    clocks = {told.stream: told for told in mended.clocks}
    assert alike(filtered(list(chain(*frames)), clocks[0].jumps), expected)
    if 1 in clocks:
        heard = filtered(list(chain(*audio_tracks)), clocks[1].jumps)
        wished = [
            tick + by for by, sound in zip(shifts, audio_tracks, strict=True) for tick in sound
        ]
        assert alike(heard, wished)
        assert clocks[1].first_pts == pytest.approx(min(wished), abs=1)


def restarts(times: int) -> bytes:
    return b"".join(b"0,%d,%d,3600,9,K_\n" % (at, at) for at in [0, 90_000] * times)


def test_a_clock_that_always_jumps_is_refused_in_bounded_time() -> None:
    began = time.process_time()
    mended = clock.mend(io.BytesIO(restarts(100_000)), VIDEO, ())
    assert time.process_time() - began < 2
    (told,) = mended.clocks
    assert len(told.jumps) == clock.MAX_JUMPS + 1
    video = replace(VIDEO, jumps=told.jumps, duration=10.0)
    media = Media("mpegts", 10.0, 1, None, video, ())
    with pytest.raises(ProbeFailed) as caught:
        probe_errors.require_within(media, ProbeLimits())
    assert caught.value.code == "source_unsupported"
    assert "jump more than 500 times" in caught.value.message


def test_audio_alone_is_mended() -> None:
    lines, _, audio_tracks = listed([Part(900_000, 50, 0), Part(0, 50, 0), Part(0, 50, 0)], 0)
    clocks = clock.of_sound(io.BytesIO(lines), (AUDIO,))
    media = with_clocks(Media("ogg", 0.0, 1, None, None, (AUDIO,)), clocks)
    (stream,) = media.audio
    assert media.clock_jumps
    assert media.duration == pytest.approx(6, abs=0.1)
    heard = filtered(list(chain(*audio_tracks)), stream.jumps)
    assert heard == sorted(heard)


@pytest.mark.parametrize("held", [4, 300])
def test_frames_that_wait_over_a_pause_are_no_other_clock(held: int) -> None:
    """FFmpeg does not say when the first few are decoded; the second here is shown after a pause of
    seconds, before which others are."""
    ticks = held * SECOND
    frames = [(0, b"N/A"), (ticks, b"N/A"), (SECOND, b"0"), (2 * SECOND, b"90000")]
    frames.append((ticks + FRAME, b"180000"))
    lines = [b"0,%d,%s,3600,9,K_\n" % line for line in frames]
    lines.insert(2, b"1,0,0,1920,9,K_\n")
    mended = clock.mend(io.BytesIO(b"".join(lines)), VIDEO, (AUDIO,))
    assert [int(line.split(b",")[0]) for line in mended.listing] == [pts for pts, _ in frames]
    assert all(not one.jumps for one in mended.clocks)


@pytest.mark.parametrize(
    ("resumes", "begins", "placed"),
    [(250, 3, 10), (250, 900, 10), (500, 0, 20)],
    ids=["back", "far ahead", "after a pause"],
)
def test_a_stream_whose_clock_alone_is_set_stays_beside_the_others(
    resumes: int, begins: int, placed: int
) -> None:
    shown = [(number * FRAME, 0, number * FRAME, FRAME) for number in range(750)]
    before = [(at, 1, at, PACKET) for at in range(0, 10 * SECOND, PACKET)]
    after = [
        (resumes * FRAME + at, 1, begins * SECOND + at, PACKET)
        for at in range(0, 10 * SECOND, PACKET)
    ]
    lines = "".join(
        f"{stream},{pts},{pts},{lasts},9,K_\n"
        for _, stream, pts, lasts in sorted([*shown, *before, *after])
    )
    mended = clock.mend(io.BytesIO(lines.encode()), VIDEO, [AUDIO])
    assert [int(line.split(b",")[0]) for line in mended.listing] == [pts for _, _, pts, _ in shown]
    video, audio = mended.clocks
    assert video.jumps == ()
    assert audio.first_pts == 0
    assert audio.end_pts == pytest.approx((placed + 10) * SECOND, abs=PACKET)
    assert [round(float(jump.shift * BASE)) for jump in audio.jumps] == [placed - begins]
