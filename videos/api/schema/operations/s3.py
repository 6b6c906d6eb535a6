"""The operations of uploads directly into the bucket."""

from collections.abc import Mapping

from videos.api.schema.examples import s3 as examples
from videos.api.schema.operation import Operation

OPERATIONS: Mapping[str, Operation] = {
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
            403: ("upload_not_allowed", "email_not_verified", "quota_exceeded"),
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
            403: ("upload_not_allowed", "quota_exceeded"),
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
