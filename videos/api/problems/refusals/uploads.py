"""The refusals of uploads, by whichever way."""

from accounts.verification import EmailNotVerified
from videos.api.problems.refusal import Refusals
from videos.duplicates import Duplicate
from videos.ingest.services import EmptyFile
from videos.ingest.uploads import (
    ExternalIdTaken,
    UploadCanceled,
    UploadNotAllowed,
)
from videos.quotas import QuotaExceeded
from videos.storage import StorageUnavailable

EMAIL_NOT_VERIFIED = (
    "Confirm your email address first: open the link in the mail that was sent to you."
)

REFUSALS: Refusals = {
    UploadNotAllowed: (403, "upload_not_allowed", "This account may not upload videos."),
    QuotaExceeded: (403, "quota_exceeded", "{error.message}"),
    EmailNotVerified: (403, "email_not_verified", EMAIL_NOT_VERIFIED),
    EmptyFile: (400, "file_empty", "The file is empty. Choose another one."),
    UploadCanceled: (
        409,
        "upload_canceled",
        "The video was canceled or deleted while its file was being stored.",
    ),
    ExternalIdTaken: (
        409,
        "external_id_taken",
        "Another video or image of yours has this external id. Choose another one, or delete it.",
    ),
    Duplicate: (409, "duplicate", "You have this file already; `video` is its id."),
    StorageUnavailable: (
        503,
        "storage_unavailable",
        "The storage is not responding. Try again in a few seconds.",
    ),
}
