"""What another version stored is read: newer keys are ignored, older rows lack some."""

from typing import Any

import pytest

from processing.ffmpeg.media import Media
from processing.ffmpeg.planning.ladder import DEFAULT, Profile
from processing.ffmpeg.planning.plan import EncodePlan, plan_of
from processing.ffmpeg.planning.span_plan import WHOLE, Span

STREAM = {"index": 0, "codec": "h264", "width": 2, "height": 2, "sar": "1", "frame_rate": "25",
          "time_base": "1/25", "newer": 1}  # fmt: skip
MEDIA = {
    "duration": 3.0,
    "newer": {"deep": [1]},
    "video": {**STREAM, "light": {"peak": 1000.0, "newer": 1}},
    "audio": [{"index": 1, "codec": "aac", "time_base": "1/48000", "newer": 1}],
    "subtitles": [{"index": 2, "codec": "srt", "newer": 1}],
    "others": [{"index": 3, "newer": 1}],
    "chapters": [{"start": 0.0, "end": 1.0, "newer": 1}],
}


def test_media_of_another_version() -> None:
    media = Media.from_json(MEDIA)
    assert media.video is not None
    assert media.video.light is not None
    assert (media.duration, media.container, media.size) == (3.0, "", 0)
    assert (media.video.color_space, media.video.frames, media.audio[0].language) == ("", None, "")
    assert Media.from_json(media.to_json()) == media


@pytest.mark.parametrize("cls", [Media, Span, Profile, EncodePlan])
def test_nothing_at_all_can_be_read(cls: Any) -> None:
    assert cls.from_json({}) == cls.from_json(cls.from_json({}).to_json())


def test_spans_and_profiles_of_another_version() -> None:
    assert Span.from_json({**WHOLE.to_json(), "newer": 1}) == WHOLE
    assert Profile.from_json({**DEFAULT.to_json(), "newer": 1}) == DEFAULT


def test_a_plan_of_another_version() -> None:
    plan = plan_of(Media.from_json(MEDIA), DEFAULT)
    stored = plan.to_json()
    assert EncodePlan.from_json(stored) == plan
    newer = {**stored, "newer": 1, "grid": {**stored["grid"], "newer": 1}}
    newer["rungs"] = [{**rung, "newer": 1} for rung in stored["rungs"]]
    newer["tracks"] = [{**track, "newer": 1} for track in stored["tracks"]]
    assert EncodePlan.from_json(newer) == plan
    older = {name: stored[name] for name in ("grid", "origin", "rungs")}
    read = EncodePlan.from_json(older)
    assert (read.rungs, read.tracks, read.spans, read.reasons) == (plan.rungs, (), 1, ())
