"""Files that people reported elsewhere become what good players show, or say what is missing.

They are part of the corpus (`reports`); each stands for a kind of file that other tests make
themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from processing.audit import release_audit
from processing.ffmpeg.tests.clips import asked, beeps, made_of, numbers_of_distinct
from tests import corpus
from videos.models import Video

REPORTS = corpus.CORPUS / "reports"


@dataclass(frozen=True)
class Case:
    """What is right: `seconds` in all, so many `distinct` frames, `beeps` that are heard (None:
    not looked at), sound `tracks`, and the codes of its notices."""

    name: str
    seconds: float
    distinct: int | None = None
    beeps: int | None = None
    tracks: int = 1
    notices: frozenset[str] = frozenset()


def told(*codes: str) -> frozenset[str]:
    """Codes of notices."""
    return frozenset(codes)


CASES = (
    Case("aac_rate_change.aac", 8.05),
    Case("apac_sound_only.mp4", 5.0, tracks=0, notices=told("audio_undecodable")),
    Case("black_14s_intro.mp4", 90.0),
    Case("commentary_before_default.mkv", 6.0, tracks=2),
    Case("dual_mono_tracks.mov", 6.0),
    Case("film_and_two_stills_tracks.mp4", 10.0, notices=told("video_stream_left_out")),
    Case("first_keyframe_missing.mp4", 10.0, 240, 10),
    Case("flv_clock_restarts.flv", 10.05, 300, 10, notices=told("clock_repaired")),
    Case("fonts_80_attachments.mkv", 4.0),
    Case("gif_uneven_delays.gif", 3.0, 5, tracks=0),
    Case("language_eng_ENG.mkv", 5.0, tracks=3),
    Case("mov_two_sample_descriptions.mov", 10.0),
    Case("mp3_vbr_no_xing.mp3", 40.0),
    Case("mpeg2_progressive_then_interlaced.ts", 8.0, tracks=0),
    Case("mpegh_sound_first.mp4", 5.0, notices=told("audio_undecodable")),
    Case("obs_silent_then_voice.mkv", 6.0, tracks=2),
    Case("one_picture_20s_sound.mkv", 20.0, 1),
    Case("pause_12s_b_frames.mp4", 19.0, 210, 19),
    Case("sound_1_8s_longer.mp4", 11.8, 300, 12),
    Case("sound_3s_before_video.mp4", 9.0, 180, 9),
    Case("static_170s_then_film.mp4", 180.0, tracks=0),
    Case("ten_channels.mov", 4.0, notices=told("channels_downmixed")),
    Case("trim_between_frames_10fps.mp4", 6.4, 62, 6),
    Case("truncated_at_40_percent.mkv", 7.9, 237, 8, notices=told("source_incomplete")),
    Case("ts_ac3_51_to_20_midway.ts", 8.0),
    Case("ts_concatenated.ts", 10.05, 300, 10, notices=told("clock_repaired")),
    Case("ts_dropout_13s.ts", 24.0, 329, 11, notices=told("gap_filled")),
    Case("ts_two_programmes.ts", 6.0),
    Case("two_minutes_without_a_picture.mp4", 130.0, 100, 130),
    Case("vfr_screen_60.mp4", 26.0, 380, 26),
    Case("vp9_alpha.webm", 3.0, tracks=0, notices=told("alpha_flattened")),
)


def cases(*marks: pytest.MarkDecorator) -> list[object]:
    """Each with its marks, where the corpus holds it."""
    found = [case for case in CASES if (REPORTS / case.name).is_file()]
    return [pytest.param(case, id=case.name, marks=list(marks)) for case in found]


def test_every_report_has_a_case() -> None:
    there = {path.name for path in REPORTS.glob("*") if path.suffix != ".md"}
    assert there <= {case.name for case in CASES}


@pytest.mark.corpus
@pytest.mark.timeout(600)
@pytest.mark.parametrize("case", corpus.each(cases()))
def test_a_report_becomes_ready_and_says_what_is_missing(
    case: Case, take_in: Callable[[Path], Video], work_off: Callable[[], None]
) -> None:
    video = take_in(REPORTS / case.name)
    work_off()
    video.refresh_from_db()
    assert video.status == Video.Status.READY, f"{video.error_code}: {video.error_message}"
    release = video.release
    assert release is not None
    assert case.notices <= {notice["code"] for notice in release.notices or ()}
    assert release.renditions.filter(kind="audio").count() == case.tracks
    assert release.duration == pytest.approx(case.seconds, abs=0.35)
    report = release_audit.audit(release, deep=True, decode=True, source=True)
    assert report["ok"], report["findings"]


@pytest.mark.corpus
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seconds", [None, 2.0, 4.0, 8.0])
@pytest.mark.parametrize("case", corpus.each(cases()))
def test_a_report_keeps_its_frames_and_audio_whole_and_in_spans(
    tmp_path: Path, case: Case, seconds: float | None
) -> None:
    media, made = made_of(REPORTS / case.name, tmp_path / "out", seconds=seconds)
    if case.distinct is not None:
        distinct = numbers_of_distinct(made.top)
        assert case.distinct <= len(distinct) <= case.distinct * 1.1
    if case.beeps is not None:
        assert len(beeps(made.folder / "audio.mp4")) == case.beeps
    if media.video is not None:
        shown = float(asked(made.top, "-show_entries", "format=duration")["format"]["duration"])
        assert shown == pytest.approx(case.seconds, abs=0.35)
