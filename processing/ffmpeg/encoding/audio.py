"""The audio part of an encode command: every track of a span."""

from __future__ import annotations

from dataclasses import dataclass

from processing.ffmpeg.encoding import counting, filters, muxing, outputs, samples
from processing.ffmpeg.encoding.order import EncodeOrder
from processing.ffmpeg.output_format import AUDIO_RATE, PACKET, units
from processing.ffmpeg.planning.tracks import AudioTrack


@dataclass(frozen=True)
class Opening:
    """The `number` of the input that has the audio. `is_decoded` is true if that input is already
    decoded, with the tracks in the order of the plan, because the audio changes its form midway."""

    number: int
    is_decoded: bool = False


def tracks(order: EncodeOrder, audio_input: Opening) -> list[str]:
    """Return the options for all tracks."""
    argv = []
    for number, track in enumerate(order.plan.tracks):
        copied = track.codec == "aac" and track.stream_index in order.span.copied_sound
        if copied and not audio_input.is_decoded:
            argv += _copied(order, track, opening=audio_input.number)
        else:
            argv += _encoded(order, track, _graph(order, number, audio_input))
    return argv


def sampled(order: EncodeOrder, audio_input: Opening) -> list[str]:
    """Return the options that sample and count all tracks."""
    argv = []
    for number, track in enumerate(order.plan.tracks):
        argv += ["-filter_complex", _graph(order, number, audio_input), "-map", f"[{track.name}]"]
        argv += samples.audio_to(order.out / samples.audio_filename(track.name))
        argv += counting.audio_output(track.name, order.out)
    return argv


def decoded(order: EncodeOrder, track: AudioTrack) -> list[str]:
    """Return the options that decode a track and encode nothing."""
    return ["-filter_complex", _decoded_graph(order, track), "-map", f"[{track.name}]"]


def _graph(order: EncodeOrder, number: int, audio_input: Opening) -> str:
    """Return the filter graph of one track, which lasts at least as long as the frames."""
    track = order.plan.tracks[number]
    if not audio_input.is_decoded:
        return _of_source(order, track, opening=audio_input.number)
    bare, cut = order.media.is_bare, _cut(order, track)
    later = 0 if track.speakers else filters.ahead(order.stream(track.stream_index))
    return filters.of_decoded(
        number, track.name, opening=audio_input.number, cut=cut, bare=bare, later=later
    )


def _of_source(order: EncodeOrder, track: AudioTrack, *, opening: int) -> str:
    cut = _cut(order, track)
    if track.speakers:
        streams = [order.stream(speaker.stream_index) for speaker in track.speakers]
        places = [speaker.position for speaker in track.speakers]
        return filters.joined(streams, places, track.name, order.origin, opening=opening, cut=cut)
    stream = order.stream(track.stream_index)
    return filters.audio(stream, track.name, order.origin, opening=opening, cut=cut)


def _cut(order: EncodeOrder, track: AudioTrack) -> filters.Cut:
    counted = counting.audio_branch(track.name, *order.heard_seconds)
    return filters.Cut(order.first_sample, order.end_sample, order.least_samples, counted)


def _decoded_graph(order: EncodeOrder, track: AudioTrack) -> str:
    if track.speakers:
        return _of_source(order, track, opening=0)  # such streams do not change
    stream = order.stream(track.stream_index)
    return filters.decoded(stream, track.name, order.origin, first=order.first_sample)


def _encoded(order: EncodeOrder, track: AudioTrack, graph: str) -> list[str]:
    """Return the options that encode a track.

    The noise filter drops the packets encoded before and after the span and the packets with which
    the encoder begins, whose times are negative. So the first packet is at 0, and a beep stays
    where it was in the source.
    """
    span, output = order.span, outputs.audio(track.codec, order.ffmpeg.has_encoder)
    graph = filters.delayed(graph, track.name, by=output.before, first=order.first_sample)
    argv = ["-filter_complex", graph, "-map", f"[{track.name}]"]
    argv += output.argv(order.plan.bitrate_of(track))
    first, end = units(span.first_packet, output.unit), span.end_packet
    end_tick = None if end is None else units(end, output.unit) * output.unit
    argv += ["-bsf:a", muxing.kept(first * output.unit, end_tick)]
    argv += muxing.of_audio(order.out / track.filename)
    return [*argv, *counting.audio_output(track.name, order.out)]


def _copied(order: EncodeOrder, track: AudioTrack, *, opening: int) -> list[str]:
    """Return the options that copy the source's own packets of the span, each moved to where one of
    ours would be. The packets are also decoded, into nothing: audio that does not decode must not
    be played."""
    first, end = order.span.first_packet * PACKET, order.copied_end_packet * PACKET
    stream = ["-map", f"{opening}:{track.stream_index}", *muxing.reading_until(order)]
    own = f"{muxing.placed(round(order.origin * AUDIO_RATE), PACKET)},{muxing.kept(first, end)}"
    file = muxing.of_audio(order.out / track.filename)
    return [*stream, "-c:a", "copy", "-bsf:a", own, *file, *stream, "-f", "null", "-"]
