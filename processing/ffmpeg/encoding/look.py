"""What is done to a frame that is asked for by its address: turned, flipped, cropped and scaled."""

from __future__ import annotations

from dataclasses import dataclass

from processing.ffmpeg.encoding import picture_colors
from processing.ffmpeg.encoding.picture_colors import FLAGS

_TURNS = {0: (), 90: ("transpose=clock",), 180: ("hflip", "vflip"), 270: ("transpose=cclock",)}
_FLIPS = {"": (), "h": ("hflip",), "v": ("vflip",), "hv": ("hflip", "vflip")}


@dataclass(frozen=True)
class Look:
    """What is done to a frame, in this order: it is turned clockwise by `rotate` degrees, flipped
    (`h`, `v` or both), cropped to a width and height at an x and a y, scaled to `width` by
    `height`, and laid on the middle of a black canvas. Sizes are in pixels."""

    width: int
    height: int
    rotate: int = 0
    flip: str = ""
    crop: tuple[int, int, int, int] | None = None
    canvas: tuple[int, int] | None = None

    @property
    def filters(self) -> list[str]:
        """The filters, before the colours of the format."""
        chain = [*_TURNS[self.rotate], *_FLIPS[self.flip]]
        if self.crop is not None:
            chain.append("crop={}:{}:{}:{}".format(*self.crop))
        chain.append(f"scale={self.width}:{self.height}:{FLAGS}")
        if self.canvas is not None:
            # In RGB black is black in every range, and no offset has to be even.
            wide, high = self.canvas
            chain += ["format=gbrp", f"pad={wide}:{high}:(ow-iw)/2:(oh-ih)/2:black"]
        return chain

    def into(self, suffix: str) -> list[str]:
        """Return the filters with the colours of a format, and one scaler where both meet."""
        *before, last = self.filters
        if not last.startswith("scale="):
            return [*before, last, *picture_colors.filters(suffix)]
        return [*before, *picture_colors.filters(suffix, (self.width, self.height))]
