"""Describe every operation in the OpenAPI document: one entry each, by view and action.

Generated clients use ``id`` as the method name, so it never changes. Lists of operations show
``summary``. ``refusals`` holds, by status, the error codes that an operation can return besides
those that every operation can: see ``endings``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from videos.api.schema import examples
from videos.fetching import errors as fetching

_NOT_AGAIN = ("already_processing", "source_missing", "original_dropped", "video_deleted")


@dataclass(frozen=True)
class Operation:
    """The description of one operation; ``request`` and ``answer`` are examples. ``other_answers``
    has those of further successful statuses."""

    id: str
    summary: str
    description: str = ""
    refusals: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    request: Any = None
    answer: Any = None
    other_answers: Mapping[str, Any] = field(default_factory=dict)
    deprecated: bool = False


OPERATIONS: Mapping[str, Operation] = {
    "video.list": Operation(
        "listVideos",
        "List your videos",
        "Returns your own videos, newest first unless ordered otherwise, one page at a time. "
        "`next` is the URL of the following page, and null on the last one. With `deleted=true` "
        "it returns the videos in the trash.",
        answer=examples.VIDEO,
    ),
    "video.create": Operation(
        "createVideo",
        "Upload a video",
        "Send the file and its settings as `multipart/form-data`. The answer comes as soon as "
        "the bytes are stored. Processing begins by itself, and `status` and `progress` tell how "
        "far it is.",
        refusals={
            400: (
                "file_empty",
                "too_many_files",
                "folder_unknown",
                "profile_unknown",
                "poster_invalid",
            ),
            403: ("upload_not_allowed", "email_not_verified"),
            404: ("not_found",),
            409: ("upload_canceled", "external_id_taken", "duplicate"),
            413: ("poster_too_large",),
            503: ("storage_unavailable", "images_unavailable"),
            507: ("disk_full",),
        },
        request=examples.UPLOAD,
        answer=examples.UPLOADED_VIDEO,
    ),
    "import.create": Operation(
        "importVideo",
        "Import a video from a URL",
        "Creates the video at once. A job fetches the file, which must be at a public address, and "
        "then processes it as if it had been uploaded; `progress` tells how far it is. Share links "
        "of Google Drive and Dropbox, and signed URLs of S3, work as they are. With `type: image` "
        "the image is fetched before the answer, which is the complete image; the settings of "
        "videos alone are refused then.",
        refusals={
            400: (
                "fetch_bad_url",
                "fetch_forbidden_address",
                "image_invalid",
                "folder_unknown",
                "profile_unknown",
            ),
            403: ("upload_not_allowed", "email_not_verified"),
            409: ("external_id_taken",),
            413: ("image_too_large",),
            422: fetching.CODES,
            503: ("images_unavailable", "storage_unavailable"),
        },
        request=examples.IMPORT,
        answer=examples.IMPORTED,
        other_answers={"201": examples.IMAGE},
    ),
    "import.batch": Operation(
        "importVideos",
        "Import many videos from URLs",
        "Takes up to 100 items, each as `importVideo` takes it. Each is answered by itself, in the "
        "same order, with the status that it would have been answered with alone.",
        refusals={403: ("upload_not_allowed", "email_not_verified")},
        request=examples.IMPORT_BATCH,
        answer=examples.IMPORT_ANSWERS,
    ),
    "video.retrieve": Operation(
        "getVideo",
        "Get a video",
        "Returns everything about a video, with the URLs that play it. These URLs expire: read "
        "the video again to get new ones. A public or unlisted video can be read without a key.",
        answer=examples.VIDEO,
    ),
    "video.partial_update": Operation(
        "updateVideo",
        "Change a video",
        "Members that are not sent stay as they are.",
        refusals={
            400: ("folder_unknown",),
            409: ("external_id_taken",),
            412: ("precondition_failed",),
        },
        request=examples.VIDEO_EDIT,
        answer=examples.EDITED_VIDEO,
    ),
    "video.destroy": Operation(
        "deleteVideo",
        "Delete a video",
        "Moves the video into the trash: it is hidden and its job is stopped at once, and it is "
        "purged after 30 days. With `purge=true` it is deleted for good at once, also when it is "
        "in the trash.",
        refusals={409: ("video_busy",), 412: ("precondition_failed",)},
    ),
    "video.status": Operation(
        "getVideoStatus",
        "Get a video's status and progress alone",
        "A small answer for polling; once a second is enough.",
        answer=examples.VIDEO_STATUS,
    ),
    "video.move": Operation(
        "moveVideos",
        "Put videos into a folder",
        "Takes up to 100 of your own videos, and answers for each. What is not there, or is in "
        "the trash, is left out, and keeps no other from moving.",
        refusals={400: ("folder_unknown",)},
        request=examples.MOVE,
        answer=examples.MOVED,
    ),
    "video.restore": Operation(
        "restoreVideo",
        "Take a video out of the trash",
        "What the deletion stopped stays stopped; `reprocessVideo` starts it again.",
        refusals={409: ("not_in_trash", "video_busy", "external_id_taken")},
        answer=examples.VIDEO,
    ),
    "video.original": Operation(
        "getVideoOriginal",
        "Get an address of the untouched original",
        "Only for the owner and staff. The address answers Range, saves the file under its name, "
        "and closes early when the rights of the caller end or the video is deleted.",
        refusals={403: ("permission_denied",), 409: ("source_missing", "original_dropped")},
        answer=examples.ORIGINAL,
    ),
    "video.reprocess": Operation(
        "reprocessVideo",
        "Process a video again",
        "Uses the default profile; `createJob` can name another one. A ready video keeps playing "
        "until the new release is complete.",
        refusals={
            409: ("already_processing", "source_missing", "original_dropped", "video_deleted")
        },
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
        "Returns the jobs of a video, newest first, one page at a time.",
        refusals={403: ("permission_denied",)},
        answer=examples.JOB,
    ),
    "upload.list": Operation(
        "listUploads",
        "List your uploads",
        "Returns your own uploads, newest first, in whichever way their bytes come. They are "
        "listed for some weeks after they are over.",
        answer=examples.UPLOAD_ROW,
    ),
    "upload.create": Operation(
        "createUpload",
        "Make an address that somebody else uploads to",
        "Returns an address (`url`) to which somebody without an account uploads one file, within "
        "the limits given here. It takes the file in one PUT, in chunks (PUT with "
        "`Content-Range`), or by tus.",
        refusals={
            400: ("folder_unknown", "profile_unknown"),
            403: ("upload_not_allowed", "email_not_verified"),
            404: ("not_found",),
            409: ("external_id_taken",),
        },
        request=examples.UPLOAD_CREATE,
        answer=examples.UPLOAD_ROW,
    ),
    "upload.retrieve": Operation(
        "getUpload",
        "Get an upload",
        "Tells how far an upload is (`state`, `offset`).",
        answer=examples.UPLOAD_ROW,
    ),
    "upload.destroy": Operation(
        "cancelUpload",
        "Cancel an upload",
        "Its video is canceled, the bytes that arrived are deleted, and its address takes no more.",
        refusals={409: ("nothing_to_cancel",)},
    ),
    "folder.list": Operation(
        "listFolders",
        "List your folders",
        "Returns all of your folders, newest first unless ordered otherwise, one page at a time; "
        "with `parent` those that lie directly in a folder, and with `parent=none` those at the "
        "top.",
        answer=examples.FOLDER,
    ),
    "folder.create": Operation(
        "createFolder",
        "Create a folder",
        "A name is unique among its neighbours, and folders lie ten deep at most.",
        refusals={
            400: ("folder_unknown",),
            409: ("folder_name_taken", "folder_too_deep", "too_many_folders"),
        },
        request=examples.FOLDER_SUBMIT,
        answer=examples.FOLDER,
    ),
    "folder.retrieve": Operation(
        "getFolder",
        "Get a folder",
        "Returns where a folder lies, and how many videos and folders lie directly in it.",
        answer=examples.FOLDER,
    ),
    "folder.partial_update": Operation(
        "updateFolder",
        "Rename or move a folder",
        "All that it holds moves with it.",
        refusals={
            400: ("folder_unknown",),
            409: ("folder_name_taken", "folder_too_deep", "folder_in_itself"),
            412: ("precondition_failed",),
        },
        request=examples.FOLDER_EDIT,
        answer=examples.EDITED_FOLDER,
    ),
    "folder.destroy": Operation(
        "deleteFolder",
        "Delete a folder",
        "Deletes an empty folder; videos in the trash do not count. With `move_to` all that it "
        "holds goes into another folder first.",
        refusals={
            400: ("folder_unknown",),
            409: ("folder_not_empty", "folder_in_itself", "folder_name_taken", "folder_too_deep"),
            412: ("precondition_failed",),
        },
    ),
    "tag.list": Operation(
        "listTags",
        "List your tags",
        "Returns the tags of your videos with how many have each, the most frequent first, 1,000 "
        "at most: `search` narrows them to those that begin so.",
        answer=examples.TAGS,
    ),
    "image.list": Operation(
        "listImages",
        "List your images",
        "Returns your own images, newest first unless ordered otherwise, one page at a time. With "
        "`trashed=true` it returns the images in the trash.",
        answer=examples.IMAGE,
    ),
    "image.create": Operation(
        "createImage",
        "Upload an image",
        "Send the file (JPEG, PNG, WebP, GIF or AVIF) and its settings as `multipart/form-data`. "
        "The image is complete with the answer. What is shown is a copy without anything of the "
        "file but its pixels; of an animation it is the first picture.",
        refusals={
            400: ("image_invalid", "file_empty", "too_many_files", "folder_unknown"),
            403: ("upload_not_allowed", "email_not_verified"),
            409: ("external_id_taken", "upload_canceled"),
            413: ("image_too_large",),
            503: ("storage_unavailable", "images_unavailable"),
            507: ("disk_full",),
        },
        request=examples.IMAGE_UPLOAD,
        answer=examples.IMAGE,
    ),
    "image.retrieve": Operation(
        "getImage",
        "Get an image",
        "Returns everything about an image, with the URLs that show it. They expire: read the "
        "image again to get new ones. They close within seconds when the image is deleted.",
        answer=examples.IMAGE,
    ),
    "image.partial_update": Operation(
        "updateImage",
        "Change an image",
        "Members that are not sent stay as they are.",
        refusals={
            400: ("folder_unknown",),
            409: ("external_id_taken",),
            412: ("precondition_failed",),
        },
        request=examples.IMAGE_EDIT,
        answer=examples.IMAGE,
    ),
    "image.destroy": Operation(
        "deleteImage",
        "Delete an image",
        "Moves the image into the trash, where it is purged after 30 days. With `purge=true` it is "
        "deleted for good at once, also when it is in the trash.",
        refusals={412: ("precondition_failed",)},
    ),
    "image.restore": Operation(
        "restoreImage",
        "Take an image out of the trash",
        refusals={409: ("not_in_trash", "external_id_taken")},
        answer=examples.IMAGE,
    ),
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
    "feed.create": Operation(
        "createFeedTicket",
        "Get a ticket to the live feed",
        "Browsers cannot put a key into the headers of a WebSocket, so a page that has a key "
        "offers the `protocols` of a ticket instead. A ticket opens one socket, within a minute.",
        refusals={403: ("api_key_needed",)},
        answer=examples.FEED_TICKET,
    ),
    "hook.create": Operation(
        "receiveHook",
        "Receive a report of an AI generator",
        "The address that a generator calls, signed as Standard Webhooks are; no key is sent. "
        "Replicate calls it with its prediction. Other generators send the members below. The "
        "outputs are imported as videos afterwards; a report that was received before, by its "
        "`webhook-id`, changes nothing.",
        refusals={
            401: ("signature_missing", "signature_expired", "signature_invalid"),
            403: ("hook_address_unknown",),
        },
        request=examples.HOOK_REPORT,
        answer={"received": True},
    ),
    "hook-address.list": Operation(
        "listHookAddresses",
        "List your addresses for AI generators",
        "Returns the addresses that you have not revoked, newest first, one page at a time.",
        answer=examples.HOOK_ADDRESS,
    ),
    "hook-address.create": Operation(
        "createHookAddress",
        "Create an address for an AI generator",
        "Give `url` to the generator as its webhook. The videos that come of it are yours and get "
        "these settings. Whoever has the `url` and the secret can add videos to your library.",
        refusals={
            400: ("folder_unknown", "profile_unknown"),
            403: ("upload_not_allowed", "email_not_verified"),
            409: ("hook_not_configured",),
        },
        request=examples.HOOK_ADDRESS_FORM,
        answer=examples.HOOK_ADDRESS,
    ),
    "hook-address.destroy": Operation(
        "revokeHookAddress",
        "Revoke an address for an AI generator",
        "Further reports to it are refused; those that were received are still acted upon.",
    ),
    "hook-delivery.list": Operation(
        "listHookDeliveries",
        "List the reports of AI generators",
        "Returns what was reported to your addresses, newest first, with what was done about it.",
        answer=examples.HOOK_DELIVERY,
    ),
    "prediction.create": Operation(
        "followPrediction",
        "Follow a prediction",
        "The site asks the generator about a prediction until it has ended, and imports what it "
        "made, also if its webhook never comes. A prediction that is known already stays as it is.",
        refusals={
            400: ("prediction_invalid",),
            404: ("not_found",),
            409: ("polling_not_configured",),
        },
        request=examples.PREDICTION_FORM,
        answer=examples.GENERATION,
    ),
    "profile.list": Operation(
        "listProfiles",
        "List encoding profiles",
        "Returns all profiles in one list; there are no pages.",
        answer=examples.PROFILE,
    ),
    "profile.retrieve": Operation(
        "getProfile",
        "Get an encoding profile",
        "Returns how videos are encoded with this profile. Staff edit profiles in the admin.",
        answer=examples.PROFILE,
    ),
    "s3.params": Operation(
        "getS3Params",
        "Ask how to upload a file in one request",
        "Uppy asks this for files that it would not upload in parts. It is always refused: only "
        "uploads in parts are checked and completed by the server. A small file is an upload of "
        "one part.",
        refusals={409: ("multipart_only", "direct_upload_unavailable")},
    ),
    "s3.create": Operation(
        "createS3Upload",
        "Begin an upload into the bucket",
        "Creates a video, whose file is then sent in parts, directly to the bucket: ask for the "
        "address of each part, send it there by PUT, keep its `ETag`, and complete the upload. "
        "Every part but the last has `part_size` bytes, or less, but at least 5 MiB. The upload is "
        "given up a day after the last request about it.",
        refusals={
            400: ("folder_unknown", "profile_unknown"),
            403: ("upload_not_allowed", "email_not_verified"),
            409: ("direct_upload_unavailable", "external_id_taken", "upload_over"),
            503: ("storage_unavailable",),
        },
        request=examples.S3_CREATE,
        answer=examples.S3_CREATED,
    ),
    "s3.parts": Operation(
        "listS3Parts",
        "List the parts that have arrived",
        "Tells a client that was interrupted what it need not send again.",
        refusals={
            403: ("upload_not_allowed",),
            409: ("upload_over", "direct_upload_unavailable"),
            503: ("storage_unavailable",),
        },
        answer=examples.S3_PART,
    ),
    "s3.part": Operation(
        "signS3Part",
        "Get the address of a part",
        "Send the part's bytes to the address by PUT, without an API key.",
        refusals={
            400: ("part_number_wrong",),
            403: ("upload_not_allowed",),
            409: ("upload_over", "direct_upload_unavailable"),
            503: ("storage_unavailable",),
        },
        answer=examples.S3_ADDRESS,
    ),
    "s3.batch": Operation(
        "signS3Parts",
        "Get the addresses of several parts",
        "The same as `signS3Part` for many parts in one request.",
        refusals={
            400: ("part_number_wrong",),
            403: ("upload_not_allowed",),
            409: ("upload_over", "direct_upload_unavailable"),
            503: ("storage_unavailable",),
        },
        answer=examples.S3_ADDRESSES,
    ),
    "s3.complete": Operation(
        "completeS3Upload",
        "Complete an upload into the bucket",
        "The server compares the parts in the bucket with those that are named, and their sizes "
        "with the announced one, and makes the file of them. A file that is refused is deleted, "
        "and its video fails with the same code. The request may be sent again, for instance when "
        "its answer was lost.",
        refusals={
            400: ("parts_missing", "part_too_small", "file_empty"),
            403: ("upload_not_allowed",),
            409: (
                "upload_over",
                "upload_canceled",
                "upload_size_differs",
                "upload_part_too_large",
                "direct_upload_unavailable",
            ),
            413: ("upload_too_large",),
            503: ("storage_unavailable",),
        },
        request=examples.S3_COMPLETE,
        answer=examples.S3_COMPLETED,
    ),
    "s3.destroy": Operation(
        "cancelS3Upload",
        "Cancel an upload into the bucket",
        "Deletes the parts that have arrived, and cancels the video. It may be sent again.",
        refusals={409: ("upload_over",)},
    ),
}
