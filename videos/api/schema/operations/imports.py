"""The operations of imports."""

from collections.abc import Mapping

from videos.api.schema.examples import imports as examples
from videos.api.schema.examples.images import IMAGE
from videos.api.schema.operation import Operation
from videos.fetching import errors as fetching

OPERATIONS: Mapping[str, Operation] = {
    "import.create": Operation(
        "importVideo",
        "Import a video from a URL",
        "Creates the video at once. A job fetches the file, which must be at a public address, and "
        "then processes it as if it had been uploaded; `progress` tells how far it is. Share links "
        "of Google Drive and Dropbox, and signed URLs of S3, work as they are. With `type: image` "
        "the image is fetched before the answer, which is the complete image; the settings of "
        "videos alone are refused then. With `source: site` the URL is that of a page, on a site "
        "that the operator allows, and the job fetches the best form of its video.",
        refusals={
            400: (
                "fetch_bad_url",
                "fetch_forbidden_address",
                "image_invalid",
                "folder_unknown",
                "profile_unknown",
                "site_imports_off",
                "site_not_allowed",
            ),
            403: ("upload_not_allowed", "email_not_verified", "quota_exceeded"),
            409: ("external_id_taken",),
            413: ("image_too_large",),
            422: fetching.CODES,
            503: ("images_unavailable", "storage_unavailable"),
        },
        request=examples.IMPORT,
        answer=examples.IMPORTED,
        other_answers={"201": IMAGE},
    ),
    "import.batch": Operation(
        "importVideos",
        "Import many videos from URLs",
        "Takes up to 100 items, each as `importVideo` takes it. Each is answered by itself, in the "
        "same order, with the status that it would have been answered with alone. Images are "
        "fetched while the request waits, some at once, and are complete with the answer; those "
        "that do not arrive in time are answered with `batch_timeout`.",
        refusals={403: ("upload_not_allowed", "email_not_verified", "quota_exceeded")},
        request=examples.IMPORT_BATCH,
        answer=examples.IMPORT_ANSWERS,
    ),
}
