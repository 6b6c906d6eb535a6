"""The frame part of an encode command: every rung of a span."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from processing.ffmpeg.encoding import (
    counting,
    edges,
    filters,
    muxing,
    outputs,
    pixels,
    samples,
)
from processing.ffmpeg.encoding.order import EncodeOrder
from processing.ffmpeg.encoding.outputs.output import VideoOrder
from processing.ffmpeg.media import VideoStream
from processing.ffmpeg.output_format import timescale
from processing.ffmpeg.planning.ladder import Rung


def rungs(order: EncodeOrder, video: VideoStream) -> list[str]:
    """Return the options for all rungs; in a copied span the first rung is the source's own
    stream."""
    every = order.plan.rungs
    copied, encoded = (every[:1], every[1:]) if order.span.copies else ((), every)
    argv = _encoded(order, video, encoded) if encoded else []
    for rung in copied:
        argv += [*_copied(order, video), *_muxed(order, rung)]
    return argv


def sampled(order: EncodeOrder, video: VideoStream) -> list[str]:
    """Return the options that sample and count frames, at the plan's first rung."""
    label = filters.label(0)
    graph = samples.grey(_graph(order, video, order.plan.rungs[:1]), label)
    argv = ["-filter_complex", graph, "-map", f"[{label}]"]
    argv += samples.frames_to(order.out / samples.FRAMES_FILENAME)
    return [*argv, *counting.frames_output(order.out)]


def _encoded(order: EncodeOrder, video: VideoStream, rungs: Sequence[Rung]) -> list[str]:
    argv = ["-filter_complex", _graph(order, video, rungs)]
    for number, rung in enumerate(rungs):
        argv += ["-map", f"[{filters.label(number)}]"]
        argv += [*_encoder(order, video, rung), *_muxed(order, rung)]
    # This output comes last, because FFmpeg reports the frames of its first output.
    argv += counting.frames_output(order.out)
    span = order.span
    return argv if span.whole else [*argv, *edges.written(span.end_frame, order.out)]


def _graph(order: EncodeOrder, video: VideoStream, rungs: Sequence[Rung]) -> str:
    span, grid = order.span, order.plan.grid
    held, counted = False, False
    if grid is not None:
        held, counted = grid.fills_its_end, grid.fills_its_end or grid.is_exact
    end = grid.frames if grid and counted and order.end_frame is None else order.end_frame
    begin = span.first_frame if span.first_frame or order.begins_midway else None
    return filters.video(
        video,
        rungs,
        order.origin - video.delay * video.time_base,
        order.rate,
        first=span.first_frame,
        end=end,
        from_start=span.seek is None or not span.first_frame,
        snaps=counted,
        held=held,
        counted=counting.frames_branch(order.rate, begin, order.end_frame),
        borders=None if span.whole else (span.first_frame, span.end_frame),
    )


def _encoder(order: EncodeOrder, video: VideoStream, rung: Rung) -> list[str]:
    wanted = VideoOrder(
        rung,
        preset=rung.preset or order.plan.preset,
        gop=order.plan.gop_frames,
        keyframes=_keyframes(order),
        threads=order.threads,
        colors=pixels.color_tags(video),
        reordered=order.plan.reordered,
    )
    return outputs.video(rung.codec, order.ffmpeg.has_encoder).argv(wanted)


def _keyframes(order: EncodeOrder) -> tuple[float, ...]:
    """Return the seconds at which groups begin, if the copied rung has its own keyframes."""
    # A quarter of a frame early: FFmpeg rounds to a whole frame and forces that, or the next.
    times = [float((frame - Fraction(1, 4)) / order.rate) for frame in order.span.keyframes]
    return tuple(max(0.0, time) for time in times)


def _copied(order: EncodeOrder, video: VideoStream) -> list[str]:
    """Return the options that copy the source's own packets of the span, each moved onto its tick
    of the grid."""
    span, tick = order.span, int(timescale(order.rate) / order.rate)
    origin = round(order.origin * timescale(order.rate))
    end = None if order.end_frame is None else order.end_frame * tick
    own = f"{muxing.placed(origin, tick)},{muxing.kept(span.first_frame * tick, end)}"
    # The tag is `avc1` whatever the source says: the parameter sets must be those of the init
    # segment anyway.
    argv = ["-map", f"0:{video.index}", "-c:v", "copy", "-tag:v", "avc1"]
    argv += pixels.assumed_tags(video)
    return [*argv, *muxing.reading_until(order), "-bsf:v", own]


def _muxed(order: EncodeOrder, rung: Rung) -> list[str]:
    return muxing.of_video(order.out / rung.filename, order.rate)
