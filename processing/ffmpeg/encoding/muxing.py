"""How packets get into a file: where they are put, which are dropped, and the file's options.

Each output is a fragmented MP4 with one track, whose times are those of the whole timeline: one
fragment per GOP for frames, one per half second for audio. The switches were found by trial on
FFmpeg 5.1, by reading the boxes they produce.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from processing.ffmpeg.encoding.order import EncodeOrder
from processing.ffmpeg.output_format import AUDIO_FRAGMENT_SECONDS, timescale

# Packets are stored in decoding order: some packets of a span come after its end was seen.
_READ_ON_SECONDS = 1
_MOVFLAGS = "+frag_discont+empty_moov+default_base_moof+negative_cts_offsets+skip_trailer"


def placed(origin: int, step: int) -> str:
    """Return the bitstream filter that moves packets to the nearest `step` (ticks) from
    `origin`."""
    times = (f"{name}='round(({name.upper()}-{origin})/{step})*{step}'" for name in ("pts", "dts"))
    return f"setts={':'.join(times)}"


def kept(first: int, end: int | None) -> str:
    """Return the bitstream filter that drops packets shown before `first` or from `end` on
    (ticks)."""
    dropped = f"lt(pts,{first})"
    if end is not None:
        dropped += f"+gte(pts,{end})"
    return f"noise=drop='{dropped}'"


def reading_until(order: EncodeOrder) -> list[str]:
    """Return the options that stop a copied stream a second after the end of its span. Otherwise a
    copy ends only at the end of the source."""
    if order.video is None or order.end_frame is None:
        return []
    end = order.origin + order.end_frame / order.rate + _READ_ON_SECONDS
    return ["-t", f"{float(end):.3f}"]


def of_video(path: Path, rate: Fraction) -> list[str]:
    """Return the options of a file of frames, with `rate` frames a second."""
    ticks = ["-video_track_timescale", str(timescale(rate))]
    return [*ticks, *_file(path, f"{_MOVFLAGS}+frag_keyframe")]


def of_audio(path: Path) -> list[str]:
    """Return the options of a file of audio."""
    fragments = ["-frag_duration", str(round(AUDIO_FRAGMENT_SECONDS * 1_000_000))]
    return [*fragments, *_file(path, _MOVFLAGS)]


def _file(path: Path, movflags: str) -> list[str]:
    argv = ["-map_metadata", "-1", "-map_chapters", "-1", "-dn", "-sn"]
    argv += ["-max_muxing_queue_size", "4096", "-fflags", "+bitexact"]
    return [*argv, "-avoid_negative_ts", "disabled", "-f", "mp4", "-movflags", movflags, str(path)]
