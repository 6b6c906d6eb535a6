"""What is stored is held against the plan."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from processing.ffmpeg.planning.grid import Grid
from processing.ffmpeg.planning.ladder import Rung
from processing.ffmpeg.planning.plan import EncodePlan
from processing.ffmpeg.planning.tracks import AudioTrack
from processing.packaging.kinds import Kind
from processing.packaging.plan_checks import check_plan
from processing.packaging.release import StoredChunk, StoredRendition

RUNG = Rung("120p", 160, 120, 22, 100_000, 150_000)
TRACK = AudioTrack("audio", 1, "und", default=True, title="")
PLAN = EncodePlan(
    Grid(Fraction(25), 250), Fraction(0), 10.0, rungs=(RUNG,), tracks=(TRACK,), spans=3
)


def made(name: str, seconds: float, scale: int = 1000) -> StoredRendition:
    chunk = StoredChunk(0, name, 1, 1, 0, round(seconds * scale), ())
    kind = Kind.VIDEO if name == "120p" else Kind.AUDIO
    return StoredRendition(name, kind, "", scale, 0, 0, [chunk])


def codes(*renditions: StoredRendition, plan: EncodePlan = PLAN) -> list[str]:
    return [finding.code for finding in check_plan(renditions, plan)]


def test_what_is_as_planned_is_right() -> None:
    assert codes(made("120p", 10), made("audio", 10)) == []


@pytest.mark.parametrize(
    ("renditions", "found"),
    [
        ([made("120p", 10)], ["not_made"]),
        ([made("120p", 10), made("audio", 10), made("extra", 10)], ["not_planned"]),
        ([made("120p", 9.9), made("audio", 10)], ["too_short"]),
        ([made("120p", 10), made("audio", 9.8)], ["too_short"]),
    ],
)
def test_what_is_missing_or_short_is_wrong(
    renditions: list[StoredRendition], found: list[str]
) -> None:
    assert codes(*renditions) == found


def test_what_is_made_in_one_piece_may_be_a_little_shorter() -> None:
    whole = replace(PLAN, spans=1)
    assert codes(made("120p", 9.9), made("audio", 9.9), plan=whole) == []
    assert codes(made("120p", 9.0), made("audio", 9.0), plan=whole) == ["too_short", "too_short"]


def test_audio_alone_is_as_long_as_it_is() -> None:
    alone = replace(PLAN, grid=None, rungs=())
    assert codes(made("audio", 8.0), plan=alone) == []
    assert codes(plan=alone) == ["not_made"]
