"""The operations of uploads: delegating one, following and canceling any."""

from collections.abc import Mapping

from videos.api.schema.examples import uploads as examples
from videos.api.schema.operation import Operation

OPERATIONS: Mapping[str, Operation] = {
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
            403: ("upload_not_allowed", "email_not_verified", "quota_exceeded"),
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
}
