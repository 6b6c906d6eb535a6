"""The operations of jobs."""

from collections.abc import Mapping

from videos.api.schema.examples import jobs as examples
from videos.api.schema.operation import Operation

_NOT_AGAIN = ("already_processing", "source_missing", "original_dropped", "video_deleted")

OPERATIONS: Mapping[str, Operation] = {
    "job.list": Operation(
        "listJobs",
        "List jobs",
        "Returns the jobs of your own videos (staff: of all videos), newest first. The list is "
        "empty for a video that does not exist or is not yours.",
        answer=examples.JOB,
    ),
    "job.retrieve": Operation(
        "getJob",
        "Get a job with its plan and its steps",
        "Where a step runs and by which command (`worker`, `argv`) is shown only to staff.",
        answer=examples.JOB_DETAIL,
    ),
    "job.create": Operation(
        "createJob",
        "Process a video again, with a profile of your choice",
        "A ready video keeps playing until the new release is complete.",
        refusals={
            400: ("priority_not_allowed",),
            403: ("permission_denied", "quota_exceeded"),
            404: ("not_found",),
            409: _NOT_AGAIN,
        },
        request=examples.JOB_SUBMIT,
        answer=examples.QUEUED_JOB,
    ),
    "job.partial_update": Operation(
        "updateJob",
        "Change a job's priority",
        "Its waiting steps move in the queue at once. Only staff can set a priority above that of "
        "the user's plan.",
        refusals={400: ("priority_not_allowed",), 412: ("precondition_failed",)},
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
        "Repeat what failed in a job",
        "Repeats only the steps that failed and those that depend on them. Finished parts are "
        "reused within a day of the failure.",
        refusals={409: ("nothing_to_retry", "source_missing", "original_dropped", "video_deleted")},
        answer=examples.QUEUED_JOB,
    ),
}
