"""How a frame is fitted into the asked size. Nothing is ever made larger than the video is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from processing.ffmpeg.encoding.look import Look
from videos.playback.frames.parameters import MOST_PIXELS_A_SIDE, Moving, Still

Size = tuple[int, int]


@dataclass(frozen=True)
class Fitted:
    """A picture to be made: ``window`` is how much of the turned frame is seen, as shares of its
    width and height; ``picture`` is what that is scaled to, and ``canvas`` what it is laid on."""

    picture: Size
    window: tuple[Fraction, Fraction] = (Fraction(1), Fraction(1))
    canvas: Size | None = None
    rotate: int = 0
    flip: str = ""
    seeks_detail: bool = False

    @property
    def whole(self) -> Size:
        """The size that the whole frame needs, as it is stored, before it is turned."""
        wide, high = (
            -(-side // share) for side, share in zip(self.picture, self.window, strict=True)
        )
        return (int(high), int(wide)) if self.rotate in (90, 270) else (int(wide), int(high))

    def look(self, frame: Size, *, at: tuple[float, float] = (0.5, 0.5)) -> Look:
        """Return what is done to a frame of this stored size. The window lies ``at`` these shares
        of the room that it leaves."""
        look = Look(*self.picture, rotate=self.rotate, flip=self.flip, canvas=self.canvas)
        if all(share == 1 for share in self.window):
            return look
        sides = turned(frame, self.rotate)
        wide, high = (
            min(side, max(2, round(side * share / 2) * 2))
            for side, share in zip(sides, self.window, strict=True)
        )
        x, y = (
            round((side - seen) * place / 2) * 2
            for side, seen, place in zip(sides, (wide, high), at, strict=True)
        )
        return replace(look, crop=(wide, high, x, y))


def turned(size: Size, rotate: int) -> Size:
    """Return the size of a frame after it is turned."""
    wide, high = size
    return (high, wide) if rotate in (90, 270) else size


def fitted(wanted: Still, video: Size) -> Fitted:
    """Return how a frame of a video of this size is fitted as wanted."""
    wide, high = turned(video, wanted.rotate)
    box = _box(wanted, (wide, high))
    made = Fitted(box, rotate=wanted.rotate, flip=wanted.flip)
    if wanted.width is None or wanted.height is None or wanted.fit == "preserve":
        return replace(made, picture=_inside((wide, high), box))
    if wanted.fit == "stretch":
        return replace(made, picture=(min(box[0], wide), min(box[1], high)))
    if wanted.fit == "pad":
        inside = _inside((wide, high), box)
        return replace(made, picture=inside, canvas=None if inside == box else box)
    return _cropped(made, (wide, high), box, seeks_detail=wanted.fit == "smartcrop")


def fitted_moving(wanted: Moving, video: Size) -> Fitted:
    """Return how the frames of a moving picture are fitted: into a square of that width."""
    return Fitted(_inside(video, (wanted.width, wanted.width)))


def _box(wanted: Still, video: Size) -> Size:
    """Return the asked size; a side that was not asked for follows from the other one."""
    most = MOST_PIXELS_A_SIDE
    if wanted.width is None and wanted.height is None:
        return min(video[0], most), min(video[1], most)
    return wanted.width or most, wanted.height or most


def _inside(video: Size, box: Size) -> Size:
    """Return the largest size with the video's aspect that fits the box and the video."""
    share = min(Fraction(1), *(Fraction(b, v) for b, v in zip(box, video, strict=True)))
    return max(1, round(video[0] * share)), max(1, round(video[1] * share))


def _cropped(made: Fitted, video: Size, box: Size, *, seeks_detail: bool) -> Fitted:
    """Fill the box, or a smaller one of the same shape where the video is too small."""
    size = _inside(box, video)
    cover = max(Fraction(size[0], video[0]), Fraction(size[1], video[1]))
    window = (
        min(Fraction(1), Fraction(size[0]) / (video[0] * cover)),
        min(Fraction(1), Fraction(size[1]) / (video[1] * cover)),
    )
    return replace(made, picture=size, window=window, seeks_detail=seeks_detail)
