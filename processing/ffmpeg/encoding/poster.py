"""The commands that take stills from a source, and the choice of the poster among them.

The poster is made beside the encode, so a look takes few frames, and decodes few where the source
has keyframes to choose from. Further looks are for films that are dark wherever the first one took
frames.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from processing.ffmpeg import inputs
from processing.ffmpeg.encoding import decoding, picture_colors, pixels
from processing.ffmpeg.media import Media, VideoStream
from processing.ffmpeg.planning.grid import grid_of, origin_of

_LONGEST_SIDE = 1280
# Longest side of the small still for lists: twice as sharp as the cards are wide.
_SMALL_SIDE = 640
# Places of the keyframes to take, as shares of the film: first, and if none of those is good.
_PLACES = (0.1, 0.3, 0.5, 0.7)
_FURTHER = tuple((number + 0.5) / 12 for number in range(12))
_AT_ONCE = len(_PLACES)
# Frames larger than this are decoded one at a time.
_LARGE = 3840 * 2160
# Distance in frames from one still to the next, where all frames are decoded.
_STRIDE = 12
# In films up to this many seconds, all frames may be decoded to find a still.
_SHORT_SECONDS = 120.0
# Sources of this many seconds have enough keyframes, unless the timeline says otherwise.
_LONG_SECONDS = 40.0
# Without an index, a seek may end behind the only keyframe of a short source; without times, a seek
# is impossible.
_UNINDEXED = ("mpegts", "mpeg")
_TIMELESS = ("mpegvideo", "h264", "hevc")
_JPEG_QUALITY = 4

# Each still is judged by a grey frame of this many pixels, each 0 to 255.
_WIDE, _HIGH = 32, 18
_DARK, _BRIGHT, _FLAT = 24, 232, 16
# The same limits in terms of FFmpeg's filters; a frame of one single tone has no entropy.
_TELLING = (
    ("signalstats.YAVG", "greater", _DARK),
    ("signalstats.YAVG", "less", _BRIGHT),
    ("entropy.normalized_entropy.normal.Y", "greater", 0.1),
)


@dataclass(frozen=True)
class Still:
    """A still from the film: `mean` is its mean light (0 to 255), `contrast` the distance between
    its darkest and brightest parts. `small` is the same still for lists; None if it would be no
    smaller."""

    path: Path
    mean: float
    contrast: float
    small: Path | None = None

    @property
    def is_lit(self) -> bool:
        """Whether the still is neither nearly black nor nearly white."""
        return _DARK <= self.mean <= _BRIGHT

    @property
    def is_good(self) -> bool:
        """Whether there is something to see: the still is lit and not all one tone."""
        return self.is_lit and self.contrast >= _FLAT

    @property
    def worth(self) -> tuple[bool, bool, float]:
        """The sort key: good stills first, then lit ones, then those with the most to see."""
        seen = min(self.mean, 255 - self.mean) if not self.is_good else 0.0
        return self.is_good, self.is_lit, self.contrast + seen


@dataclass(frozen=True)
class Look:
    """A command that takes stills; `last` is true if only a long search can follow."""

    argv: list[str]
    last: bool

    def is_enough(self, stills: Sequence[Still]) -> bool:
        """Whether one of these stills is good enough to stop looking."""
        return any(still.is_good or (self.last and still.is_lit) for still in stills)


def best(stills: Sequence[Still]) -> Still | None:
    """Return the still to show; the earlier of two equal ones."""
    return max(stills, key=lambda still: still.worth, default=None)


def taken(out: Path, look: int) -> list[Still]:
    """Return the stills that look number `look` has written."""
    grey, size = out / f"look-{look}.gray", _WIDE * _HIGH
    values = grey.read_bytes() if grey.exists() else b""
    return [
        _judged(path, values[number * size : (number + 1) * size])
        for number, path in enumerate(sorted(out.glob(f"look-{look}-*.jpg")))
        if len(values) >= (number + 1) * size
    ]


def _judged(path: Path, values: bytes) -> Still:
    ordered = sorted(values)
    small = path.with_name(path.name.replace("look", "small", 1))
    contrast = float(ordered[-1] - ordered[0])
    return Still(path, fmean(ordered), contrast, small if small.exists() else None)


@dataclass(frozen=True)
class _Source:
    """The source of the stills, and the folder they go to."""

    media: Media
    video: VideoStream
    ffmpeg: str
    path: Path
    out: Path

    @property
    def seconds(self) -> float:
        """How many seconds its frames, or those of its clip, last."""
        grid = grid_of(self.media) if self.media.clip else None
        return grid.seconds if grid else self.video.duration or self.media.duration

    @property
    def begin(self) -> float:
        """The second at which they begin, after the beginning of the file."""
        first = origin_of(self.media) if self.media.clip else self.video.start
        return max(0.0, float(first) - self.media.start)

    def at(self, share: float) -> float:
        """Return the second, after the beginning of the file, at which that share of the film is
        over."""
        return self.begin + share * self.seconds


def looks(
    media: Media, video: VideoStream, *, ffmpeg: str, source: Path, out: Path
) -> Iterator[Look]:
    """Yield looks, to be run one after the other until `is_enough`. Look `n` writes JPEGs into
    `out`, which `taken(out, n)` finds. They are upright, in square pixels and SDR, in the BT.601
    and full range that JPEG means. Their longest side is at most 1280, that of the small ones
    640."""
    film = _Source(media, video, ffmpeg, source, out)
    if media.clip is not None:
        ordinary, further = list(_within_clip(film)), []
    else:
        ordinary, further = list(_ordinary(film)), [_telling(film), _decoded(film, 0.0, 1, 1)]
    for number, (given, chains, most) in enumerate([*ordinary, *further]):
        last = number >= len(ordinary) - 1
        yield Look(_command(film, number, given, chains, most), last)


def _ordinary(film: _Source) -> Iterator[tuple[list[list[str]], list[str], int]]:
    """Yield each look's inputs, the filter chain of each input, and the number of frames."""
    if _has_keyframes_to_choose_from(film.media, film.video):
        yield from _at_keyframes(film, _PLACES)
        yield from _at_keyframes(film, _FURTHER)
    else:
        yield _decoded(film, film.at(_skipped(film)), _stride(film), _AT_ONCE)
        if _may_decode_all(film):
            frames = int(film.seconds * float(film.video.frame_rate))
            yield _decoded(film, 0.0, max(1, frames // len(_FURTHER)), len(_FURTHER))
        else:
            yield from _at_keyframes(film, _FURTHER)


def _within_clip(film: _Source) -> Iterator[tuple[list[list[str]], list[str], int]]:
    """Yield looks at frames of a clip alone. The keyframe before a place may be outside of it."""
    half = 0.5 / float(film.video.fastest_rate)
    end = film.begin + film.seconds - half
    chain = ",".join(
        [*pixels.before_grid(film.video), "trim=end_frame=1", "setpts=0", *_shown(film.video)]
    )
    for shares in (_PLACES, (0.0, *_FURTHER)):
        for first in range(0, len(shares), _AT_ONCE):
            starts = [max(0.0, film.at(share) - half) for share in shares[first : first + _AT_ONCE]]
            given = [["-ss", f"{at:.3f}", "-t", f"{end - at:.3f}"] for at in starts]
            yield given, [chain] * len(given), len(given)


def _at_keyframes(
    film: _Source, shares: Sequence[float]
) -> Iterator[tuple[list[list[str]], list[str], int]]:
    """Yield looks that take the keyframe before each of these places."""
    at_once = 1 if film.video.width * film.video.height > _LARGE else _AT_ONCE
    chain = ",".join(
        [*pixels.alone(film.video), "trim=end_frame=1", "setpts=0", *_shown(film.video)]
    )
    for first in range(0, len(shares), at_once):
        places = shares[first : first + at_once]
        given = [[*_KEYFRAMES, *_from(film.at(share))] for share in places]
        yield given, [chain] * len(places), len(places)


_KEYFRAMES = ("-skip_frame", "nokey", "-noaccurate_seek")


def _decoded(
    film: _Source, start: float, stride: int, most: int
) -> tuple[list[list[str]], list[str], int]:
    """Return the look that takes every frame number divisible by `stride`, from `start` on."""
    every = f"select='not(mod(n,{stride}))'"
    chain = [*pixels.before_grid(film.video), every, f"trim=end_frame={most}"]
    return [_from(start)], [",".join([*chain, *_shown(film.video)])], most


def _telling(film: _Source) -> tuple[list[list[str]], list[str], int]:
    """Return the look that takes the first frame with something to see, of all frames or of all
    keyframes."""
    every = _may_decode_all(film)
    chain = pixels.before_grid(film.video) if every else pixels.alone(film.video)
    wanted = [
        f"metadata=mode=select:key=lavfi.{key}:function={how}:value={value}"
        for key, how, value in _TELLING
    ]
    chain = [*chain, *_shown(film.video), "signalstats", "entropy", *wanted, "trim=end_frame=1"]
    return [[] if every else list(_KEYFRAMES)], [",".join(chain)], 1


def _from(seconds: float) -> list[str]:
    return ["-ss", f"{seconds:.3f}"] if seconds else []


def _command(
    film: _Source, number: int, given: Sequence[Sequence[str]], chains: Sequence[str], most: int
) -> list[str]:
    argv = [film.ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"]
    argv += ["-filter_complex_threads", "1"]
    for options in given:
        argv += ["-threads", "1", *([] if not film.video.upright else ["-noautorotate"])]
        argv += decoding.options(film.video)
        argv += [*options, *inputs.opened(film.path)]
    graph = [f"[{n}:{film.video.index}]{chain}[s{n}]" for n, chain in enumerate(chains)]
    joined = "".join(f"[s{n}]" for n in range(len(chains)))
    joined += f"concat=n={len(chains)}," if len(chains) > 1 else ""
    small = _size(film.video, _SMALL_SIDE)
    has_small = small != _size(film.video)
    outs = ["still", "seen", *(["less"] if has_small else [])]
    graph.append(f"{joined}setpts=N/TB,split={len(outs)}" + "".join(f"[{out}]" for out in outs))
    graph.append(f"[seen]scale={_WIDE}:{_HIGH}:flags=area,format=gray[grey]")
    if has_small:
        graph.append(f"[less]scale={small[0]}:{small[1]}:flags=area[small]")
    argv += ["-filter_complex", ";".join(graph)]
    plain = ["-fps_mode", "passthrough", "-frames:v", str(most), "-map_metadata", "-1"]
    for kind, name in [("still", "look"), *([("small", "small")] if has_small else [])]:
        argv += ["-map", f"[{kind}]", *plain, "-q:v", str(_JPEG_QUALITY), "-f", "image2"]
        argv += [str(film.out / f"{name}-{number}-%04d.jpg")]
    return [
        *argv,
        "-map",
        "[grey]",
        *plain,
        "-f",
        "rawvideo",
        str(film.out / f"look-{number}.gray"),
    ]


def _shown(video: VideoStream) -> list[str]:
    return [*pixels.steps(video, *_size(video)), *picture_colors.filters("jpg")]


def _has_keyframes_to_choose_from(media: Media, video: VideoStream) -> bool:
    seconds = video.duration or media.duration
    if media.container in _TIMELESS or (media.container in _UNINDEXED and seconds < _LONG_SECONDS):
        return False
    if video.longest_gop is None:
        return seconds >= _LONG_SECONDS
    return seconds * (1 - _PLACES[0]) >= len(_PLACES) * video.longest_gop > 0


def _may_decode_all(film: _Source) -> bool:
    return film.seconds <= _SHORT_SECONDS or film.media.container in _TIMELESS


def _skipped(film: _Source) -> float:
    """Return the share of the film before the first still, where all frames are decoded."""
    exact = film.media.container not in (*_UNINDEXED, *_TIMELESS)
    return _PLACES[0] if exact and film.seconds >= 1 else 0.0


def _stride(film: _Source) -> int:
    """Return a stride small enough that even a short source has as many frames as are taken."""
    left = film.seconds * (1 - _PLACES[0]) * float(film.video.frame_rate)
    return max(1, min(_STRIDE, int(left / _AT_ONCE)))


def _size(video: VideoStream, side: int = _LONGEST_SIDE) -> tuple[int, int]:
    longest = max(video.display_width, video.display_height)
    factor = min(1.0, side / longest)
    return _even(video.display_width * factor), _even(video.display_height * factor)


def _even(side: float) -> int:
    return max(2, 2 * round(side / 2))
