"""Spans decoded otherwise than the whole are told apart by the frames at their borders."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from processing.ffmpeg.encoding import edges
from processing.ffmpeg.media import Media
from processing.ffmpeg.planning import span_plan
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.tests.clips import SMALL, described, encoded, ffmpeg, line_of, numbered
from processing.ffmpeg.tests.test_decoding import old_444

pytestmark = pytest.mark.slow

WHOLE_SPANS = replace(SMALL, copies=False)


def probed(source: Path) -> Media:
    media = described(source)
    return with_timeline(media, line_of(source, media))


def differing(source: Path, folder: Path, media: Media) -> list[int]:
    """The spans that begin otherwise than the one before goes on."""
    spans = span_plan.plan(media, line_of(source, media), WHOLE_SPANS, seconds=2)
    assert len(spans) > 1
    found = []
    for span in spans:
        made = encoded(source, folder / str(span.number), media=media, span=span)
        found.append(edges.read(made.folder))
        assert len(found[-1]) == (1 if span.last else 2)
    return [n for n in range(1, len(found)) if found[n - 1][1] != found[n][0]]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("a.mp4", ["-c:v", "libx264", "-preset", "veryfast", "-g", "30"]),
        ("a.ts", ["-c:v", "mpeg2video", "-g", "12", "-bf", "2"]),
        ("a.webm", ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "20"]),
        ("a.avi", ["-c:v", "mpeg4", "-g", "12"]),
    ],
)
def test_spans_of_a_film_with_audio_meet(tmp_path: Path, name: str, arguments: list[str]) -> None:
    source = numbered(tmp_path / name, *arguments, count=150)
    assert differing(source, tmp_path, probed(source)) == []


def test_spans_of_a_film_whose_last_frame_is_held_end(tmp_path: Path) -> None:
    """The last frame is repeated for ever, which nobody may wait for."""
    coded = ["-c:v", "libx264", "-preset", "veryfast", "-g", "30", "-c:a", "aac"]
    source = numbered(tmp_path / "a.mp4", *coded, count=110, sound="sine=d=9")
    media = probed(source)
    assert media.video is not None
    assert differing(source, tmp_path, media) == []


def test_a_decoder_that_is_not_told_what_made_the_film_is_noticed(tmp_path: Path) -> None:
    source = old_444(tmp_path / "a.mp4")
    media = probed(source)
    assert media.video is not None
    blind = replace(media, video=replace(media.video, x264_build=None))
    assert differing(source, tmp_path, blind) != []


def told_once(raw: bytes) -> bytes:
    """H.264 whose parameter sets come at its beginning alone."""
    units = re.split(rb"\x00?\x00\x00\x01", raw)[1:]
    first = next(number for number, unit in enumerate(units) if unit[0] & 0x1F == 5)
    kept = [u for number, u in enumerate(units) if number < first or u[0] & 0x1F not in (7, 8)]
    return b"".join(b"\0\0\0\1" + unit for unit in kept)


def test_parameters_that_are_told_once_are_missed(tmp_path: Path) -> None:
    """A broadcast whose parameter sets change midway and are never repeated."""
    raw = tmp_path / "a.h264"
    with raw.open("wb") as file:
        for coder in ("0", "1"):
            part = tmp_path / f"{coder}.h264"
            ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=6", "-pix_fmt", "yuv420p",
                   "-c:v", "libx264", "-bf", "0", "-g", "25", "-coder", coder, part)  # fmt: skip
            file.write(told_once(part.read_bytes()))
    source = tmp_path / "a.ts"
    ffmpeg("-r", "25", "-i", raw, "-c", "copy", source)
    found = differing(source, tmp_path, probed(source))
    assert found
    assert min(found) >= 3
