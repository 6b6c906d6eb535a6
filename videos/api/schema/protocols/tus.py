"""The operations of tus at ``/api/v1/tus/``."""

from videos.api.schema.operation import Operation
from videos.api.schema.protocols.spoken import TUS_BYTES, Spoken, Success, refusals

ABILITIES = (
    "Tus-Resumable",
    "Tus-Version",
    "Tus-Extension",
    "Tus-Max-Size",
    "Tus-Checksum-Algorithm",
)
CREATED = ("Tus-Resumable", "Location", "Upload-Expires", "Upload-Offset", "Idempotency-Replayed")
TOLD = (
    "Tus-Resumable",
    "Upload-Offset",
    "Upload-Length",
    "Upload-Defer-Length",
    "Upload-Metadata",
    "Upload-Concat",
    "Upload-Expires",
)
APPENDED = ("Tus-Resumable", "Upload-Offset", "Upload-Expires")
CREATION = (
    "Upload-Length",
    "Upload-Defer-Length",
    "Upload-Metadata",
    "Upload-Concat",
    "Upload-Checksum",
    "Idempotency-Key",
)

OF_CREATIONS = {
    400: (
        "tus_header_invalid",
        "tus_metadata_invalid",
        "upload_parts_invalid",
        "file_empty",
        "idempotency_key_invalid",
    ),
    403: ("quota_exceeded",),
    409: ("idempotency_in_flight", "idempotency_interrupted"),
    422: ("idempotency_mismatch",),
}
OF_BYTES = {
    400: ("tus_header_invalid", "checksum_algorithm_unknown", "file_empty"),
    403: ("upload_is_final", "quota_exceeded"),
    408: ("body_too_slow",),
    409: ("upload_offset_differs", "upload_size_differs", "upload_canceled", "duplicate"),
    413: ("upload_too_large",),
    460: ("checksum_mismatch",),
    503: ("storage_unavailable", "upload_elsewhere", "server_stopping"),
    507: ("disk_full",),
}
_OF_ANYBODY = {415: ("unsupported_media_type",)}
_OF_USERS = {
    401: ("not_authenticated", "bad_api_key", "bad_app_token"),
    403: (
        "upload_not_allowed",
        "email_not_verified",
        "csrf_failed",
        "insufficient_scope",
        "address_not_allowed",
    ),
    412: ("tus_version_unknown",),
    415: ("unsupported_media_type",),
    429: ("throttled",),
    503: ("database_unavailable",),
}
_OF_SETTINGS = {
    400: ("invalid", "invalid_choice", "max_length", "folder_unknown", "profile_unknown"),
    409: ("external_id_taken",),
}
_OF_ONE = {
    400: ("tus_header_invalid",),
    404: ("not_found",),
    410: ("upload_gone",),
    423: ("upload_locked",),
}

_ALL, _ONE = "/api/v1/tus", "/api/v1/tus/{id}"

SPOKEN = (
    Spoken(
        "options",
        _ALL,
        Operation(
            "getTusAbilities",
            "Ask what can be done by tus",
            "Tells clients of tus which version and extensions are spoken here, and how large a "
            "file may be. Anybody may ask.",
            refusals=_OF_ANYBODY,
        ),
        {204: Success("What can be done.", ABILITIES)},
        for_users=False,
    ),
    Spoken(
        "post",
        _ALL,
        Operation(
            "createTusUpload",
            "Begin an upload by tus",
            "Creates a video, whose file is then sent to the address in `Location`. The first "
            "bytes may come with it, and the length may be told later. A part of a file creates no "
            "video; the final upload, which names all parts, does. Use a client of tus: there are "
            "some in every language.",
            refusals=refusals(
                OF_CREATIONS, _OF_SETTINGS, OF_BYTES, _OF_USERS, {423: ("upload_locked",)}
            ),
        ),
        {201: Success("The upload was created.", CREATED)},
        requires=("Tus-Resumable",),
        takes=CREATION,
        takes_bytes=TUS_BYTES,
    ),
    Spoken(
        "head",
        _ONE,
        Operation(
            "getTusOffset",
            "Ask how far an upload by tus is",
            "Tells at which offset to go on after a break.",
            refusals=refusals(_OF_ONE, _OF_USERS),
        ),
        {200: Success("How far it is.", TOLD)},
        requires=("Tus-Resumable",),
    ),
    Spoken(
        "patch",
        _ONE,
        Operation(
            "appendTusBytes",
            "Send bytes of an upload by tus",
            "Appends the body at the offset. With the last byte the video is processed. A client "
            "that cannot send PATCH sends POST with `X-HTTP-Method-Override: PATCH`.",
            refusals=refusals(_OF_ONE, OF_BYTES, _OF_USERS),
        ),
        {204: Success("The bytes have arrived.", APPENDED)},
        requires=("Tus-Resumable", "Upload-Offset"),
        takes=("Upload-Length", "Upload-Checksum"),
        takes_bytes=TUS_BYTES,
    ),
    Spoken(
        "delete",
        _ONE,
        Operation(
            "terminateTusUpload",
            "End an upload by tus",
            "Cancels the video, and deletes the bytes that arrived.",
            refusals=refusals(_OF_ONE, _OF_USERS, {409: ("upload_finished",)}),
        ),
        {204: Success("It is ended.", ("Tus-Resumable",))},
        requires=("Tus-Resumable",),
    ),
)
