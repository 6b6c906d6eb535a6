"""Measure how much longer a clip takes beside a bad file of another owner than alone."""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks import clips
from benchmarks.product import NotReady, Product, running
from tests import hostile

_TIMES = 5
_NEIGHBOUR = "neighbour@example.com"


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="vodloom-bench-") as name, running() as product:
        folder = Path(name)
        neighbour = replace(product, key=_second_key(product))
        clip = clips.make(folder, 5)
        _ready(neighbour, clip)  # so that caches are warm
        alone = statistics.median(_ready(neighbour, clip) for _ in range(_TIMES))
        print(f"\n{'a 5 s clip':28}{'ready':>8}{'ratio':>8}{'bad ended':>12}")
        print(f"{'alone':28}{alone:8.2f}")
        ratios, ends = [], []
        for title, make in hostile.FILES.items():
            bad = folder / title
            make(bad)
            times, code = [], ""
            for _ in range(_TIMES):
                video, sent = product.upload(bad)
                times.append(_ready(neighbour, clip))
                code = _end_of(product, video)
                ends.append(time.monotonic() - sent)
            beside = statistics.median(times)
            ratios.append(beside / alone)
            print(f"beside {title:21}{beside:8.2f}{ratios[-1]:8.2f}{ends[-1]:10.1f} s  {code}")
    print(f"\nneighbours worst_ratio={max(ratios):.2f} slowest_end_s={max(ends):.1f}")


def _second_key(product: Product) -> str:
    script = (
        "from accounts.models import User;"
        f"User.objects.create_user('{_NEIGHBOUR}', 'a long password')"
    )
    product.vodloom.manage("shell", "--verbosity", "0", "-c", script)
    return product.vodloom.manage("create_api_key", _NEIGHBOUR, "--name", "bench").strip()


def _ready(product: Product, clip: Path) -> float:
    """Return the seconds from the last byte of the upload until the video is ready."""
    video, sent = product.upload(clip)
    return product.wait(video, "video.ready") - sent


def _end_of(product: Product, video: str) -> str:
    """Wait until the bad file's processing ends and return how it ended."""
    try:
        product.wait(video, "video.ready", seconds=300)
    except NotReady as end:
        return str(end)
    return "ready"


if __name__ == "__main__":
    main()
