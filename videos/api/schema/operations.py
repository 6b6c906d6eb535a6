"""Every operation as the description tells it: one entry for each, by view and action.

``id`` is what generated clients call it, so it never changes; ``summary`` is what a list of
operations shows. The codes an operation may be refused with, besides those that any may, stand
here by status: see ``endings``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from videos.api.schema import examples


@dataclass(frozen=True)
class Operation:
    """What is told of one operation; ``request`` and ``answer`` are examples."""

    id: str
    summary: str
    description: str = ""
    refusals: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    request: Any = None
    answer: Any = None
    deprecated: bool = False


OPERATIONS: Mapping[str, Operation] = {
    "video.list": Operation(
        "listVideos",
        "List your videos",
        "One's own videos, newest first unless ordered otherwise, a page at a time: `next` is the "
        "address of the page that follows, null on the last one. With `trashed=true` what is in "
        "the trash.",
        answer=examples.VIDEO,
    ),
    "video.create": Operation(
        "createVideo",
        "Upload a video",
        "The file and what is said of it, as `multipart/form-data`. Answered as soon as the bytes "
        "are stored; processing begins by itself, and `status` and `progress` tell how far it is.",
        refusals={
            400: ("file_empty", "too_many_files"),
            403: ("upload_not_allowed", "email_not_verified"),
            404: ("not_found",),
            409: ("upload_canceled",),
            503: ("storage_unavailable",),
            507: ("disk_full",),
        },
        request=examples.UPLOAD,
        answer=examples.UPLOADED_VIDEO,
    ),
    "video.retrieve": Operation(
        "getVideo",
        "Get a video",
        "All that is known of a video, with the addresses to play it by. Those expire: ask again. "
        "One that is public or unlisted is read without a key, too.",
        answer=examples.VIDEO,
    ),
    "video.partial_update": Operation(
        "updateVideo",
        "Change title, description or visibility",
        "What is not sent stays as it is.",
        request=examples.VIDEO_EDIT,
        answer=examples.EDITED_VIDEO,
    ),
    "video.destroy": Operation(
        "deleteVideo",
        "Delete a video",
        "Into the trash: it is hidden and stopped at once, and purged after 30 days. With "
        "`purge=true` for good, also from the trash.",
        refusals={409: ("video_busy",)},
    ),
    "video.status": Operation(
        "getVideoStatus",
        "Get a video's status and progress alone",
        "Small, for polling. Once a second is often enough.",
        answer=examples.VIDEO_STATUS,
    ),
    "video.restore": Operation(
        "restoreVideo",
        "Take a video out of the trash",
        "What its deletion stopped stays stopped: `reprocessVideo` begins again.",
        refusals={409: ("not_in_trash", "video_busy")},
        answer=examples.VIDEO,
    ),
    "video.reprocess": Operation(
        "reprocessVideo",
        "Process a video again",
        "By the default profile; `createJob` takes another. A ready video keeps playing until the "
        "new release is complete.",
        refusals={409: ("already_processing", "source_missing", "video_deleted")},
        answer=examples.CURRENT_JOB,
    ),
    "video.cancel": Operation(
        "cancelVideo",
        "Stop the upload or the job of a video",
        "FFmpeg is stopped within about two seconds.",
        refusals={409: ("nothing_to_cancel",)},
        answer=examples.CANCELED_STATUS,
    ),
    "video.jobs": Operation(
        "listVideoJobs",
        "List a video's jobs",
        "Newest first, a page at a time.",
        refusals={403: ("permission_denied",)},
        answer=examples.JOB,
    ),
    "job.list": Operation(
        "listJobs",
        "List jobs",
        "Those of one's own videos, newest first (staff: of all). A video that is not there, or "
        "not one's own, has none.",
        answer=examples.JOB,
    ),
    "job.retrieve": Operation(
        "getJob",
        "Get a job with its plan and its steps",
        "Where a step runs and by which command (`worker`, `argv`) only staff are told.",
        answer=examples.JOB_DETAIL,
    ),
    "job.create": Operation(
        "createJob",
        "Process a video again, by a profile if wanted",
        "A ready video keeps playing until the new release is complete.",
        refusals={
            400: ("priority_not_allowed",),
            404: ("not_found",),
            409: ("already_processing", "source_missing", "video_deleted"),
        },
        request=examples.JOB_SUBMIT,
        answer=examples.QUEUED_JOB,
    ),
    "job.partial_update": Operation(
        "updateJob",
        "Change a job's priority",
        "Its waiting steps move at once. Above what one's plan gives for staff only.",
        refusals={400: ("priority_not_allowed",)},
        request=examples.JOB_EDIT,
        answer=examples.QUEUED_JOB,
    ),
    "job.cancel": Operation(
        "cancelJob",
        "Stop a job",
        "FFmpeg is stopped within about two seconds.",
        refusals={409: ("nothing_to_cancel",)},
        answer=examples.CANCELED_JOB,
    ),
    "job.retry": Operation(
        "retryJob",
        "Do again what failed of a job",
        "Only what failed and what hangs on it; finished parts are used again within a day of the "
        "failure.",
        refusals={409: ("nothing_to_retry", "source_missing", "video_deleted")},
        answer=examples.QUEUED_JOB,
    ),
    "feed.create": Operation(
        "createFeedTicket",
        "Get a ticket to the live feed",
        "Browsers can put no key into the headers of a WebSocket: a page with a key offers the "
        "`protocols` of a ticket instead. It opens one socket, within a minute.",
        refusals={403: ("api_key_needed",)},
        answer=examples.FEED_TICKET,
    ),
    "profile.list": Operation(
        "listProfiles",
        "List encoding profiles",
        "All of them: there are few, so there are no pages.",
        answer=examples.PROFILE,
    ),
    "profile.retrieve": Operation(
        "getProfile",
        "Get an encoding profile",
        "How videos are made by it; staff edit profiles in the admin.",
        answer=examples.PROFILE,
    ),
}
