"""Where a span starts and how long it lasts, in seconds."""

from __future__ import annotations

from processing.ffmpeg.output_format import AUDIO_RATE, PACKET
from processing.ffmpeg.planning.plan import EncodePlan
from processing.ffmpeg.planning.span_plan import Span

_LEAST_SECONDS = 0.1


def start_of(span: Span, plan: EncodePlan) -> float:
    """Return the seconds from the start of the output to the start of a span."""
    if plan.grid is None:
        return span.first_packet * PACKET / AUDIO_RATE
    return float(span.first_frame / plan.grid.rate)


def seconds_of(span: Span, plan: EncodePlan) -> float:
    """Return how long a span lasts, as far as is known: at least a tenth of a second."""
    return max(_LEAST_SECONDS, _end_of(span, plan) - start_of(span, plan))


def _end_of(span: Span, plan: EncodePlan) -> float:
    if plan.grid is None:
        return plan.seconds if span.end_packet is None else span.end_packet * PACKET / AUDIO_RATE
    return plan.seconds if span.end_frame is None else float(span.end_frame / plan.grid.rate)
