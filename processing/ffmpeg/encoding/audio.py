"""The part of an encode's command that makes sound: every track of a span.

Sound is read from the input number `opening`. It may have been decoded before, where it changes its
form midway.
"""

from __future__ import annotations

from processing.ffmpeg.encoding import counting, filters, muxing, outputs
from processing.ffmpeg.encoding.order import EncodeOrder
from processing.ffmpeg.output_format import AUDIO_RATE, PACKET, units
from processing.ffmpeg.planning.tracks import AudioTrack


def tracks(order: EncodeOrder, *, opening: int, is_decoded: bool) -> list[str]:
    """The options of all tracks; `is_decoded` tells that they are
    so already, in the order of the plan."""
    argv = []
    for number, track in enumerate(order.plan.tracks):
        if is_decoded:
            argv += _of_decoded(order, track, number, opening=opening)
        elif track.codec == "aac" and track.stream_index in order.span.copied_sound:
            argv += _copied(order, track, opening=opening)
        else:
            argv += _encoded(order, track, _graph(order, track, opening=opening))
    return argv


def decoded(order: EncodeOrder, track: AudioTrack) -> list[str]:
    """The options that decode a track, and encode nothing."""
    return ["-filter_complex", _decoded_graph(order, track), "-map", f"[{track.name}]"]


def _graph(order: EncodeOrder, track: AudioTrack, *, opening: int) -> str:
    """At least as long as the pictures."""
    cut = _cut(order, track)
    if track.speakers:
        streams = [order.stream(speaker.stream_index) for speaker in track.speakers]
        places = [speaker.position for speaker in track.speakers]
        return filters.joined(streams, places, track.name, order.origin, opening=opening, cut=cut)
    stream = order.stream(track.stream_index)
    return filters.sound(stream, track.name, order.origin, opening=opening, cut=cut)


def _cut(order: EncodeOrder, track: AudioTrack) -> filters.Cut:
    counted = counting.sound_branch(track.name, *order.heard_seconds)
    return filters.Cut(order.first_sample, order.end_sample, order.least_samples, counted)


def _decoded_graph(order: EncodeOrder, track: AudioTrack) -> str:
    if track.speakers:
        return _graph(order, track, opening=0)  # such streams do not change
    stream = order.stream(track.stream_index)
    return filters.decoded(stream, track.name, order.origin, first=order.first_sample)


def _of_decoded(order: EncodeOrder, track: AudioTrack, number: int, *, opening: int) -> list[str]:
    bare, cut = order.media.is_bare, _cut(order, track)
    graph = filters.of_decoded(number, track.name, opening=opening, cut=cut, bare=bare)
    return _encoded(order, track, graph)


def _encoded(order: EncodeOrder, track: AudioTrack, graph: str) -> list[str]:
    """The noise filter drops what was encoded before and after the span, and what the
    encoder begins with, whose time is negative: so the first packet is at 0 and a beep stands where
    it stood."""
    span, output = order.span, outputs.audio(track.codec, order.ffmpeg.has_encoder)
    graph = filters.delayed(graph, track.name, by=output.before, first=order.first_sample)
    argv = ["-filter_complex", graph, "-map", f"[{track.name}]"]
    argv += output.argv(order.plan.bitrate_of(track))
    first, end = units(span.first_packet, output.unit), span.end_packet
    end_tick = None if end is None else units(end, output.unit) * output.unit
    argv += ["-bsf:a", muxing.kept(first * output.unit, end_tick)]
    argv += muxing.of_audio(order.out / track.filename)
    return [*argv, *counting.sound_output(track.name, order.out)]


def _copied(order: EncodeOrder, track: AudioTrack, *, opening: int) -> list[str]:
    """The source's own packets of the span, each put where one of ours would stand. They are
    decoded as well, into nothing: what does not decode must not be shown."""
    first, end = order.span.first_packet * PACKET, order.copied_end_packet * PACKET
    stream = ["-map", f"{opening}:{track.stream_index}", *muxing.reading_until(order)]
    own = f"{muxing.placed(round(order.origin * AUDIO_RATE), PACKET)},{muxing.kept(first, end)}"
    file = muxing.of_audio(order.out / track.filename)
    return [*stream, "-c:a", "copy", "-bsf:a", own, *file, *stream, "-f", "null", "-"]
