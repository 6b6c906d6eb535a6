"""Whether a source's own frames can be the top rung, and its own audio a track: repackaged, not
encoded again."""

from __future__ import annotations

from fractions import Fraction

from processing.ffmpeg.encoding import tone
from processing.ffmpeg.media import AudioStream, Media, VideoStream
from processing.ffmpeg.output_format import AUDIO_RATE, CHANNELS, PACKET
from processing.ffmpeg.planning import ladder
from processing.ffmpeg.planning.grid import Grid, grid_of, origin_of
from processing.ffmpeg.planning.ladder import Profile
from processing.ffmpeg.planning.seek_plan import SeekPlan, is_exact
from processing.ffmpeg.planning.tracks import tracks_of
from processing.ffmpeg.probing.timeline import Timeline

# A segment begins with a keyframe, and a viewer who seeks waits for one.
LONGEST_GOP_SECONDS = 4
_LEAST_RUNGS = 2
# Profiles that every browser and phone decodes.
_PROFILES = ("Constrained Baseline", "Baseline", "Main", "High")
_COLOURS = ("bt709", "smpte170m", "bt470bg", "unknown", "unspecified", "")
_RANGES = ("tv", "unknown", "unspecified", "")
# The bitrate a file states is never quite the one that its encoder was asked for.
_BITRATE_MARGIN = 1.05
# Audio may end this many packets before the frames without anyone noticing.
_MISSING_PACKETS = 2


def fits(media: Media, timeline: Timeline, profile: Profile) -> bool:
    """Whether the largest rung of a profile may be the source's own stream.

    The stream must be H.264 as we would encode it: 8-bit 4:2:0, upright, square, progressive, every
    frame on the grid, closed groups of at most four seconds, of the rung's size and under its cap.
    Its container must say when each frame is decoded and shown. A clip of it must begin and end at
    keyframes. There must also be smaller rungs: encoding them decodes every frame, which shows
    whether all can be decoded.
    """
    video, grid = media.video, grid_of(media)
    if video is None or grid is None or not profile.copies or not media.is_mp4:
        return False
    if grid.lead_frames > 0 or video.delay:
        return False
    rungs = ladder.rungs_for(video, profile, grid.rate)
    if len(rungs) < _LEAST_RUNGS or (rungs[0].width, rungs[0].height) != (
        video.width,
        video.height,
    ):
        return False
    return (
        not grid.held_seconds
        and _decodes_everywhere(video)
        and _needs_no_turning(video)
        and _is_cut_well(video, grid, timeline)
        and (media.clip is None or _clip_is_cut_well(media, video, grid, timeline))
        and video.bitrate is not None
        and video.bitrate <= rungs[0].maxrate
    )


def fitting_audio(media: Media, profile: Profile) -> tuple[int, ...]:
    """Return the indexes of the audio streams that may be tracks unchanged, in a source whose
    frames are copied.

    Such a stream is as we would encode it: AAC-LC, stereo at 48 kHz, at most the profile's bitrate,
    with its packets where ours would be and as many as the frames last, no longer than a clip.
    """
    wanted = {track.stream_index for track in tracks_of(media)}
    return tuple(
        stream.index
        for stream in media.audio
        if stream.index in wanted
        and _is_heard_everywhere(stream)
        and stream.bitrate is not None
        and stream.bitrate <= _BITRATE_MARGIN * profile.audio_bitrate
        and _stands_where_ours_would(stream, media)
    )


def _is_heard_everywhere(stream: AudioStream) -> bool:
    return (
        (stream.codec, stream.profile) == ("aac", "LC")
        and (stream.sample_rate, stream.channels) == (AUDIO_RATE, CHANNELS)
        and stream.time_base == Fraction(1, AUDIO_RATE)
    )


def _stands_where_ours_would(stream: AudioStream, media: Media) -> bool:
    video, grid, first = media.video, grid_of(media), stream.first_packet_pts
    if video is None or grid is None or first is None or stream.packets is None:
        return False
    before = (origin_of(media) - first * stream.time_base) * AUDIO_RATE
    lasts = grid.frames / grid.rate * AUDIO_RATE
    if media.clip and media.clip.end is not None and lasts % PACKET:
        return False  # its last packet would be heard after the clip
    missing = lasts - (stream.packets * PACKET - before)
    return before >= 0 and before % PACKET == 0 and missing < _MISSING_PACKETS * PACKET


def _decodes_everywhere(video: VideoStream) -> bool:
    return (
        video.codec == "h264"
        and video.profile in _PROFILES
        and video.pixel_format == "yuv420p"
        and video.color_space in _COLOURS
        and video.color_transfer in _COLOURS
        and video.color_range in _RANGES
        and not tone.is_wide(video)
    )


def _needs_no_turning(video: VideoStream) -> bool:
    # A stream that its header calls progressive may be so only at its beginning.
    return video.upright and video.sar == 1 and not video.interlaced and bool(video.whole_frames)


def _is_cut_well(video: VideoStream, grid: Grid, timeline: Timeline) -> bool:
    """Whether the stream begins with a keyframe at its start, and the next keyframe is never
    far."""
    return (
        is_exact(video, grid, timeline)
        and timeline.steady
        and not timeline.thinned
        and not video.edited
        and bool(timeline.keyframes)
        and timeline.keyframes[0] == timeline.first_pts == video.start_pts
        and timeline.longest_gop(video.time_base) <= LONGEST_GOP_SECONDS
    )


def _clip_is_cut_well(media: Media, video: VideoStream, grid: Grid, timeline: Timeline) -> bool:
    numbers = set(SeekPlan(media, video, grid, timeline).keyframe_numbers)
    ends_early = media.clip is not None and media.clip.end is not None
    return 0 in numbers and (grid.frames in numbers or not ends_early)
