"""The refusals of tracks."""

from processing.captions.shifting import CuesAfterEnd, CuesBeforeStart
from videos.api.problems.refusal import Refusals
from videos.tracks.reading import CaptionsBusy
from videos.tracks.services import MOST_TRACKS, KindFixed, TooManyTracks, TrackChanged
from videos.tracks.sound_files import FileGivenUp

REFUSALS: Refusals = {
    TooManyTracks: (
        409,
        "too_many_tracks",
        f"A video may have {MOST_TRACKS} tracks. Delete some first.",
    ),
    TrackChanged: (
        409,
        "track_changed",
        "Somebody has changed the track since you read it: it has revision "
        "{error.track.revision} now. Read its cues again, and make your change in those.",
    ),
    CuesBeforeStart: (
        400,
        "cues_before_start",
        "{error.count} cues would begin before the video does. Move them by less, or delete them "
        "first.",
    ),
    CuesAfterEnd: (400, "cues_after_end", "A cue would end after the latest time there is."),
    KindFixed: (
        409,
        "track_kind_fixed",
        "Chapters stay chapters. Add another track, and delete this one.",
    ),
    FileGivenUp: (
        409,
        "upload_canceled",
        "The file was given up while it was being stored. Send it again.",
    ),
    CaptionsBusy: (
        503,
        "captions_unavailable",
        "Captions cannot be read here at the moment. Try again in a minute.",
    ),
}
