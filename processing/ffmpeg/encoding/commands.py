"""The command that encodes a span: one process and one decode for all rungs and the audio."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from processing.ffmpeg import inputs
from processing.ffmpeg.encoding import audio, decoding, filters, outputs, video
from processing.ffmpeg.encoding.order import EncodeOrder
from processing.ffmpeg.media import VideoStream
from processing.ffmpeg.output_format import AUDIO_RATE

# Seconds by which a container may store audio ahead of the frames of the same time.
_STORED_AHEAD = 2


def encode(order: EncodeOrder, *, decoded: Path | None = None) -> list[str]:
    """Return the argv that writes one span: `out/<rung>.mp4` for each rung and `out/<track>.mp4`
    for each audio track. Each file has an init segment and fragments whose times are those of the
    whole timeline. Call `finish` on the files afterwards.

    The command reports on standard output in the form that `progress.ProgressParser` reads. Without
    rungs it makes only audio. If the audio changes its form midway, the command fails, which
    `audio_changes` detects; the audio must then come from `decoded`, the file that the command of
    `decode` writes.
    """
    argv, audio_input = _opened(order, decoded)
    if order.video is not None:
        argv += video.rungs(order, order.video)
    return argv + audio.tracks(order, audio_input)


def sample(order: EncodeOrder, *, decoded: Path | None = None) -> list[str]:
    """Return the argv that encodes nothing, but samples (`samples`) and counts everything that an
    encode of the same order would encode: frames if the plan has a rung, and the plan's tracks. The
    results go into `out`."""
    argv, audio_input = _opened(order, decoded)
    if order.video is not None:
        argv += video.sampled(order, order.video)
    return argv + audio.sampled(order, audio_input)


def finish(order: EncodeOrder) -> None:
    """Correct what FFmpeg could not write in the files of `encode`. Missing files are skipped; the
    code that reads them reports them. Raises `MalformedBoxes`."""
    plan, has = order.plan, order.ffmpeg.has_encoder
    made = [(rung.filename, outputs.video(rung.codec, has).finish) for rung in plan.rungs]
    made += [(track.filename, outputs.audio(track.codec, has).finish) for track in plan.tracks]
    for filename, put_right in made:
        if (order.out / filename).exists():
            put_right(order.out / filename)


def decode(order: EncodeOrder, out: Path) -> list[str]:
    """Return the argv that decodes the audio of one span into the file `out`, one stream per track.
    FFmpeg can restart a filter graph where audio changes its form only if no AAC encoder follows,
    because that encoder needs 1024 samples at once."""
    sought = _audio_seek(order)
    argv = [*_begun(order), *_input(order, sought, follows=True)]
    for number, track in enumerate(order.plan.tracks):
        stream = order.stream(track.stream_index)
        since = (stream.start if sought is None else sought) - order.plan.origin
        own = filters.own_times(stream, order.origin, since, sought=sought is not None)
        argv += audio.decoded(order, track)
        argv += [] if track.speakers else [f"-bsf:a:{number}", own]
    argv += ["-c:a", "pcm_f32le", "-map_metadata", "-1", "-max_muxing_queue_size", "4096"]
    return [*argv, "-avoid_negative_ts", "disabled", "-f", "nut", str(out)]


def audio_changes(log: str) -> bool:
    """Whether an encode failed because its audio changes its channels, layout or rate midway."""
    return "Changing audio frame properties on the fly is not supported" in log


def _opened(order: EncodeOrder, decoded: Path | None) -> tuple[list[str], audio.Opening]:
    """Return the beginning of a command with its inputs, and which input has the audio."""
    seen, tracks, span = order.video, order.plan.tracks, order.span
    argv = [*_begun(order), "-progress", "pipe:1", "-stats_period", "0.5"]
    if span.copies:
        argv.append("-xerror")  # copied streams must decode without a fault, like the rest
    sought = span.seek is not None or span.first_packet > 0
    apart = seen is not None and bool(tracks) and (sought or decoded is not None)
    if seen is not None:
        argv += _input(order, _frame_seek(order, seen), seen)
    if decoded is not None:
        argv += ["-seek_timestamp", "1", *inputs.our_own(decoded)]  # its times stay as they are
    elif seen is None or apart:
        argv += _input(order, _audio_seek(order))
    return argv, audio.Opening(1 if apart else 0, is_decoded=decoded is not None)


def _begun(order: EncodeOrder) -> list[str]:
    argv = [order.ffmpeg.program, "-hide_banner", "-nostdin", "-nostats"]
    argv += ["-loglevel", "warning", "-y"]
    argv += ["-filter_complex_threads", str(order.threads), "-max_error_rate", "0.9"]
    return [*argv, "-copyts"] if order.keeps_timestamps else argv


def _input(
    order: EncodeOrder,
    seek: Fraction | None,
    video: VideoStream | None = None,
    *,
    follows: bool = False,
) -> list[str]:
    """Return the options that open the source from `seek` on. Only with `follows` may audio filter
    graphs restart, because a restart drops the samples the filters still hold."""
    argv = ["-threads", str(order.threads)]
    if order.video is not None and filters.survives_size_changes(order.video):
        argv += ["-reinit_filter:v", "0"]
    if not follows:
        argv += ["-reinit_filter:a", "0"]
    if order.video is not None and order.video.upright:
        argv.append("-noautorotate")  # otherwise FFmpeg turns by odd angles within the old frame
    if video is not None:
        argv += decoding.options(video)
    if seek is not None:
        argv += ["-noaccurate_seek", "-seek_timestamp", "1", "-ss", f"{float(seek):.6f}"]
    return [*argv, *inputs.opened(order.source)]


def _frame_seek(order: EncodeOrder, video: VideoStream) -> Fraction | None:
    """Return the seconds to seek to for frames: half a frame after the keyframe, so that no
    rounding misses it."""
    if order.span.seek is None:
        return None
    return order.span.seek * video.time_base + 1 / (2 * order.rate)


def _audio_seek(order: EncodeOrder) -> Fraction | None:
    """Return the seconds to seek to for audio: before the encoder's first sample, and before the
    frames of that time, because audio may be stored there.

    With frames this is never later than the seek for frames: a container seeks by their keyframes,
    and FFmpeg may end far behind the last of them.
    """
    wanted = Fraction(order.first_sample, AUDIO_RATE) - _STORED_AHEAD
    if wanted + order.skipped <= 0:
        return None
    wanted += order.plan.origin
    if order.video is None:
        return wanted
    frames = _frame_seek(order, order.video)
    return None if frames is None else min(wanted, frames)
