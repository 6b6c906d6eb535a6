"""What those members of the API may be that take one of several values, and what each means."""

from collections.abc import Mapping

from config.env import QUEUES as _QUEUES
from processing.ffmpeg.encoding import outputs
from processing.models import Run
from processing.monitoring import stages
from videos.models import Video

QUEUES = _QUEUES
TASK_KINDS = stages.KINDS
AUDIO_CODECS = tuple(outputs.AUDIO)

STAGES = tuple(
    dict.fromkeys((stages.WAITING, *stages.LABELS, *Video.Status.values, *Run.Status.values))
)
"""While a job works what it does, else the status of the video or of the job."""

UNKNOWN = "internal_error"
"""What a failure is told as whose code another version gave."""

FAILURES: Mapping[str, str] = {
    "source_not_video": "The file is no video and no sound.",
    "source_truncated": "Bytes of the file are missing that its index points at.",
    "source_incomplete": "The file breaks off, or is shorter than it tells, and its profile "
    "refuses such.",
    "source_unsupported": "The file has a form that is not decoded; the message names it.",
    "source_encrypted": "The file is encrypted.",
    "source_too_long": "The video is longer than allowed.",
    "source_too_large": "The file has more pixels, frames, streams or work in it than allowed.",
    "source_missing": "The original is gone from the storage.",
    "probe_timed_out": "Looking at the file took too long.",
    "encode_failed": "The encoder ended with an error.",
    "encode_stalled": "The encoder got no further and was stopped.",
    "encode_timed_out": "The encoder took too long and was stopped.",
    "output_too_large": "What was made grew larger than allowed.",
    "output_invalid": "What was made did not pass its checks.",
    "output_lost": "What was made is gone from the storage.",
    "worker_crashed": "The worker crashed three times while it worked on this.",
    "storage_unavailable": "The storage did not answer.",
    "disk_full": "A worker's disk, or the storage, was full: nothing is said of the file.",
    "database_unavailable": "The database did not answer.",
    "upload_incomplete": "The upload was not finished in time.",
    "process_killed": "FFmpeg was ended from outside, or had too little memory: nothing is said of "
    "the file.",
    "task_timed_out": "A step took longer than it may.",
    "work_folder_unusable": "A worker could not use its folder.",
    "worker_exhausted": "A worker had no more files, processes or memory.",
    "ffmpeg_missing": "A worker has no FFmpeg.",
    "ffmpeg_incapable": "A worker's FFmpeg lacks what this needs.",
    "sandbox_unavailable": "A worker could not lock FFmpeg in: nothing is said of the file.",
    "process_failed": "FFmpeg ended with an error, in a step the video does without.",
    "process_stalled": "FFmpeg got no further, in a step the video does without.",
    "process_timed_out": "FFmpeg took too long, in a step the video does without.",
    "chunks_differ": "The parts do not fit together: another job makes the video in one piece.",
    "copy_unfit": "What was kept as it is does not fit: another job encodes it.",
    "plan_outdated": "The plan is that of another version: another job makes a new one.",
    UNKNOWN: "Something went wrong that has no code of its own.",
}
"""Why a video, a job or a step failed."""

FAILURE_CODES = tuple(FAILURES)

MEANINGS: Mapping[str, Mapping[str, str]] = {
    "ErrorCodeEnum": FAILURES,
    "VideoStatusEnum": {
        "pending_upload": "Its row is there, no byte yet.",
        "uploading": "Its bytes arrive.",
        "processing": "It is being made, and may play already: see `playable`.",
        "ready": "All of it is made and plays.",
        "failed": "It cannot be made: see `error`.",
        "canceled": "Somebody stopped it.",
    },
    "VisibilityEnum": {
        "draft": "For its owner and staff, and not finished.",
        "private": "For its owner and staff.",
        "unlisted": "For whoever has the address.",
        "public": "For all.",
    },
    "ModerationEnum": {
        "pending": "Nobody has looked at it yet.",
        "approved": "It may be shown.",
        "rejected": "Its owner and staff alone see it.",
    },
    "TaskStateEnum": {
        "blocked": "It waits for other steps.",
        "ready": "It waits for a worker.",
        "running": "A worker does it.",
        "done": "It is done.",
        "failed": "It failed, and is not tried again.",
        "canceled": "Its job was stopped.",
    },
    "StageEnum": {
        stages.WAITING: "No worker does anything for it just now.",
        "inspecting": "The file is looked at.",
        "encoding": "Frames and audio are encoded.",
        "publishing": "What was made is checked and published.",
        "packaging": "Downloads are put together; all of it plays already.",
    },
}
"""By the names the enums have in the API's description."""
