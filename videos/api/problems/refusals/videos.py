"""The refusals of what is done with videos and their jobs."""

from processing.profiles import NoSuchProfile
from processing.remaking import NoRelease, NothingToMake
from processing.services import (
    AlreadyProcessing,
    NoSource,
    NothingToCancel,
    NothingToRetry,
    OriginalDropped,
    VideoDeleted,
)
from processing.transcribing import NothingToHear, TooLongToTranscribe, TranscriptionOff
from videos.api.problems.refusal import Refusals
from videos.locking import VideoBusy
from videos.trash import NotInTrash

REFUSALS: Refusals = {
    NoSuchProfile: (400, "profile_unknown", "There is no profile of this name."),
    VideoBusy: (
        409,
        "video_busy",
        "Work on this video is just starting. Try again in a few seconds.",
    ),
    AlreadyProcessing: (
        409,
        "already_processing",
        "This video is being processed. Wait for it, or cancel it first.",
    ),
    VideoDeleted: (409, "video_deleted", "This video is in the trash. Restore it first."),
    NotInTrash: (409, "not_in_trash", "This video is not in the trash."),
    NoSource: (409, "source_missing", "This video has no stored original. Upload it again."),
    OriginalDropped: (
        409,
        "original_dropped",
        "The original of this video was deleted once it was ready, as you chose. Upload it again.",
    ),
    NoRelease: (
        409,
        "release_missing",
        "This video has no complete release whose job is known. Process the whole video again.",
    ),
    NothingToMake: (
        409,
        "nothing_to_make",
        "There is nothing in this video that such pictures could show.",
    ),
    TranscriptionOff: (
        409,
        "transcription_off",
        "Speech is not recognised on this server, as its operator chose.",
    ),
    NothingToHear: (409, "nothing_to_hear", "This video has no sound."),
    TooLongToTranscribe: (
        409,
        "too_long_to_transcribe",
        "This video is longer than those of which the speech is recognised here.",
    ),
    NothingToRetry: (
        409,
        "nothing_to_retry",
        "Only the newest job of a video can be retried, and only after it failed.",
    ),
    NothingToCancel: (
        409,
        "nothing_to_cancel",
        "There is nothing in progress that could be canceled.",
    ),
}
