"""The refusals of the addresses of delegated uploads."""

from videos.api.problems.refusal import Refusals
from videos.ingest import addressed, delegated, ranged_put

_NO_MORE = "Ask for another address."

REFUSALS: Refusals = {
    delegated.BadAddress: (404, "not_found", "There is no upload at this address."),
    delegated.OriginNotAllowed: (
        403,
        "origin_not_allowed",
        "Only pages of another origin may upload to this address.",
    ),
    delegated.AddressUsed: (
        410,
        "upload_used",
        f"A file was uploaded to this address before. {_NO_MORE}",
    ),
    delegated.AddressExpired: (
        410,
        "upload_expired",
        f"The time for this upload is over. {_NO_MORE}",
    ),
    delegated.AddressCanceled: (410, "upload_canceled", f"This upload was canceled. {_NO_MORE}"),
    delegated.AddressFailed: (410, "upload_failed", f"The file could not be stored. {_NO_MORE}"),
    delegated.AddressBusy: (
        503,
        "upload_busy",
        "Another request is sending bytes of this upload. Try again in a moment.",
    ),
    delegated.OwnerMayNotUpload: (
        403,
        "upload_not_allowed",
        "The owner's account may not upload videos.",
    ),
    delegated.OwnerNotVerified: (
        403,
        "email_not_verified",
        "The owner's email address is not confirmed.",
    ),
    delegated.OwnerHasNoRoom: (
        403,
        "quota_exceeded",
        "The owner's plan does not allow this file: it is too large, or there is no room for it.",
    ),
    ranged_put.BadRange: (
        400,
        "range_invalid",
        "Write Content-Range as `bytes 0-1048575/5000000`, with exactly these bytes as the body.",
    ),
    ranged_put.Gap: (
        409,
        "upload_gap",
        "Bytes before these are missing: ask by Content-Range `bytes */total` how far it is.",
    ),
    ranged_put.SizeDiffers: (
        409,
        "upload_size_differs",
        "The file was announced with another size.",
    ),
    addressed.BytesDiffer: (
        409,
        "upload_bytes_differ",
        "These bytes are not those that arrived before: it is another file.",
    ),
}
