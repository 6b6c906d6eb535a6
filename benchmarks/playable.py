"""Measure the time from the last byte of an upload until the video is playable, and ready.

For comparison the same machine also encodes the 5 s clip with one plain FFmpeg to the same rungs,
which shows the share of the encoding itself.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from benchmarks import clips, plain
from benchmarks.product import Product, running

_SHORT_TIMES = 7


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="vodloom-bench-") as name, running() as product:
        folder = Path(name)
        product.copy_what_fits(False)
        clip = clips.make(folder, 5)
        _once(product, clip, to_the_end=True)  # so that caches are warm
        short = [_once(product, clip, to_the_end=True) for _ in range(_SHORT_TIMES)]
        bare = plain.all_rungs(clip, folder).seconds
        minute, minute_ready = _once(product, clips.make(folder, 60), to_the_end=True)
        ten, _ = _once(product, clips.make(folder, 600), to_the_end=False)
        product.copy_what_fits(True)
        copy, _ = _once(product, clips.copyable(folder, 600), to_the_end=False)
    playable = statistics.median(seconds for seconds, _ in short)
    ready = statistics.median(seconds for _, seconds in short)
    rows = [
        ("5 s of 1080p: playable", playable, 1.5),
        ("5 s of 1080p: ready", ready, 1.3 * bare),
        ("  one FFmpeg for all rungs", bare, None),
        ("1 min: playable", minute, 3.0),
        ("1 min: ready", minute_ready, None),
        ("10 min: playable", ten, 10.0),
        ("10 min, top rung copied: playable", copy, 3.0),
    ]
    print(f"\n{'seconds from the last byte':40}{'here':>10}{'target':>10}")
    for title, value, target in rows:
        wanted = "" if target is None else f"≤ {target:.1f}"
        missed = "  missed" if target is not None and value > target else ""
        print(f"{title:40}{value:10.2f}{wanted:>10}{missed}")
    print(
        f"\nplayable clip5_p50_s={playable:.2f} clip5_ready_ratio={ready / bare:.2f}"
        f" min1_s={minute:.2f} min10_s={ten:.2f} copy_s={copy:.2f}"
    )


def _once(product: Product, clip: Path, *, to_the_end: bool) -> tuple[float, float]:
    """Return the seconds from the last byte until it is playable, and until it is ready (0 if not
    ``to_the_end``)."""
    video, sent = product.upload(clip)
    playable = product.wait(video, "video.playable") - sent
    if to_the_end:
        ready = product.wait(video, "video.ready") - sent
    else:
        ready = 0.0
        product.post(f"/api/v1/videos/{video}/cancel/")
    product.wait_until_idle()
    return playable, ready


if __name__ == "__main__":
    main()
