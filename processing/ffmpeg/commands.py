"""The command of an encode: one process, one decode, every rung and the sound.

Each output is a fragmented MP4 of one track whose first sample is at time 0: a fragment per GOP
for pictures, one per half second for sound. The switches were found by trial on FFmpeg 5.1 by
reading the boxes they make.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from processing.ffmpeg import filters, inputs
from processing.ffmpeg.filters import AUDIO_RATE
from processing.ffmpeg.ladder import Profile, Rung
from processing.ffmpeg.media import AudioStream, Media, VideoStream

AUDIO_FILENAME = "audio.mp4"
# Short enough that segments put together from them end within a quarter of a second of the
# pictures' segments, long enough that their headers cost 3 % of the sound.
AUDIO_FRAGMENT_SECONDS = 0.5

_MIN_TIMESCALE = 10_000
# Containers whose clock may jump; FFmpeg mends that only when it may shift timestamps itself.
_JUMPING_CLOCKS = ("mpegts", "mpeg")
# `stitchable` keeps the init segment the same whatever the CRF; fixed GOPs for aligned rungs.
_MOVFLAGS = "+frag_discont+empty_moov+default_base_moof+negative_cts_offsets+skip_trailer"


def gop_frames(rate: Fraction, profile: Profile) -> int:
    """Pictures in one group of pictures, the distance of keyframes."""
    return max(1, round(profile.gop_seconds * rate))


def timescale(rate: Fraction) -> int:
    """Ticks a second in which every picture of `rate` lasts a whole number of ticks."""
    return rate.numerator * math.ceil(_MIN_TIMESCALE / rate.numerator)


def encode(
    media: Media,
    rungs: Sequence[Rung],
    profile: Profile,
    *,
    ffmpeg: str,
    source: Path,
    out: Path,
    threads: int,
) -> list[str]:
    """The argv that writes `out/<rung>.mp4` for each rung and, with sound, `out/audio.mp4`.

    It reports on standard output as `progress.ProgressParser` reads it. Without rungs, or for a
    source without pictures, only the sound is made.
    """
    video = media.video if rungs else None
    argv = [ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"]
    argv += ["-progress", "pipe:1", "-stats_period", "0.5"]
    argv += ["-filter_complex_threads", str(threads), "-max_error_rate", "0.9"]
    argv += _input(media, source, threads)
    if video is not None:
        held_to = media.planned_frames if media.held_seconds else None
        graph = filters.pictures(video, rungs, _origin(media, video), held_to)
        argv += ["-filter_complex", graph]
        for number, rung in enumerate(rungs):
            argv += ["-map", f"[{filters.label(number)}]", *_x264(video, rung, profile, threads)]
            argv += _muxed(out / rung.filename, f"{_MOVFLAGS}+frag_keyframe")
    if media.audio:
        seconds = _shown_seconds(media) if video is not None else None
        argv += _sound(media.audio[0], profile, out, _origin(media, video), seconds)
    return argv


def _input(media: Media, source: Path, threads: int) -> list[str]:
    argv = ["-threads", str(threads)]
    if _keeps_timestamps(media):
        argv.append("-copyts")
    if media.video is not None and filters.survives_size_changes(media.video):
        argv += ["-reinit_filter", "0"]
    return [*argv, *inputs.opened(source)]


def _keeps_timestamps(media: Media) -> bool:
    return media.container not in _JUMPING_CLOCKS


def _origin(media: Media, video: VideoStream | None) -> Fraction:
    """Seconds, as the filters see them, that become 0: the first picture, or the first sound."""
    start = media.audio[0].start if video is None else video.start
    if _keeps_timestamps(media):
        return start
    return start - Fraction(media.start).limit_denominator(1_000_000)


def _x264(video: VideoStream, rung: Rung, profile: Profile, threads: int) -> list[str]:
    gop = str(gop_frames(video.frame_rate, profile))
    argv = ["-fps_mode", "passthrough", "-c:v", "libx264", "-preset", profile.preset]
    argv += ["-profile:v", "high", "-threads", str(threads), "-crf", str(rung.crf)]
    argv += ["-maxrate", str(rung.maxrate), "-bufsize", str(rung.bufsize)]
    argv += ["-g", gop, "-keyint_min", gop, "-sc_threshold", "0", "-x264-params", "stitchable=1"]
    argv += ["-video_track_timescale", str(timescale(video.frame_rate))]
    for option, value in filters.color_tags(video).items():
        argv += [option, value]
    return argv


def _shown_seconds(media: Media) -> Fraction | None:
    if media.video is None or media.planned_frames is None:
        return None
    return media.planned_frames / media.video.frame_rate


def _sound(
    stream: AudioStream,
    profile: Profile,
    out: Path,
    origin: Fraction,
    seconds: Fraction | None,
) -> list[str]:
    """AAC of one sound stream, `seconds` long: as long as the pictures.

    The noise filter drops the encoder's priming packet, whose time is negative: so the first
    packet is at 0 and a beep stands where it stood.
    """
    argv = ["-filter_complex", filters.sound(stream, origin, seconds)]
    argv += ["-map", "[sound]", "-c:a", "aac", "-b:a", str(profile.audio_bitrate)]
    argv += ["-ar", str(AUDIO_RATE), "-bsf:a", "noise=drop='lt(pts,0)'"]
    argv += ["-frag_duration", str(round(AUDIO_FRAGMENT_SECONDS * 1_000_000))]
    return [*argv, *_muxed(out / AUDIO_FILENAME, _MOVFLAGS)]


def _muxed(path: Path, movflags: str) -> list[str]:
    argv = ["-map_metadata", "-1", "-map_chapters", "-1", "-dn", "-sn"]
    argv += ["-max_muxing_queue_size", "4096", "-fflags", "+bitexact"]
    return [*argv, "-avoid_negative_ts", "disabled", "-f", "mp4", "-movflags", movflags, str(path)]
