"""Hashes of scenes: near for copies of a film, far for another one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from processing.ffmpeg.encoding import scenes
from processing.ffmpeg.running.runner import Limits
from processing.ffmpeg.tests.clips import HERE, ffmpeg

NEAR = 8


def scenes_of(source: Path, folder: Path) -> list[scenes.Scene]:
    folder.mkdir()
    argv = scenes.command("ffmpeg", source, folder)
    HERE.run(argv, limits=Limits(wall_seconds=60), reads=[source], writes=folder)
    return scenes.read(folder)


def alike(some: Sequence[scenes.Scene], others: Sequence[scenes.Scene]) -> float:
    """The share of scenes that have a near one among the others."""
    near = [any((a.bits ^ b.bits).bit_count() <= NEAR for b in others) for a in some]
    return sum(near) / len(near)


def film(path: Path, seed: int) -> Path:
    """Twelve seconds, and every second another picture of twelve spots of light."""
    chance = random.Random(seed)
    given: list[str] = []
    for _ in range(12):
        lit = "color=black:s=320x180:r=1:d=1,format=gray,geq=lum='min(255,{})',fps=10"
        spots = "+".join(_spot(chance) for _ in range(12))
        given += ["-f", "lavfi", "-i", lit.format(spots)]
    encoded = ["-g", "10", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast"]
    ffmpeg(*given, "-filter_complex", "concat=n=12", *encoded, path)
    return path


def _spot(chance: random.Random) -> str:
    light, x, y = chance.randint(60, 200), chance.randint(0, 320), chance.randint(0, 180)
    return f"{light}*exp(-((X-{x})^2+(Y-{y})^2)/900)"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("films") / "original.mp4", 1)


@pytest.mark.parametrize(
    "change",
    ["scale=128:72", "eq=brightness=0.08:contrast=1.1", "gblur=sigma=2", "noise=alls=12", "null"],
)
def test_a_changed_copy_is_near(tmp_path: Path, original: Path, change: str) -> None:
    copy = tmp_path / "copy.mp4"
    encoded = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "33", "-g", "10"]
    ffmpeg("-i", original, "-vf", change, *encoded, copy)
    one, other = scenes_of(original, tmp_path / "a"), scenes_of(copy, tmp_path / "b")
    assert len(one) >= 6
    assert alike(one, other) >= 0.8
    assert alike(other, one) >= 0.8


def test_a_part_of_it_is_near_and_another_film_is_far(tmp_path: Path, original: Path) -> None:
    part = tmp_path / "part.mp4"
    encoded = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "10"]
    ffmpeg("-ss", "3.4", "-t", "6", "-i", original, *encoded, part)
    whole = scenes_of(original, tmp_path / "a")
    assert alike(scenes_of(part, tmp_path / "b"), whole) >= 0.8
    assert alike(scenes_of(film(tmp_path / "other.mp4", 2), tmp_path / "c"), whole) == 0


@pytest.mark.parametrize("color", ["black", "white", "0x808080"])
def test_frames_of_one_tone_are_not_hashed(tmp_path: Path, color: str) -> None:
    source = tmp_path / "flat.mp4"
    ffmpeg("-f", "lavfi", "-i", f"color={color}:s=128x72:r=5:d=2", "-c:v", "libx264", source)
    assert scenes_of(source, tmp_path / "a") == []


def test_a_scene_is_taken_once_and_only_so_many_are() -> None:
    bits = [random.Random(number).getrandbits(64) for number in range(100)]
    twice = [
        scenes.Scene(float(at), one, at) for at, one in enumerate(b for b in bits for _ in (1, 2))
    ]
    chosen = scenes.chosen(twice)
    assert len(chosen) == scenes.MOST_SCENES
    assert chosen == sorted(chosen, key=lambda scene: scene.time)
    assert len({scene.bits for scene in chosen}) == len(chosen)
