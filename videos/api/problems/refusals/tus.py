"""The refusals of tus: the statuses that its clients know, each with a code of ours."""

from videos.api.problems.refusal import Refusals
from videos.api.tus import errors

REFUSALS: Refusals = {
    errors.VersionUnknown: (412, "tus_version_unknown", "Send Tus-Resumable: 1.0.0."),
    errors.MethodUnknown: (
        405,
        "method_not_allowed",
        "This address does not answer to this method.",
    ),
    errors.HeaderInvalid: (
        400,
        "tus_header_invalid",
        "A header of tus is missing or not well formed.",
    ),
    errors.MetadataInvalid: (
        400,
        "tus_metadata_invalid",
        "Upload-Metadata takes keys with values in base64, separated by commas.",
    ),
    errors.TypeWrong: (
        415,
        "unsupported_media_type",
        "Send bytes as application/offset+octet-stream.",
    ),
    errors.OffsetDiffers: (
        409,
        "upload_offset_differs",
        "The upload is at another offset: ask by HEAD.",
    ),
    errors.ChecksumMismatch: (
        460,
        "checksum_mismatch",
        "The bytes do not fit their checksum. Send them again.",
    ),
    errors.AlgorithmUnknown: (
        400,
        "checksum_algorithm_unknown",
        "Only the algorithms that Tus-Checksum-Algorithm names can be checked.",
    ),
    errors.NothingThere: (
        404,
        "not_found",
        "This does not exist, or you do not have access to it.",
    ),
    errors.UploadFinished: (
        409,
        "upload_finished",
        "This upload is finished. Delete its video instead.",
    ),
}
