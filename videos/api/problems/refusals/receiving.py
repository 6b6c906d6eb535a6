"""The refusals of bytes that stream through this server."""

from accounts import throttling
from videos.api.problems.refusal import Refusals
from videos.ingest import receiving

REFUSALS: Refusals = {
    throttling.TooManyRequests: (
        429,
        throttling.CODE,
        "Too many requests. Try again in {error.seconds} seconds.",
    ),
    receiving.UploadOver: (
        410,
        "upload_gone",
        "This upload was canceled or has expired. Create another one.",
    ),
    receiving.UploadLocked: (
        423,
        "upload_locked",
        "Another request is at this upload. Try again in a moment.",
    ),
    receiving.UploadElsewhere: (
        503,
        "upload_elsewhere",
        "The bytes so far are on another server. Try again.",
    ),
    receiving.TooManyBytes: (
        413,
        "upload_too_large",
        "The file may have {error.most:,} bytes at most.",
    ),
    receiving.SizeTaken: (
        409,
        "upload_size_differs",
        "The file was announced with another size.",
    ),
    receiving.DiskFull: (507, "disk_full", "The server has no room left for this file."),
    receiving.UploadIsFinal: (
        403,
        "upload_is_final",
        "A final upload is made of its parts: it takes no bytes.",
    ),
    receiving.PartsInvalid: (
        400,
        "upload_parts_invalid",
        "A final upload names partial uploads of yours that are complete, in their order.",
    ),
    receiving.TooManyParts: (
        409,
        "upload_too_many_parts",
        "An upload at this address may have {error.most} parts at a time.",
    ),
}
