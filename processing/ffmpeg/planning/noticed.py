"""The notices a plan gives: parts of the source that the plan leaves out, and guesses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Protocol

from processing.ffmpeg import notices
from processing.ffmpeg.clip import Clip
from processing.ffmpeg.media import Media, SubtitleStream, VideoStream
from processing.ffmpeg.notices import Notice
from processing.ffmpeg.planning import subtitles, tracks
from processing.ffmpeg.planning.grid import MAX_RATE, Grid
from processing.ffmpeg.planning.reasons import frames_a_second
from processing.ffmpeg.planning.tracks import AudioTrack
from processing.ffmpeg.probing.timeline import Timeline

_STEREO = 2
# People and programs round the length of a file.
_ROUNDED_SECONDS = 0.1
# Containers whose header gives the whole length, even of a cut file, and which play as far as they
# go. MP4 counts only if it is audio alone.
_TELL_THEIR_LENGTH = ("matroska,webm", "flv", "flac", "aiff", "au")
_MISSING_SHARE = 0.02
_CLAIMED_SHARE = 0.1
_ALPHA = re.compile(r"yuva|rgba|bgra|argb|abgr|gbrap|ya(8|16)|pal8")
_TRANSFERS = {"smpte2084": "PQ", "arib-std-b67": "HLG"}


class Decided(Protocol):
    """The facts the notices need about a plan."""

    @property
    def grid(self) -> Grid | None: ...  # noqa: D102
    @property
    def tracks(self) -> tuple[AudioTrack, ...]: ...  # noqa: D102


def all_of(media: Media, timeline: Timeline | None, plan: Decided) -> Iterator[Notice]:
    """Yield the notices of a source and of its plan, the most important first."""
    return chain(
        _incomplete(media),
        _clock(media, timeline),
        _audio(media, plan),
        _frames(media, timeline, plan.grid),
        _beside(media),
    )


def of_clip(clip: Clip | None, seconds: float) -> Iterator[Notice]:
    """Yield a notice if a clip was to end after its source, which lasts `seconds`."""
    if clip is not None and clip.end is not None and clip.end - seconds > _ROUNDED_SECONDS:
        yield notices.CLIP_SHORTENED(asked=clip.end, ends=round(seconds, 3))


def _incomplete(media: Media) -> Iterator[Notice]:
    # The length in the header may be that of subtitles.
    share = _CLAIMED_SHARE if media.subtitles else _MISSING_SHARE
    missing = media.claimed - media.duration
    is_audio_file = media.is_mp4 and media.video is None
    tells = media.broken_off or is_audio_file or media.container in _TELL_THEIR_LENGTH
    arrived = round(media.duration, 1)
    if tells and missing > max(1.0, media.claimed * share):
        yield notices.SOURCE_INCOMPLETE(arrived=arrived, told=round(media.claimed, 1))
    elif media.broken_off:
        yield notices.SOURCE_BROKEN_OFF(arrived=arrived)
    if media.appended:
        yield notices.APPENDED_FILE_LEFT_OUT(seconds=arrived)


def _clock(media: Media, timeline: Timeline | None) -> Iterator[Notice]:
    jumps = media.video is not None and timeline is not None and not timeline.steady
    if jumps or media.clock_jumps:
        yield notices.CLOCK_REPAIRED()


def _audio(media: Media, plan: Decided) -> Iterator[Notice]:
    made = {track.stream_index for track in plan.tracks}
    told = {
        "undecodable": notices.AUDIO_UNDECODABLE,
        "too_many": notices.AUDIO_LEFT_OUT,
        "other_programme": notices.AUDIO_LEFT_OUT,
    }
    for one in tracks.left_out(media):
        yield told[one.why](stream=one.index, codec=one.codec, language=one.language)
    channels = [stream.channels for stream in media.audio if stream.index in made]
    if max(channels, default=0) > _STEREO:
        yield notices.CHANNELS_DOWNMIXED(channels=max(channels))


def _frames(media: Media, timeline: Timeline | None, grid: Grid | None) -> Iterator[Notice]:
    video = media.video
    if video is None or grid is None:
        return
    for other in media.others:
        if other.kind == "video":
            yield notices.VIDEO_STREAM_LEFT_OUT(stream=other.index, codec=other.codec)
    if timeline is None:
        yield notices.FRAME_RATE_GUESSED(rate=frames_a_second(grid.rate))
    if media.clip is None:  # of a clip they are counted later
        yield from _dropped(video, grid)
    if video.hdr:
        yield notices.HDR_CONVERTED(transfer=_TRANSFERS[video.color_transfer])
    if video.alpha_beside or (_ALPHA.match(video.pixel_format) and not video.opaque):
        yield notices.ALPHA_FLATTENED(pixel_format=video.pixel_format)
    if video.askew:
        yield notices.TURN_NOT_FOLLOWED()
    if video.aspect_told:
        taken = f"{video.sar.numerator}:{video.sar.denominator}"
        yield notices.ASPECT_ASSUMED(told=video.aspect_told, taken=taken)


def _dropped(video: VideoStream, grid: Grid) -> Iterator[Notice]:
    faster = video.frame_rate > MAX_RATE + 1
    dropped = (video.frames or 0) - grid.frames if faster else video.shared
    if dropped > 0:
        yield notices.FRAMES_DROPPED(
            dropped=dropped, frames=video.frames, rate=frames_a_second(grid.rate)
        )


def _beside(media: Media) -> Iterator[Notice]:
    drawn = subtitles.pictures(media)
    unknown = subtitles.unknown(media)
    if unknown:
        yield notices.SUBTITLES_NOT_TAKEN(count=len(unknown), languages=_languages(unknown))
    if drawn:
        yield notices.SUBTITLES_NOT_CONVERTIBLE(count=len(drawn), languages=_languages(drawn))
    if media.video is not None and media.video.captioned:
        yield notices.CAPTIONS_NOT_TAKEN()


def _languages(streams: Iterable[SubtitleStream]) -> str:
    return ", ".join(dict.fromkeys(stream.language for stream in streams))
