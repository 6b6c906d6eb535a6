"""The command of an encode: one process, one decode, every rung and the sound of a span.

Each output is a fragmented MP4 of one track, its times those of the whole: a fragment per GOP
for pictures, one per half second for sound. The switches were found by trial on FFmpeg 5.1 by
reading the boxes they make.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from processing.ffmpeg import inputs
from processing.ffmpeg.encoding import counting, decoding, edges, filters, outputs, pixels
from processing.ffmpeg.encoding.outputs import HasEncoder
from processing.ffmpeg.encoding.outputs.output import VideoOrder
from processing.ffmpeg.media import AudioStream, Media, VideoStream
from processing.ffmpeg.output_format import AUDIO_FRAGMENT_SECONDS, AUDIO_RATE, PACKET
from processing.ffmpeg.planning.chunks import Span
from processing.ffmpeg.planning.ladder import Rung
from processing.ffmpeg.planning.plan import EncodePlan
from processing.ffmpeg.planning.tracks import AudioTrack

_MIN_TIMESCALE = 10_000
# Packets are stored in the order of decoding: some of a span come after its end was seen.
_READ_ON_SECONDS = 1
# Packets the sound encoder is given at least before a span, to be in the state it would be in,
# and after it, to know what comes. It begins at a multiple of so many that their samples are
# whole numbers at every usual rate.
_LEADING_PACKETS = 20
_WHOLE_PACKETS = 15
_TRAILING_PACKETS = 4
# Seconds by which a container may store sound before the pictures of its time.
_STORED_AHEAD = 2
_MOVFLAGS = "+frag_discont+empty_moov+default_base_moof+negative_cts_offsets+skip_trailer"


def timescale(rate: Fraction) -> int:
    """Ticks a second in which every picture of `rate` lasts a whole number of ticks."""
    return rate.numerator * math.ceil(_MIN_TIMESCALE / rate.numerator)


def units(packets: int, unit: int) -> int:
    """The border between access units of `unit` samples that is nearest to one of packets of AAC:
    the same for the span before it and the span after."""
    return round(Fraction(packets * PACKET, unit))


@dataclass(frozen=True)
class _Order:
    """What is to be made: `video` is None when only sound is."""

    media: Media
    video: VideoStream | None
    plan: EncodePlan
    span: Span
    source: Path
    out: Path
    threads: int
    has: HasEncoder

    @property
    def keeps_timestamps(self) -> bool:
        """Where nothing is known of the times of a clock that may jump, FFmpeg mends them as it
        reads; it can only if it may shift timestamps itself."""
        return not self.media.clock_may_jump or not self.span.whole or self.media.times_are_known

    @property
    def rate(self) -> Fraction:
        """Frames a second of the grid, 1 where only sound is made."""
        return self.plan.grid.rate if self.plan.grid else Fraction(1)

    @property
    def origin(self) -> Fraction:
        """Seconds that become 0, as the filters see them."""
        if self.keeps_timestamps:
            return self.plan.origin
        return self.plan.origin - Fraction(self.media.start).limit_denominator(1_000_000)

    @property
    def first_sample(self) -> int:
        """The first sample the sound encoder gets."""
        first = max(0, self.span.first_packet - _LEADING_PACKETS)
        return first // _WHOLE_PACKETS * _WHOLE_PACKETS * PACKET

    @property
    def heard_seconds(self) -> tuple[Fraction, Fraction | None]:
        """The seconds of sound that are the span's own."""
        first, end = self.span.first_packet, self.span.end_packet
        length = Fraction(PACKET, AUDIO_RATE)
        return first * length, None if end is None else end * length

    @property
    def end_sample(self) -> int | None:
        """Where the sound encoder's input ends, None for the end of the source."""
        if self.span.end_packet is None:
            return None
        return (self.span.end_packet + _TRAILING_PACKETS) * PACKET

    @property
    def least_samples(self) -> int:
        """Sound goes on at least until here, in silence where the source's ends before: as long as
        the pictures."""
        grid = self.plan.grid
        return math.ceil(grid.frames / grid.rate * AUDIO_RATE) if grid else 0

    @property
    def copied_end_packet(self) -> int:
        """Where packets of sound end that are copied."""
        if self.span.end_packet is not None:
            return self.span.end_packet
        heard = (self.media.sound_end - float(self.plan.origin)) * AUDIO_RATE
        return math.ceil(max(self.least_samples, heard) / PACKET)


def encode(
    media: Media,
    plan: EncodePlan,
    span: Span,
    *,
    ffmpeg: str,
    source: Path,
    out: Path,
    threads: int,
    decoded: Path | None = None,
    has: HasEncoder = outputs.each_one,
) -> list[str]:
    """The argv that writes one span: `out/<rung>.mp4` for each rung, `out/<track>.mp4` for each
    sound track, each an init segment and fragments whose times are those of the whole; `finish`
    them. `has` tells whether this FFmpeg has an encoder.

    It reports on standard output as `progress.ProgressParser` reads it. Without rungs only sound is
    made. Sound that changes its form midway makes it fail, as `sound_changes` tells; it then comes
    from `decoded`, which the command of `decode` writes.
    """
    video, tracks = media.video if plan.rungs else None, plan.tracks
    order = _Order(media, video, plan, span, source, out, threads, has)
    argv = [*_begun(ffmpeg, order), "-progress", "pipe:1", "-stats_period", "0.5"]
    if span.copies:
        argv.append("-xerror")  # what is copied must decode without a fault, as the rest does
    apart = video is not None and bool(tracks) and (span.first_packet > 0 or decoded is not None)
    if video is not None:
        argv += _input(order, _picture_seek(order, video), video)
    if decoded is not None:
        argv += ["-seek_timestamp", "1", *inputs.our_own(decoded)]  # its times stay as they are
    elif video is None or apart:
        argv += _input(order, _sound_seek(order))
    if video is not None:
        argv += _pictures(order, video, plan.rungs)
    opening = 1 if apart else 0
    for number, track in enumerate(tracks):
        if decoded is not None:
            argv += _of_decoded(order, track, number, opening=opening)
        elif track.codec == "aac" and track.stream_index in span.copied_sound:
            argv += _copied_sound(order, track, opening=opening)
        else:
            argv += _sound(order, track, opening=opening)
    return argv


def finish(plan: EncodePlan, out: Path, *, has: HasEncoder = outputs.each_one) -> None:
    """Put right what FFmpeg could not write in the files of `encode`; what is missing is told by
    those who read them. Raises `MalformedBoxes`."""
    made = [(rung.filename, outputs.video(rung.codec, has).finish) for rung in plan.rungs]
    made += [(track.filename, outputs.audio(track.codec, has).finish) for track in plan.tracks]
    for filename, put_right in made:
        if (out / filename).exists():
            put_right(out / filename)


def decode(
    media: Media,
    plan: EncodePlan,
    span: Span,
    *,
    ffmpeg: str,
    source: Path,
    out: Path,
    threads: int,
) -> list[str]:
    """The argv that writes the sound of one span into the file `out`, decoded, a stream for each
    track: FFmpeg can begin a graph anew where sound changes its form only if no encoder of AAC,
    which wants 1024 samples at once, follows."""
    video = media.video if plan.rungs else None
    order = _Order(media, video, plan, span, source, out.parent, threads, outputs.each_one)
    sought = _sound_seek(order)
    argv = [*_begun(ffmpeg, order), *_input(order, sought, follows=True)]
    for number, track in enumerate(plan.tracks):
        argv += ["-filter_complex", _decoded_graph(order, track), "-map", f"[{track.name}]"]
        stream = _stream(order, track.stream_index)
        since = (stream.start if sought is None else sought) - plan.origin
        own = filters.own_times(stream, order.origin, since, sought=sought is not None)
        argv += [f"-bsf:a:{number}", own]
    argv += ["-c:a", "pcm_f32le", "-map_metadata", "-1", "-max_muxing_queue_size", "4096"]
    return [*argv, "-avoid_negative_ts", "disabled", "-f", "nut", str(out)]


def sound_changes(log: str) -> bool:
    """Whether an encode failed because its sound changes its channels, layout or rate midway."""
    return "Changing audio frame properties on the fly is not supported" in log


def _begun(ffmpeg: str, order: _Order) -> list[str]:
    argv = [ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"]
    argv += ["-filter_complex_threads", str(order.threads), "-max_error_rate", "0.9"]
    return [*argv, "-copyts"] if order.keeps_timestamps else argv


def _input(
    order: _Order,
    seek: Fraction | None,
    video: VideoStream | None = None,
    *,
    follows: bool = False,
) -> list[str]:
    """The opening of the source from `seek` on; only with `follows` graphs of sound may begin
    anew, which leaves out what they hold."""
    argv = ["-threads", str(order.threads)]
    if order.video is not None and filters.survives_size_changes(order.video):
        argv += ["-reinit_filter:v", "0"]
    if not follows:
        argv += ["-reinit_filter:a", "0"]
    if order.video is not None and order.video.upright:
        argv.append("-noautorotate")  # or FFmpeg turns by odd angles within the old frame
    if video is not None:
        argv += decoding.options(video)
    if seek is not None:
        argv += ["-noaccurate_seek", "-seek_timestamp", "1", "-ss", f"{float(seek):.6f}"]
    return [*argv, *inputs.opened(order.source)]


def _picture_seek(order: _Order, video: VideoStream) -> Fraction | None:
    """Seconds to seek to: half a picture after the keyframe, so that no rounding misses it."""
    if order.span.seek is None:
        return None
    return order.span.seek * video.time_base + 1 / (2 * order.rate)


def _sound_seek(order: _Order) -> Fraction | None:
    """Seconds to seek to for sound: before what the encoder gets, and before the pictures of
    that time, where sound may be stored."""
    wanted = Fraction(order.first_sample, AUDIO_RATE) - _STORED_AHEAD
    return order.plan.origin + wanted if wanted > 0 else None


def _pictures(order: _Order, video: VideoStream, rungs: Sequence[Rung]) -> list[str]:
    copied, encoded = (rungs[:1], rungs[1:]) if order.span.copies else ((), rungs)
    argv = _encoded(order, video, encoded) if encoded else []
    for rung in copied:
        argv += [*_copy(order, video), *_muxed_pictures(order, rung)]
    return argv


def _encoded(order: _Order, video: VideoStream, rungs: Sequence[Rung]) -> list[str]:
    span, grid = order.span, order.plan.grid
    held, counted = False, False
    if grid is not None:
        held, counted = grid.fills_its_end, grid.fills_its_end or grid.is_exact
    end = grid.frames if grid and counted and span.end_frame is None else span.end_frame
    graph = filters.pictures(
        video,
        rungs,
        order.origin - video.delay * video.time_base,
        order.rate,
        first=span.first_frame,
        end=end,
        from_start=span.seek is None,
        snaps=counted,
        held=held,
        counted=counting.frames_branch(order.rate, span.first_frame, span.end_frame),
        borders=None if span.whole else (span.first_frame, span.end_frame),
    )
    argv = ["-filter_complex", graph]
    for number, rung in enumerate(rungs):
        argv += ["-map", f"[{filters.label(number)}]"]
        argv += [*_encoder(order, video, rung), *_muxed_pictures(order, rung)]
    # Last, for FFmpeg reports the frames of its first output.
    argv += counting.frames_output(order.out)
    return argv if span.whole else [*argv, *edges.written(span.end_frame, order.out)]


def _copy(order: _Order, video: VideoStream) -> list[str]:
    """The source's own packets of the span, each moved onto its tick of the grid."""
    span, tick = order.span, int(timescale(order.rate) / order.rate)
    origin = round(order.origin * timescale(order.rate))
    end = None if span.end_frame is None else span.end_frame * tick
    kept = f"{_placed(origin, tick)},{_kept(span.first_frame * tick, end)}"
    # Whatever the source calls it: its parameter sets must be those of the init segment anyway.
    argv = ["-map", f"0:{video.index}", "-c:v", "copy", "-tag:v", "avc1", *_reading_until(order)]
    return [*argv, "-bsf:v", kept]


def _placed(origin: int, step: int) -> str:
    """The bitstream filter that puts packets on the nearest of the steps (ticks) from `origin`."""
    times = (f"{name}='round(({name.upper()}-{origin})/{step})*{step}'" for name in ("pts", "dts"))
    return f"setts={':'.join(times)}"


def _kept(first: int, end: int | None) -> str:
    """The bitstream filter that drops packets shown before `first` or from `end` on (ticks)."""
    dropped = f"lt(pts,{first})"
    if end is not None:
        dropped += f"+gte(pts,{end})"
    return f"noise=drop='{dropped}'"


def _reading_until(order: _Order) -> list[str]:
    """What is only copied ends by itself at the end of the source: not later than the span."""
    if order.video is None or order.span.end_frame is None:
        return []
    end = order.origin + order.span.end_frame / order.rate + _READ_ON_SECONDS
    return ["-t", f"{float(end):.3f}"]


def _encoder(order: _Order, video: VideoStream, rung: Rung) -> list[str]:
    wanted = VideoOrder(
        rung,
        preset=rung.preset or order.plan.preset,
        gop=order.plan.gop_frames,
        keyframes=_keyframes(order),
        threads=order.threads,
        colors=pixels.color_tags(video),
    )
    return outputs.video(rung.codec, order.has).argv(wanted)


def _keyframes(order: _Order) -> tuple[float, ...]:
    """Where groups begin, in seconds, if the copied rung has its own."""
    # A quarter of a picture early: FFmpeg rounds to a whole one and forces that, or the next.
    times = [float((frame - Fraction(1, 4)) / order.rate) for frame in order.span.keyframes]
    return tuple(max(0.0, time) for time in times)


def _muxed_pictures(order: _Order, rung: Rung) -> list[str]:
    argv = ["-video_track_timescale", str(timescale(order.rate))]
    return [*argv, *_muxed(order.out / rung.filename, f"{_MOVFLAGS}+frag_keyframe")]


def _sound(order: _Order, track: AudioTrack, *, opening: int) -> list[str]:
    """One track, read from input number `opening`: at least as long as the pictures."""
    return _heard(order, track, _sound_graph(order, track, opening=opening))


def _sound_graph(order: _Order, track: AudioTrack, *, opening: int) -> str:
    if track.speakers:
        streams = [_stream(order, speaker.stream_index) for speaker in track.speakers]
        places = [speaker.position for speaker in track.speakers]
        cut = _cut(order, track)
        return filters.joined(streams, places, track.name, order.origin, opening=opening, cut=cut)
    stream = _stream(order, track.stream_index)
    return filters.sound(stream, track.name, order.origin, opening=opening, cut=_cut(order, track))


def _cut(order: _Order, track: AudioTrack) -> filters.Cut:
    counted = counting.sound_branch(track.name, *order.heard_seconds)
    return filters.Cut(order.first_sample, order.end_sample, order.least_samples, counted)


def _decoded_graph(order: _Order, track: AudioTrack) -> str:
    if track.speakers:
        return _sound_graph(order, track, opening=0)  # such streams do not change
    stream = _stream(order, track.stream_index)
    return filters.decoded(stream, track.name, order.origin, first=order.first_sample)


def _of_decoded(order: _Order, track: AudioTrack, number: int, *, opening: int) -> list[str]:
    """The same of what `decode` wrote as stream `number`."""
    bare, cut = order.media.is_bare, _cut(order, track)
    graph = filters.of_decoded(number, track.name, opening=opening, cut=cut, bare=bare)
    return _heard(order, track, graph)


def _stream(order: _Order, index: int) -> AudioStream:
    return next(stream for stream in order.media.audio if stream.index == index)


def _heard(order: _Order, track: AudioTrack, graph: str) -> list[str]:
    """The noise filter drops what was encoded before and after the span, and what the
    encoder begins with, whose time is negative: so the first packet is at 0 and a beep stands where
    it stood."""
    span, output = order.span, outputs.audio(track.codec, order.has)
    graph = filters.delayed(graph, track.name, by=output.before, first=order.first_sample)
    argv = ["-filter_complex", graph, "-map", f"[{track.name}]"]
    argv += output.argv(order.plan.bitrate_of(track))
    first, end = units(span.first_packet, output.unit), span.end_packet
    end_tick = None if end is None else units(end, output.unit) * output.unit
    argv += ["-bsf:a", _kept(first * output.unit, end_tick)]
    argv += _muxed_sound(order, track)
    return [*argv, *counting.sound_output(track.name, order.out)]


def _copied_sound(order: _Order, track: AudioTrack, *, opening: int) -> list[str]:
    """The source's own packets of the span, each put where one of ours would stand. They are
    decoded as well, into nothing: what does not decode must not be shown."""
    span, end_packet = order.span, order.copied_end_packet
    stream = ["-map", f"{opening}:{track.stream_index}", *_reading_until(order)]
    placed = _placed(round(order.origin * AUDIO_RATE), PACKET)
    kept = _kept(span.first_packet * PACKET, end_packet * PACKET)
    argv = [*stream, "-c:a", "copy", "-bsf:a", f"{placed},{kept}", *_muxed_sound(order, track)]
    return [*argv, *stream, "-f", "null", "-"]


def _muxed_sound(order: _Order, track: AudioTrack) -> list[str]:
    fragments = ["-frag_duration", str(round(AUDIO_FRAGMENT_SECONDS * 1_000_000))]
    return [*fragments, *_muxed(order.out / track.filename, _MOVFLAGS)]


def _muxed(path: Path, movflags: str) -> list[str]:
    argv = ["-map_metadata", "-1", "-map_chapters", "-1", "-dn", "-sn"]
    argv += ["-max_muxing_queue_size", "4096", "-fflags", "+bitexact"]
    return [*argv, "-avoid_negative_ts", "disabled", "-f", "mp4", "-movflags", movflags, str(path)]
