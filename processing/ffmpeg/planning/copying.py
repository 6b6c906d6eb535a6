"""Whether a source's own pictures can be the top rung: repackaged, not encoded anew."""

from __future__ import annotations

from processing.ffmpeg.media import Media, VideoStream
from processing.ffmpeg.planning import ladder
from processing.ffmpeg.planning.ladder import Profile
from processing.ffmpeg.planning.reading import is_exact
from processing.ffmpeg.probing.timeline import Timeline

# A segment begins with a keyframe, and people who seek wait for one.
LONGEST_GOP_SECONDS = 4
_LEAST_RUNGS = 2
# What every browser and phone decodes.
_PROFILES = ("Constrained Baseline", "Baseline", "Main", "High")
_COLOURS = ("bt709", "smpte170m", "bt470bg", "unknown", "unspecified", "")
_RANGES = ("tv", "unknown", "unspecified", "")


def fits(media: Media, timeline: Timeline, profile: Profile) -> bool:
    """Whether the largest rung of a profile may be the source's own stream.

    That is an H.264 stream as we would make one: 8-bit 4:2:0, upright, square, progressive, every
    picture on the grid, closed groups of at most four seconds, of the rung's size and under its
    cap, in a container that tells when each picture is decoded and shown. There must be smaller
    rungs too: making them decodes every picture, and so finds out whether that can be done.
    """
    video = media.video
    if video is None or not profile.copies or not media.is_mp4 or media.held_seconds:
        return False
    rungs = ladder.rungs_for(video, profile)
    if len(rungs) < _LEAST_RUNGS or (rungs[0].width, rungs[0].height) != (
        video.width,
        video.height,
    ):
        return False
    return (
        _decodes_everywhere(video)
        and _needs_no_turning(video)
        and _is_cut_well(video, timeline)
        and video.bitrate is not None
        and video.bitrate <= rungs[0].maxrate
    )


def _decodes_everywhere(video: VideoStream) -> bool:
    return (
        video.codec == "h264"
        and video.profile in _PROFILES
        and video.pixel_format == "yuv420p"
        and video.color_space in _COLOURS
        and video.color_transfer in _COLOURS
        and video.color_range in _RANGES
    )


def _needs_no_turning(video: VideoStream) -> bool:
    return video.upright and video.sar == 1 and not video.interlaced


def _is_cut_well(video: VideoStream, timeline: Timeline) -> bool:
    """The stream begins with a keyframe at its start, and the next is never far."""
    return (
        is_exact(video, timeline)
        and timeline.steady
        and not video.edited
        and bool(timeline.keyframes)
        and timeline.keyframes[0] == timeline.first_pts == video.start_pts
        and timeline.longest_gop(video.time_base) <= LONGEST_GOP_SECONDS
    )
