"""Every accepted video of the corpus, cut into spans of 2, 4 and 8 s, is what it is as a whole."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from processing.ffmpeg.errors import ProbeFailed
from processing.ffmpeg.output_format import PACKET
from processing.ffmpeg.planning import span_plan
from processing.ffmpeg.planning.ladder import Profile, Step
from processing.ffmpeg.tests.clips import (
    Made,
    described,
    encoded,
    line_of,
    samples_in,
)
from processing.ffmpeg.tests.test_cutting import Cut, agree
from tests import corpus

# Sources that are not cut; the plan says why.
NOT_CUT = ("codecs/mpeg1_raw_es.mpg", "derived/traffic.apng")
# Their audio is not what its times say: four of five AMR frames in each packet are not decoded;
# packets overlap, by less than is corrected until a span begins.
UNEVEN_AUDIO = ("codecs/mpeg4_amr.3gp", "structure/fmp4_15s.mp4")
# No noise of encoding, so that what differs are the frames.
FINE = Profile("fine", (Step(144, 4, 50_000_000),), "ultrafast")
_WIDTH, _HEIGHT = 32, 18
_SIZE = _WIDTH * _HEIGHT


def accepted() -> list[object]:
    return [row["path"] for row in corpus.rows() if (row["expect"] or "").startswith("accept")]


def thumbnails(path: Path) -> list[bytes]:
    """Every frame, small and grey."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-an", "-fps_mode", "passthrough"]
    command += ["-vf", f"scale={_WIDTH}:{_HEIGHT}:flags=area,format=gray", "-f", "rawvideo", "-"]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    return [done[at : at + _SIZE] for at in range(0, len(done), _SIZE)]


def apart(a: bytes, b: bytes) -> float:
    """Grey levels two frames differ by on average."""
    return sum(abs(x - y) for x, y in zip(a, b, strict=True)) / len(a)


def differences(made: Cut) -> list[str]:
    """What is not as in the whole."""
    found = []
    for name in sorted(made.whole.names):
        joined = made.joined(name)
        try:
            agree(made, name)
        except AssertionError as error:
            found.append(f"{name}: {str(error)[:300]}")
        if made.whole.track(name).handler == "vide":
            found += [f"{name}: {text}" for text in frame_differences(made, joined, name)]
        else:
            found += [f"{name}: {text}" for text in audio_differences(made, joined, name)]
    return found


def audio_differences(made: Cut, joined: Path, name: str) -> list[str]:
    """Each span a quarter of a second in: the same samples, at most a millisecond off where the
    source's clock is as coarse."""
    ours, whole = samples_in(joined), samples_in(made.whole.folder / f"{name}.mp4")
    found = [] if len(ours) == len(whole) else [f"{len(ours)} samples, not {len(whole)}"]
    for span in made.spans:
        begin = span.first_packet * PACKET + 12_000
        wanted = whole[begin : begin + 4800]
        if len(wanted) < 4800 or not any(wanted):
            continue
        noise = {lag: spread(ours[begin + lag :], wanted) for lag in range(-48, 49, 2)}
        level = (sum(sample * sample for sample in wanted) / len(wanted)) ** 0.5
        if min(noise.values()) > 60 + level / 3:
            found.append(f"span {span.number} is off by {min(noise.values()):.0f} of {level:.0f}")
    return found


def spread(a: Sequence[int], b: Sequence[int]) -> float:
    """Root of the mean square of every fifth sample's difference."""
    squares = [(x - y) ** 2 for x, y in zip(a[::5], b[::5], strict=False)]
    return float((sum(squares) / len(squares)) ** 0.5)


def frame_differences(made: Cut, joined: Path, name: str) -> list[str]:
    ours, whole = thumbnails(joined), thumbnails(made.whole.folder / f"{name}.mp4")
    if len(ours) != len(whole):
        return [f"{len(ours)} frames instead of {len(whole)}"]
    moved = [max((apart(a, b) for a, b in pairwise(whole[max(0, n - 1) : n + 2])), default=0.0)
             for n in range(len(whole))]  # fmt: skip
    return [
        f"frame {n} differs by {apart(a, b):.1f} where it moves by {moved[n]:.1f}"
        for n, (a, b) in enumerate(zip(ours, whole, strict=True))
        if apart(a, b) > 3 + moved[n] / 3
    ][:3]


@pytest.mark.corpus
@pytest.mark.timeout(600)
@pytest.mark.parametrize("path", corpus.each(accepted()))
def test_a_corpus_video_in_spans_is_the_same(tmp_path: Path, path: str) -> None:
    source = corpus.VIDEOS / path
    try:
        media = described(source)
    except ProbeFailed:
        return  # what is refused is another test's
    if media.video is not None:
        media = replace(media, video=replace(media.video, bitrate=None))
    line = line_of(source, media)
    reason = span_plan.why_whole(media, line)
    assert (reason is not None) == (path in NOT_CUT), reason
    if reason is not None:
        return
    whole: Made | None = None
    for seconds in (2, 4, 8):
        spans = span_plan.plan(media, line, FINE, seconds=seconds)
        if len(spans) == 1 or len(spans) > 20:
            continue
        whole = whole or encoded(source, tmp_path / "whole", FINE, media=media)
        folder = tmp_path / f"{seconds}s"
        folder.mkdir()
        parts = tuple(
            encoded(source, folder / f"{span.number}", FINE, media=media, span=span)
            for span in spans
        )
        found = differences(Cut(media, spans, whole, parts, folder))
        if path in UNEVEN_AUDIO:
            found = [text for text in found if "is off by" not in text]
        assert found == []
        shutil.rmtree(folder)
