"""Audio alone, and audio taken from films, whose clock begins anew: all of it is heard."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from processing.ffmpeg.planning.plan import plan_encode
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.tests.clips import TINY, described, encoded, ffmpeg, line_of
from processing.ffmpeg.tests.forms import Form, heard, part, pcm

pytestmark = pytest.mark.slow

SECONDS = 3.0
AUDIO = replace(TINY, rungs=())
CODECS = {
    "a.ts": ["-c:a", "aac"],
    "a.flv": ["-c:a", "aac"],
    "a.mka": ["-c:a", "libopus"],
    "a.ogg": ["-c:a", "libvorbis"],
    "a.opus": ["-c:a", "libopus"],
    "a.oga": ["-c:a", "flac"],
    "b.ts": ["-c:a", "ac3"],
}


def body(path: Path, data: bytes) -> bytes:
    """What is appended of a second file: of some containers without the header."""
    if path.suffix == ".flv":
        return data[13:]
    if path.suffix == ".mka":
        return data[data.index(b"\x1f\x43\xb6\x75") :]
    return data


def appended(path: Path, forms: list[Form]) -> Path:
    """Three seconds of each form, with a beep at 0.5 s and one at 2.2 s of each."""
    for number, form in enumerate(forms):
        audio = pcm(path.with_suffix(".pcm"), form, SECONDS, [(0.5, -1), (2.2, -1)])
        one = path.with_name(f"{number}{path.suffix}")
        ffmpeg(*audio, *CODECS[path.name], one)
        data = one.read_bytes()
        with path.open("ab") as file:
            file.write(body(path, data) if number else data)
    return path


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", CODECS)
def test_audio_that_was_appended_is_heard(tmp_path: Path, name: str) -> None:
    path = appended(tmp_path / name, [Form(48_000, 2)] * 3)
    media = described(path)
    assert media.duration == pytest.approx(9, abs=0.3)
    plan, spans = plan_encode(media, None, AUDIO)
    assert [notice.code for notice in plan.notices] == ["clock_repaired"]
    assert len(spans) == 1
    made = encoded(path, tmp_path / "out", AUDIO, media=media, span=spans[0])
    told = heard(made.folder / "audio.mp4")
    wished = [begin + at for begin in (0, 3, 6) for at in (0.5, 2.2)]
    assert told == pytest.approx(wished, abs=0.12)
    lengths = [b - a for a, b in zip(told[::2], told[1::2], strict=True)]
    assert lengths == pytest.approx([1.7] * 3, abs=0.01)


@pytest.mark.parametrize("name", ["a.ts", "b.ts", "a.flv"])
def test_audio_that_was_appended_in_another_form_is_heard(tmp_path: Path, name: str) -> None:
    path = appended(tmp_path / name, [Form(48_000, 2), Form(44_100, 1), Form(48_000, 2)])
    made = encoded(path, tmp_path / "out", AUDIO)
    told = heard(made.folder / "audio.mp4")
    lengths = [b - a for a, b in zip(told[::2], told[1::2], strict=True)]
    assert lengths == pytest.approx([1.7] * 3, abs=0.01)


@pytest.mark.parametrize("forms", [[Form(48_000, 2)] * 2, [Form(48_000, 1), Form(44_100, 2)]])
def test_films_that_were_appended_keep_their_audio_alone(tmp_path: Path, forms: list[Form]) -> None:
    path = tmp_path / "a.ts"
    for number, form in enumerate(forms):
        one = part(
            tmp_path / f"{number}.ts", form, ["-c:a", "aac"], first=0, count=75, beeps=[12, 55]
        )
        with path.open("ab") as file:
            file.write(one.read_bytes())
    media = described(path)
    line = line_of(path, media)
    media = with_timeline(media, line)
    plan, spans = plan_encode(media, line, AUDIO)
    assert "clock_repaired" in [notice.code for notice in plan.notices]
    assert len(spans) == 1
    alone = replace(media, video=None)
    made = encoded(path, tmp_path / "out", AUDIO, media=alone, span=spans[0])
    told = heard(made.folder / "audio.mp4")
    steps = [b - a for a, b in pairwise(told)]
    assert steps == pytest.approx([1.72, 3 - 1.72, 1.72], abs=0.06)
    assert told[0] == pytest.approx(0.48, abs=0.06)


def test_audio_of_the_third_film_stays_beside_it_where_the_second_has_none(tmp_path: Path) -> None:
    path, silent = tmp_path / "a.ts", tmp_path / "silent.ts"
    one = part(
        tmp_path / "one.ts", Form(48_000, 2), ["-c:a", "aac"], first=0, count=75, beeps=[12, 55]
    )
    ffmpeg("-i", one, "-map", "0:v", "-c", "copy", silent)
    path.write_bytes(one.read_bytes() + silent.read_bytes() + one.read_bytes())
    media = described(path)
    line = line_of(path, media)
    media = with_timeline(media, line)
    made = encoded(path, tmp_path / "out", TINY, media=media)
    assert heard(made.folder / "audio.mp4") == pytest.approx([0.48, 2.2, 6.48, 8.2], abs=0.1)
