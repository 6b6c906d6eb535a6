"""Only a GIF that can be seen through is said to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from processing.ffmpeg.planning.plan import plan_encode
from processing.ffmpeg.probing import gif
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.tests.clips import TINY, described, ffmpeg, line_of

MOVING = ["-f", "lavfi", "-i", "testsrc2=s=64x48:r=5:d=1"]
ROUND = "format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='if(lt(hypot(X-32,Y-24),20),255,0)'"


def notices_of(path: Path) -> list[str]:
    media = described(path)
    line = line_of(path, media)
    plan, _ = plan_encode(with_timeline(media, line), line, TINY)
    return [notice.code for notice in plan.notices]


@pytest.mark.parametrize("options", [[], ["-gifflags", "-offsetting-transdiff"]])
def test_what_covers_everything_is_opaque(tmp_path: Path, options: list[str]) -> None:
    ffmpeg(*MOVING, *options, tmp_path / "a.gif")
    assert gif.is_opaque(tmp_path / "a.gif")
    assert "alpha_flattened" not in notices_of(tmp_path / "a.gif")


def test_what_can_be_seen_through_is_told(tmp_path: Path) -> None:
    seen = f"{ROUND},split[a][b];[a]palettegen=reserve_transparent=1[p];[b][p]paletteuse"
    ffmpeg(*MOVING, "-filter_complex", seen, tmp_path / "a.gif")
    assert not gif.is_opaque(tmp_path / "a.gif")
    assert "alpha_flattened" in notices_of(tmp_path / "a.gif")


def test_what_is_taken_away_again_can_be_seen_through(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    ffmpeg(*MOVING, path)
    data = bytearray(path.read_bytes())
    at = data.index(b"\x21\xf9\x04") + 3
    data[at] = data[at] & ~0x1C | 2 << 2
    path.write_bytes(data)
    assert not gif.is_opaque(path)


@pytest.mark.parametrize("cut", [0, 6, 12, 20, 800, 900])
def test_what_cannot_be_read_may_be_seen_through(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.gif"
    ffmpeg(*MOVING, path)
    path.write_bytes(path.read_bytes()[:cut])
    assert not gif.is_opaque(path)
