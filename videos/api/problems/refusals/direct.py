"""The refusals of uploads directly into the bucket."""

from videos.api.problems.refusal import Refusals
from videos.ingest.direct import errors as direct

REFUSALS: Refusals = {
    direct.DirectUploadUnavailable: (
        409,
        "direct_upload_unavailable",
        "This site stores files on its own disk, so there is no bucket to upload to. Use resumable "
        "uploads by tus instead.",
    ),
    direct.MultipartOnly: (
        409,
        "multipart_only",
        "Files are uploaded in parts here, small ones in a single part. In Uppy set "
        "shouldUseMultipart to true.",
    ),
    direct.UploadOver: (
        409,
        "upload_over",
        "This upload is complete, or it was canceled or given up.",
    ),
    direct.PartNumberWrong: (
        400,
        "part_number_wrong",
        "The file that was announced has no part of this number.",
    ),
    direct.PartsMissing: (
        400,
        "parts_missing",
        "A part that is named has not arrived, or is another one. List the parts, and send what is "
        "missing.",
    ),
    direct.PartTooSmall: (
        400,
        "part_too_small",
        "Every part but the last has 5 MiB or more. Send the parts in larger pieces.",
    ),
    direct.SizeDiffers: (409, "upload_size_differs", direct.SizeDiffers.message),
    direct.PartTooLarge: (409, "upload_part_too_large", direct.PartTooLarge.message),
    direct.FileTooLarge: (413, "upload_too_large", direct.FileTooLarge.message),
    direct.FileEmpty: (400, "file_empty", direct.FileEmpty.message),
}
