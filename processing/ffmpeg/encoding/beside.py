"""Audio that is made to go with frames which are there already: its plan, and whether it is
heard."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from processing.ffmpeg import inputs
from processing.ffmpeg.clip import Clip
from processing.ffmpeg.media import AudioStream, Media
from processing.ffmpeg.output_format import AUDIO_RATE
from processing.ffmpeg.planning.grid import Grid
from processing.ffmpeg.planning.plan import EncodePlan
from processing.ffmpeg.planning.tracks import AudioTrack, tracks_of

# 16-bit silence with dither has its loudest sample near -90 dB, what people hear is far louder.
_SILENT_DB = -80.0
# A difference in length that nobody hears.
_TOLERATED_SECONDS = 0.1
_LOUDEST = re.compile(r"max_volume: (-?[\d.]+|-?inf) dB")


@dataclass(frozen=True)
class Fit:
    """How audio fits the frames: seconds of silence after it, or seconds of it that are cut off at
    the end; 0 if nobody would hear that."""

    padded: float = 0.0
    cut: float = 0.0


def plan(
    release: EncodePlan, media: Media, seconds: Fraction, *, name: str, offset: float
) -> EncodePlan:
    """Return the plan of audio that begins at ``offset`` seconds of a release which lasts
    ``seconds``, by the settings of the release. The media has no frames; of several streams the
    default one is made."""
    samples = math.ceil(seconds * AUDIO_RATE)
    return replace(
        release,
        grid=Grid(Fraction(AUDIO_RATE), samples, fills_its_end=True),
        origin=_begin(media) - Fraction(round(offset * AUDIO_RATE), AUDIO_RATE),
        seconds=float(seconds),
        rungs=(),
        tracks=(replace(chosen(media), name=name),),
        spans=1,
        passthrough=(),
        reordered=None,
        clip=Clip(0.0, float(seconds)),
    )


def chosen(media: Media) -> AudioTrack:
    """Return the track that is made of a file."""
    return next(track for track in tracks_of(media) if track.default)


def fit(media: Media, seconds: Fraction, *, offset: float) -> Fit:
    """Return how the audio fits frames that last ``seconds``."""
    lasts = max((one.duration or 0.0 for one in _streams(media)), default=0.0) or media.duration
    over = lasts + offset - float(seconds)
    if over > _TOLERATED_SECONDS:
        return Fit(cut=round(over, 1))
    return Fit(padded=round(-over, 1)) if over < -_TOLERATED_SECONDS else Fit()


def loudness(ffmpeg: str, made: Path) -> list[str]:
    """Return the command that finds the loudest sample of audio; ``is_silent`` reads its log."""
    argv = [ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "info"]
    return [*argv, *inputs.opened(made), "-af", "volumedetect", "-f", "null", "-"]


def is_silent(log: str) -> bool:
    """Whether there is nothing to hear."""
    found = _LOUDEST.search(log)
    return found is None or float(found[1]) < _SILENT_DB


def _begin(media: Media) -> Fraction:
    return min(stream.start for stream in _streams(media))


def _streams(media: Media) -> list[AudioStream]:
    track = chosen(media)
    indexes = {speaker.stream_index for speaker in track.speakers} or {track.stream_index}
    return [stream for stream in media.audio if stream.index in indexes]
