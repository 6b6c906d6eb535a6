"""Colours that would come out wrong end a run with a code that says why."""

from __future__ import annotations

from typing import Any

import pytest

from processing.ffmpeg.errors import MediaError
from processing.ffmpeg.media import Media
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.ffmpeg.tests.clips import video_stream
from processing.steps import probe


def _media(**changes: Any) -> Media:
    return Media("mov,mp4,m4a,3gp,3g2,mj2", 1.0, 1000, None, video_stream(**changes), ())


def _code(media: Media) -> str:
    with pytest.raises(MediaError) as caught:
        probe.require_colours(media, FFmpeg())
    return caught.value.code


def test_dolby_visions_own_colours_are_unsupported() -> None:
    assert _code(_media(dolby_vision=5)) == "source_unsupported"
    probe.require_colours(_media(dolby_vision=8), FFmpeg())


def test_hdr_needs_an_ffmpeg_that_can_convert_it(monkeypatch: pytest.MonkeyPatch) -> None:
    hdr = _media(color_transfer="smpte2084", color_space="bt2020nc", color_primaries="bt2020")
    assert FFmpeg().has_filter("zscale")
    probe.require_colours(hdr, FFmpeg())
    monkeypatch.setattr(FFmpeg, "has_filter", lambda self, name: name != "zscale")
    assert _code(hdr) == "ffmpeg_incapable"
    probe.require_colours(_media(), FFmpeg())
