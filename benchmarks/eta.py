"""Measure the accuracy of the estimated time left, with twenty files of all kinds uploaded at once.

Each video's status is polled twice a second, as a client would do. The estimates at a tenth and at
half of its work are compared with the time it then took. Before anything was measured, no estimate
may be given.
"""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.product import NotReady, Product, running

_QUIET = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
_LOOK_EVERY_SECONDS = 0.5
_LONGEST_SECONDS = 3600.0
_TARGET = 0.30
_SHARES = (10.0, 50.0)
# The percentage of a job that is done once its file was inspected, and nothing encoded yet.
_INSPECTED = 2.0
_H264 = ("libx264", "-preset", "veryfast", "-crf", "23")
_VP9 = ("libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "1M")
_HEVC = ("libx265", "-preset", "ultrafast", "-x265-params", "log-level=error")
_MPEG2 = ("mpeg2video", "-q:v", "4")


@dataclass(frozen=True)
class _Kind:
    """A generated file: size in pixels, frames per second, seconds, and codec; without a size it is
    audio."""

    size: str
    rate: int
    seconds: int
    codec: tuple[str, ...] = _H264
    ending: str = "mp4"


_KINDS = (
    _Kind("1920x1080", 30, 20),
    _Kind("1920x1080", 25, 6),
    _Kind("1920x1080", 60, 12),
    _Kind("1920x1080", 30, 45, _MPEG2, "ts"),
    _Kind("1280x720", 30, 60),
    _Kind("1280x720", 25, 15),
    _Kind("1280x720", 50, 8),
    _Kind("1280x720", 30, 30, _VP9, "webm"),
    _Kind("1280x720", 24, 25, _HEVC, "mkv"),
    _Kind("854x480", 30, 10),
    _Kind("854x480", 25, 90),
    _Kind("854x480", 30, 40, _MPEG2, "mpg"),
    _Kind("640x360", 30, 5),
    _Kind("640x360", 25, 120),
    _Kind("640x360", 30, 30, _VP9, "webm"),
    _Kind("480x854", 30, 20),
    _Kind("1080x1920", 30, 15),
    _Kind("320x240", 15, 60),
    _Kind("", 0, 180, (), "m4a"),
    _Kind("3840x2160", 30, 4),
)


@dataclass
class _Told:
    """What a client was told about a video: the moment, the percentage and the time left."""

    samples: list[tuple[float, float, int | None]] = field(default_factory=list)
    ready: float = 0.0

    def at(self, share: float) -> tuple[float, int] | None:
        """Return the first estimate from a percentage on, with its moment."""
        for moment, percent, eta in self.samples:
            if percent >= share and eta is not None:
                return moment, eta
        return None

    def error(self, share: float) -> float | None:
        """Return the relative error of the estimate from a percentage on; None if there was no
        estimate."""
        told = self.at(share)
        if told is None:
            return None
        took = self.ready - told[0]
        # Estimates are whole seconds, so up to half a second is not an error.
        return max(0.0, abs(told[1] - took) - 0.5) / max(took, 1.0)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="vodloom-bench-") as name, running() as product:
        files = [_draw(Path(name), number, kind) for number, kind in enumerate(_KINDS)]
        told = _watch(product, files)
    _print(told)


def _draw(folder: Path, number: int, kind: _Kind) -> Path:
    path = folder / f"{number:02d}.{kind.ending}"
    audio = ["-f", "lavfi", "-i", f"sine=frequency=330:duration={kind.seconds}"]
    if not kind.size:
        subprocess.run([*_QUIET, *audio, "-c:a", "aac", str(path)], check=True)
        return path
    frame = (
        f"testsrc2=size={kind.size}:rate={kind.rate}:duration={kind.seconds},noise=alls=6:allf=t"
    )
    coder = {"webm": "libopus", "mpg": "mp2"}.get(kind.ending, "aac")
    argv = [*_QUIET, "-f", "lavfi", "-i", frame, *audio, "-pix_fmt", "yuv420p"]
    argv += ["-c:v", *kind.codec, "-g", "60", "-c:a", coder, "-shortest", str(path)]
    subprocess.run(argv, check=True)
    return path


def _watch(product: Product, files: list[Path]) -> list[_Told]:
    told: dict[str, _Told] = {}
    for path in files:
        video = product.upload(path)[0]
        told[video] = _Told()
        _look(product, video, told[video])
    end = time.monotonic() + _LONGEST_SECONDS
    while open_still := [video for video in told if not told[video].ready]:
        for video in open_still:
            _look(product, video, told[video])
        if time.monotonic() > end:
            raise NotReady(f"{len(open_still)} were not made in time")
        time.sleep(_LOOK_EVERY_SECONDS)
    return list(told.values())


def _look(product: Product, video: str, told: _Told) -> None:
    answer = _get(product, f"/api/v1/videos/{video}/status/")
    now, said = time.monotonic(), answer["progress"]
    if answer["status"] == "failed":
        raise NotReady(str(answer["error"]))
    if answer["status"] == "ready":
        told.ready = now
    else:
        told.samples.append((now, said["percent"], said["eta_seconds"]))


def _get(product: Product, path: str) -> Any:
    connection = http.client.HTTPConnection(urlsplit(product.vodloom.url).netloc, timeout=60)
    connection.request("GET", path, headers={"Authorization": f"Bearer {product.key}"})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def _print(told: list[_Told]) -> None:
    print(f"\n{'file':44}{'told at 10 %':>14}{'took':>8}{'error':>8}{'at 50 %':>9}")
    for kind, one in zip(_KINDS, told, strict=True):
        words = " ".join((kind.size or "sound", f"{kind.rate}/s", f"{kind.seconds} s", kind.ending))
        first = one.at(_SHARES[0])
        errors = [_percent(one.error(share)) for share in _SHARES]
        took = f"{one.ready - first[0]:.0f} s" if first else "-"
        said = f"{first[1]} s" if first else "-"
        print(f"{words:44}{said:>14}{took:>8}{errors[0]:>8}{errors[1]:>9}")
    medians = [_median(told, share) for share in _SHARES]
    # Later videos may be told by the pace of those before them.
    invented = sum(eta is not None and percent <= _INSPECTED for _, percent, eta in told[0].samples)
    missed = "  missed" if medians[0] > _TARGET or invented else ""
    early, late = (f"{median:.0%}" for median in medians)
    print(f"\nmedian error at 10 %: {early} (≤ {_TARGET:.0%}), at 50 %: {late}{missed}")
    print(f"\neta median10={medians[0]:.3f} median50={medians[1]:.3f} invented={invented}")


def _median(told: list[_Told], share: float) -> float:
    return statistics.median(error for one in told if (error := one.error(share)) is not None)


def _percent(error: float | None) -> str:
    return "-" if error is None else f"{error:.0%}"


if __name__ == "__main__":
    main()
