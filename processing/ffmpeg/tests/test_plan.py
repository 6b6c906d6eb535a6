"""What is decided of a source, and the sentences that say why."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from processing.ffmpeg.media import AudioStream, Media
from processing.ffmpeg.planning import span_plan
from processing.ffmpeg.planning.ladder import DEFAULT, Profile
from processing.ffmpeg.planning.plan import EncodePlan, plan_encode, plan_of
from processing.ffmpeg.planning.span_plan import WHOLE
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.probing.timeline import Timeline
from processing.ffmpeg.tests.clips import grid, video_stream

BASE = 12_800
AUDIO = AudioStream(
    index=1, codec="aac", channels=2, sample_rate=48_000, language="und",
    time_base=Fraction(1, 48_000), start_pts=0, duration=10.0, bitrate=None,
)  # fmt: skip


def media(*sound: AudioStream, seconds: float = 10.0, **changes: Any) -> Media:
    video = video_stream(**{"duration": seconds, "frames": None, **changes})
    return Media("matroska,webm", seconds, 1, None, video, sound)


def line(
    seconds: float = 10.0, rate: Fraction = Fraction(25), *, constant: bool = True
) -> Timeline:
    end = round(seconds * BASE)
    keyframes = tuple(range(0, end, 2 * BASE))
    frames, exact = round(seconds * rate), rate if constant else None
    return Timeline(keyframes, frames, 0, end, constant, closed=True, steady=True, rate=exact)


def planned(found: Media, of: Timeline | None, *, whole: bool = False) -> EncodePlan:
    return plan_encode(with_timeline(found, of), of, DEFAULT, whole=whole)[0]


@pytest.mark.parametrize(("rate", "made"), [(24, 24), (60, 60), (120, 60), (100, 50), (240, 60)])
def test_the_sources_rate_is_its_own_and_the_grid_at_most_60(rate: int, made: int) -> None:
    found = with_timeline(media(frame_rate=Fraction(rate)), line(rate=Fraction(rate)))
    assert found.video is not None
    assert found.video.frame_rate == rate
    assert not found.video.varies
    assert grid(found).rate == made


def test_a_varying_rate_is_told_as_its_average_and_made_at_that_of_its_bursts() -> None:
    found = with_timeline(media(frame_rate=Fraction(60)), line(rate=Fraction(16), constant=False))
    assert found.video is not None
    assert found.video.frame_rate == 16
    assert found.video.varies
    assert grid(found).rate == 60


def test_a_plan_survives_json() -> None:
    plan = planned(media(AUDIO), line())
    assert EncodePlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_a_plan_is_small_however_long_the_film() -> None:
    plan, spans = plan_encode(media(seconds=40_000.0), line(40_000.0), DEFAULT)
    assert plan.spans == len(spans) > 100
    assert len(json.dumps(plan.to_json())) < 4_000


def test_audio_alone_has_no_grid_and_no_rungs() -> None:
    plan = plan_of(replace(media(AUDIO)), Profile("sound", ()))
    assert (plan.grid, plan.rungs, len(plan.tracks), plan.seconds) == (None, (), 1, 10.0)


WHY = [
    (media(), line(), "It is made at 25 frames a second: the source's own rate."),
    (
        media(frame_rate=Fraction(120)), line(rate=Fraction(120)),
        "It is made at 60 frames a second: the source has 120, and 60 is the maximum.",
    ),
    (
        media(frame_rate=Fraction(30)), line(rate=Fraction(33, 2), constant=False),
        "It is made at 30 frames a second: the source's rate varies, 16.5 on average.",
    ),
    (media(), replace(line(), steady=False), "It is made in one piece: its clock jumps."),
    (media(), None, "It is made in one piece: nothing reliable is known of its times."),
    (
        media(replace(AUDIO, duration=14.0)), line(),
        "The last frame stays for 4 s, because the audio goes on.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("found", "of", "reason"), WHY)
def test_a_plan_says_why(found: Media, of: Timeline | None, reason: str) -> None:
    assert reason in planned(found, of).reasons


def test_what_did_not_fit_together_is_made_in_one_piece() -> None:
    plan, spans = plan_encode(media(), line(), DEFAULT, whole=True)
    assert spans == (WHOLE,)
    assert (
        "It is made in one piece, because its parts did not fit together in the job before."
        in plan.reasons
    )


def test_what_is_kept_as_it_is_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    spans = (replace(WHOLE, keyframes=(0,), copied_sound=(1,)),)
    monkeypatch.setattr(span_plan, "plan", lambda *_: spans)
    plan = planned(media(AUDIO), line())
    assert plan.passthrough == ("1080p", "audio")
    kept = "1080p is copied without encoding, because the source already has that form."
    assert kept in plan.reasons
