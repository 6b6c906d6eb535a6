"""The operations at the address of a delegated upload."""

from videos.api.schema.operation import Operation
from videos.api.schema.protocols import tus
from videos.api.schema.protocols.spoken import TUS_BYTES, Spoken, Success, refusals

_PATH = "/u/{address}"
_OF_ALL = {
    403: ("origin_not_allowed", "upload_not_allowed", "email_not_verified"),
    404: ("not_found",),
    410: ("upload_used", "upload_expired", "upload_canceled", "upload_failed", "upload_gone"),
    415: ("unsupported_media_type",),
    429: ("throttled",),
    503: ("upload_busy", "database_unavailable"),
}
_BY_TUS = {400: ("tus_header_invalid",), 412: ("tus_version_unknown",)}
_IN_CHUNKS = {
    400: ("range_invalid", "file_empty"),
    403: ("upload_is_final", "quota_exceeded"),
    408: ("body_too_slow",),
    409: ("upload_gap", "upload_size_differs", "upload_bytes_differ", "duplicate"),
    413: ("upload_too_large",),
    503: ("storage_unavailable", "upload_elsewhere", "server_stopping"),
    507: ("disk_full",),
}
_CHUNK = {
    200: Success("The whole file has arrived."),
    308: Success("Bytes are missing still; `Range` tells what is here.", ("Range",)),
}
_OR_A_CHUNK = (
    " Without `Tus-Resumable` but with `Content-Range` it takes a chunk, as `putUploadedFile` does."
)
_FINISHED = {
    "id": "9b2d6f0e-5a4c-4e0e-8d3b-2f1a7c6b5d4e",
    "state": "finished",
    "size": 52428800,
}

SPOKEN = (
    Spoken(
        "put",
        _PATH,
        Operation(
            "putUploadedFile",
            "Send a file to an upload's address",
            "The body is the file, of any content type, or with `Content-Range` a chunk of it. "
            "Chunks are sent one after the other; bytes that were sent before may be sent again, "
            "and must be the same. Without `Content-Range` it begins from the start.",
            refusals=refusals(_IN_CHUNKS, _OF_ALL),
            answer=_FINISHED,
        ),
        _CHUNK,
        takes=("Content-Range",),
        takes_bytes="application/octet-stream",
        for_users=False,
    ),
    Spoken(
        "options",
        _PATH,
        Operation(
            "getAddressAbilities",
            "Ask what can be done at an upload's address by tus",
            "Tells clients of tus which version and extensions are spoken here, and how large the "
            "file may be.",
            refusals=_OF_ALL,
        ),
        {204: Success("What can be done.", tus.ABILITIES)},
        for_users=False,
    ),
    Spoken(
        "post",
        _PATH,
        Operation(
            "createAddressUpload",
            "Begin an upload at an address by tus",
            "Begins from the start: what arrived before is dropped. `Location` is the address "
            "itself, or that of a part of the file." + _OR_A_CHUNK,
            refusals=refusals(
                tus.OF_CREATIONS,
                tus.OF_BYTES,
                _BY_TUS,
                _IN_CHUNKS,
                _OF_ALL,
                {409: ("upload_too_many_parts",)},
            ),
            answer=_FINISHED,
        ),
        {201: Success("The upload has begun.", tus.CREATED), **_CHUNK},
        takes=("Tus-Resumable", *tus.CREATION, "Content-Range"),
        takes_bytes=TUS_BYTES,
        for_users=False,
    ),
    Spoken(
        "head",
        _PATH,
        Operation(
            "getAddressOffset",
            "Ask how far an upload at an address is by tus",
            "Tells at which offset to go on after a break.",
            refusals=refusals(_BY_TUS, _OF_ALL),
        ),
        {200: Success("How far it is.", tus.TOLD)},
        requires=("Tus-Resumable",),
        for_users=False,
    ),
    Spoken(
        "patch",
        _PATH,
        Operation(
            "appendAddressBytes",
            "Send bytes to an upload's address by tus",
            "Appends the body at the offset. With the last byte the video is processed."
            + _OR_A_CHUNK,
            refusals=refusals(tus.OF_BYTES, _BY_TUS, _IN_CHUNKS, _OF_ALL),
            answer=_FINISHED,
        ),
        {204: Success("The bytes have arrived.", tus.APPENDED), **_CHUNK},
        takes=(
            "Tus-Resumable",
            "Upload-Offset",
            "Upload-Length",
            "Upload-Checksum",
            "Content-Range",
        ),
        takes_bytes=TUS_BYTES,
        for_users=False,
    ),
    Spoken(
        "delete",
        _PATH,
        Operation(
            "terminateAddressUpload",
            "End an upload at an address by tus",
            "Cancels the upload and its video; the address takes no more. At the address of a part "
            "it ends that part alone.",
            refusals=refusals(_BY_TUS, _OF_ALL),
        ),
        {204: Success("It is ended.", ("Tus-Resumable",))},
        requires=("Tus-Resumable",),
        for_users=False,
    ),
)
