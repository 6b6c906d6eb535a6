"""Why a tus request is refused: the statuses that clients know, each with a code of ours."""

from __future__ import annotations

from collections.abc import Mapping

from videos.api import problems
from videos.ingest import receiving

VERSION = "1.0.0"

_REFUSALS: Mapping[str, tuple[int, str, str]] = {
    "version": (412, "tus_version_unknown", "Send Tus-Resumable: 1.0.0."),
    "method": (405, "method_not_allowed", "This address does not answer to this method."),
    "header": (400, "tus_header_invalid", "A header of tus is missing or not well formed."),
    "metadata": (
        400,
        "tus_metadata_invalid",
        "Upload-Metadata takes keys with values in base64, separated by commas.",
    ),
    "type": (415, "unsupported_media_type", "Send bytes as application/offset+octet-stream."),
    "offset": (409, "upload_offset_differs", "The upload is at another offset: ask by HEAD."),
    "checksum": (460, "checksum_mismatch", "The bytes do not fit their checksum. Send them again."),
    "algorithm": (
        400,
        "checksum_algorithm_unknown",
        "Only the algorithms that Tus-Checksum-Algorithm names can be checked.",
    ),
    "empty": (400, "file_empty", "The file is empty. Choose another one."),
    "final": (403, "upload_is_final", "A final upload is made of its parts: it takes no bytes."),
    "parts": (
        400,
        "upload_parts_invalid",
        "A final upload names partial uploads of yours that are complete, in their order.",
    ),
    "nothing": (404, "not_found", "This does not exist, or you do not have access to it."),
    "gone": (410, "upload_gone", "This upload was canceled or has expired. Create another one."),
    "finished": (409, "upload_finished", "This upload is finished. Delete its video instead."),
    "size": (409, "upload_size_differs", "The upload was announced with another size."),
    "locked": (423, "upload_locked", "Another request is at this upload. Try again in a moment."),
    "elsewhere": (503, "upload_elsewhere", "The bytes so far are on another server. Try again."),
    "disk": (507, "disk_full", "The server has no room left for this file."),
}
_OF_ERRORS: Mapping[type[Exception], str] = {
    receiving.UploadOver: "gone",
    receiving.UploadLocked: "locked",
    receiving.UploadElsewhere: "elsewhere",
    receiving.DiskFull: "disk",
    receiving.SizeTaken: "size",
}
_RETRY_AFTER = {"upload_locked": "1", "upload_elsewhere": "1"}


class Refused(Exception):
    """Raised when a request is refused; ``problem`` tells why, and ``headers`` go with it."""

    def __init__(self, why: str, *, detail: str = "", **headers: str) -> None:
        status, code, told = _REFUSALS[why]
        self.status, self.problem = status, problems.body(status, code, detail or told)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if code in _RETRY_AFTER:
            self.headers["Retry-After"] = _RETRY_AFTER[code]
        super().__init__(code)


def of_error(error: Exception) -> tuple[int, dict[str, object], dict[str, str]]:
    """Return the status, the problem and the headers for an error of the domain. Any other is
    raised again."""
    if why := _OF_ERRORS.get(type(error)):
        refused = Refused(why)
        return refused.status, refused.problem, refused.headers
    if isinstance(error, receiving.TooManyBytes):
        detail = f"The file may have {error.most:,} bytes at most."
        return 413, problems.body(413, "upload_too_large", detail), {}
    answer = problems.exception_handler(error, {})
    if answer is None:
        raise error
    retry = answer.headers.get("Retry-After")
    return answer.status_code, answer.data, {"Retry-After": retry} if retry else {}
