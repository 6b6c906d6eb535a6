"""What a run makes of its source: a pure function of what was found and the run's profile."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from processing.ffmpeg.media import Media
from processing.ffmpeg.planning import chunks, ladder, tracks
from processing.ffmpeg.planning.ladder import Profile, Rung
from processing.ffmpeg.planning.tracks import AudioTrack
from processing.steps.context import TaskContext

# Without pictures nothing gives segments a length.
_SOUND_SEGMENT_SECONDS = Fraction(4)
_SEGMENT_GOPS = 2


@dataclass(frozen=True)
class Wanted:
    """The renditions of a source, and what they are made from: ``media`` has no pictures when the
    profile wants none."""

    media: Media
    profile: Profile
    rungs: Sequence[Rung]
    tracks: Sequence[AudioTrack]

    @property
    def segment_seconds(self) -> Fraction:
        """How long the segments of all renditions are: two groups of pictures."""
        if self.media.video is None:
            return _SOUND_SEGMENT_SECONDS
        rate = self.media.video.frame_rate
        return _SEGMENT_GOPS * chunks.gop_frames(rate, self.profile) / rate


def of(context: TaskContext) -> Wanted:
    """What the context's run makes of its source, as it was probed."""
    return by(Profile.from_json(context.run.profile), Media.from_json(context.source.media or {}))


def by(profile: Profile, media: Media) -> Wanted:
    """What a profile makes of a source."""
    media = media if profile.rungs else replace(media, video=None)
    rungs = ladder.rungs_for(media.video, profile) if media.video else ()
    return Wanted(media, profile, rungs, tracks.tracks_of(media))
