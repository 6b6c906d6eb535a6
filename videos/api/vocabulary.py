"""The values that enumerated members of the API can take, and the meaning of each."""

from collections.abc import Mapping

from config.env import QUEUES as _QUEUES
from processing import remaking
from processing.ffmpeg.encoding import outputs
from processing.models import Run
from processing.monitoring import stages
from videos.models import Track, Video

QUEUES = _QUEUES
TASK_KINDS = stages.KINDS
PICTURE_KINDS = (*remaking.KINDS, remaking.SUBTITLES)
AUDIO_CODECS = tuple(outputs.AUDIO)

TEXT_KINDS = tuple(kind for kind in Track.Kind.values if kind != Track.Kind.AUDIO)
"""The kinds of tracks that have cues."""

STAGES = tuple(
    dict.fromkeys((stages.WAITING, *stages.LABELS, *Video.Status.values, *Run.Status.values))
)
"""The values of a stage: what a job does while it works, otherwise the status of the video or
job."""

UNKNOWN = "internal_error"
"""The code reported for a failure that has a code of another version."""

FAILURES: Mapping[str, str] = {
    "source_not_video": "The file is neither video nor audio.",
    "source_truncated": "The file is cut short: its index points at bytes that are missing.",
    "source_incomplete": "The file breaks off, or is shorter than it says, and its profile "
    "refuses such files.",
    "source_unsupported": "The file has a format that cannot be decoded; the message names it.",
    "source_encrypted": "The file is encrypted.",
    "clip_outside": "The clip that was asked for begins after the end of the file.",
    "clip_too_short": "The clip that was asked for is shorter than a frame.",
    "duplicate": "The owner has another video of the same file, and asked for it to be refused.",
    "source_too_long": "The video is longer than allowed.",
    "source_too_large": "The file has more pixels, frames or streams, or needs more work, than "
    "allowed.",
    "source_missing": "The original is missing from the storage.",
    "probe_timed_out": "Inspecting the file took too long.",
    "encode_failed": "The encoder ended with an error.",
    "encode_stalled": "The encoder made no progress and was stopped.",
    "encode_timed_out": "The encoder took too long and was stopped.",
    "output_too_large": "The output grew larger than allowed.",
    "output_invalid": "The output did not pass its checks.",
    "output_lost": "The output is missing from the storage.",
    "worker_crashed": "The worker crashed three times while it worked on this.",
    "fetch_forbidden_address": "The URL leads to a private or reserved address.",
    "fetch_unreachable": "The server of the URL cannot be found or reached.",
    "fetch_not_found": "There is no file at the URL.",
    "fetch_expired": "The URL has expired.",
    "fetch_refused": "The server of the URL does not give the file to everybody.",
    "fetch_unavailable": "The server of the URL answered with an error, several times.",
    "fetch_html": "The URL leads to a web page, not to a file.",
    "fetch_too_large": "The file at the URL is larger than allowed.",
    "fetch_stalled": "The server of the URL sent nothing for five minutes.",
    "fetch_timeout": "The file at the URL did not arrive in time.",
    "fetch_broken_off": "The connection to the server of the URL broke off, several times.",
    "fetch_checksum_mismatch": "The file at the URL has another SHA-256 than was given.",
    "fetch_failed": "The server of the URL answered with something that is no file.",
    "site_not_allowed": "The page lies on a site from which nothing is imported, or leads to one.",
    "site_no_video": "No video was found on the page.",
    "site_several_videos": "The page has several videos.",
    "site_live": "The video of the page is a live stream, or has not begun yet.",
    "site_login": "The site shows the video only to people who are logged in.",
    "site_region": "The site does not show the video in the country of this server.",
    "site_unavailable": "The site does not have the video any more, or does not show it.",
    "site_protected": "The video of the page is copy-protected.",
    "site_failed": "The video of the page could not be fetched, for a reason without a code.",
    "site_tool_missing": "A worker has no yt-dlp.",
    "site_tool_too_old": "A worker's yt-dlp is too old.",
    "storage_unavailable": "The storage did not answer.",
    "disk_full": "A worker's disk or the storage was full; the file is not at fault.",
    "database_unavailable": "The database did not answer.",
    "generation_failed": "The AI generator could not make it; the message repeats its reason.",
    "generation_canceled": "It was canceled at the AI generator.",
    "quota_uploads_at_once": "The owner's plan does not allow as many uploads at once.",
    "quota_uploads_a_day": "The owner's plan does not allow as many uploads a day.",
    "quota_stored_minutes": "The owner's plan does not store as many minutes; the file is kept, "
    "and can be processed once there is room.",
    "quota_stored_bytes": "The owner's plan does not store as many bytes.",
    "quota_largest_file": "The file is larger than the owner's plan allows.",
    "quota_longest_video": "The file lasts longer than the owner's plan allows.",
    "quota_profiles": "The owner's plan does not have the encoding profile.",
    "upload_incomplete": "The upload was not finished in time.",
    "upload_size_differs": "Not as many bytes arrived as were announced.",
    "upload_part_too_large": "A part of the file was larger than allowed.",
    "upload_too_large": "The file is larger than its upload may be.",
    "file_empty": "The file has no bytes.",
    "process_killed": "FFmpeg was killed from outside, or ran out of memory; the file may be fine.",
    "task_timed_out": "A step took longer than allowed.",
    "work_folder_unusable": "A worker could not use its folder for temporary files.",
    "worker_exhausted": "A worker ran out of open files, processes or memory.",
    "ffmpeg_missing": "A worker has no FFmpeg.",
    "ffmpeg_incapable": "A worker's FFmpeg lacks a feature that this needs.",
    "sandbox_unavailable": "A worker could not run FFmpeg in its sandbox; the file is not at "
    "fault.",
    "process_failed": "FFmpeg ended with an error in a step that the video can do without.",
    "process_stalled": "FFmpeg made no progress in a step that the video can do without.",
    "process_timed_out": "FFmpeg took too long in a step that the video can do without.",
    "transcriber_missing": "A worker has no engine for speech recognition.",
    "transcriber_model_missing": "A worker has no model for speech recognition.",
    "transcription_language_unknown": "The model for speech recognition does not know the language "
    "that was asked for.",
    "transcription_failed": "The engine for speech recognition ended with an error.",
    "chunks_differ": "The parts do not fit together; another job makes the video in one piece.",
    "copy_unfit": "A stream that was copied without encoding does not fit; another job encodes it.",
    "plan_outdated": "The plan was made by another version; another job makes a new one.",
    UNKNOWN: "An error occurred that has no code of its own.",
}
"""The failure codes of videos, jobs and steps, with their meanings."""

FAILURE_CODES = tuple(FAILURES)

MEANINGS: Mapping[str, Mapping[str, str]] = {
    "ErrorCodeEnum": FAILURES,
    "VideoStatusEnum": {
        "pending_upload": "The video is registered, but no byte of its file has arrived.",
        "uploading": "Its file is arriving.",
        "processing": "It is being processed, and may play already: see `playable`.",
        "ready": "It is completely processed, and plays.",
        "failed": "It could not be processed: see `error`.",
        "canceled": "Somebody stopped its upload or its first job.",
    },
    "UploadStateEnum": {
        "waiting": "No byte has arrived yet.",
        "receiving": "Bytes are arriving, or the rest of them is awaited.",
        "storing": "All bytes have arrived, and are being stored.",
        "finished": "The file is stored; the video is being processed, or is over.",
        "failed": "The file could not be taken: see `error`.",
        "canceled": "Somebody stopped it, or deleted its video.",
        "expired": "It was not finished in time.",
    },
    "UploadProtocolEnum": {
        "post": "One form to `POST /api/v1/videos/`.",
        "tus": "Resumable, by tus.",
        "s3": "Parts that went directly to the bucket.",
        "delegated": "To an address of `POST /api/v1/uploads/`.",
        "url": "Fetched from an address.",
        "site": "Fetched from a video site.",
        "hook": "Fetched from a generator that announced it.",
        "command": "Read from a disk by the operator.",
    },
    "GenerationStatusEnum": {
        "starting": "The generator has accepted the job.",
        "processing": "It is working on it.",
        "succeeded": "It has made the outputs.",
        "failed": "It could not make them.",
        "canceled": "Somebody stopped the job at the generator.",
    },
    "HookStateEnum": {
        "received": "A worker is about to act on it.",
        "noted": "The job goes on.",
        "imported": "The outputs became videos; `error` tells if one was left out.",
        "recorded": "The job made nothing, and a failed video says so.",
        "ignored": "The job had ended already.",
        "refused": "Nothing could be imported: see `error`.",
    },
    "TrackKindEnum": {
        "captions": "What is said, and what else is heard.",
        "subtitles": "What is said, or a translation of it.",
        "forced": "Only what everybody needs, such as signs and foreign speech.",
        "chapters": "The names of its parts.",
        "audio": "Another sound.",
    },
    "TrackOriginEnum": {
        "file": "A file that was sent.",
        "url": "A file that was fetched.",
        "api": "Cues that were sent.",
        "embedded": "The source of the video.",
        "generated": "Speech recognition.",
        "description": "Times in the description of the video.",
    },
    "TrackStatusEnum": {
        "processing": "It is being made.",
        "ready": "Players can use it.",
        "failed": "It could not be made: see `error`.",
    },
    "VisibilityEnum": {
        "draft": "Only its owner and staff can watch it, and it is marked as unfinished.",
        "private": "Only its owner and staff can watch it.",
        "unlisted": "Everybody who has the address can watch it.",
        "public": "Everybody can watch it.",
    },
    "ModerationEnum": {
        "pending": "No moderator has decided about it yet.",
        "approved": "It is shown as its visibility says.",
        "rejected": "Only its owner and staff can see it.",
    },
    "TaskStateEnum": {
        "blocked": "It waits for other steps.",
        "ready": "It waits for a worker.",
        "running": "A worker is doing it.",
        "done": "It is done.",
        "failed": "It failed, and it will not be tried again.",
        "canceled": "Its job was stopped.",
    },
    "StageEnum": {
        stages.WAITING: "No worker is working on it at the moment.",
        "downloading": "The file is being fetched from its URL.",
        "inspecting": "The file is being inspected.",
        "encoding": "Frames and audio are being encoded.",
        "publishing": "The output is being checked and published.",
        "packaging": "Downloads or added audio are being made; the whole video plays already.",
        "picturing": "Pictures and previews are being made; the whole video plays already.",
        "transcribing": "What is said is being made into captions; the whole video plays already.",
    },
}
"""The meanings of enum values, by the names of the enums in the API's description."""
