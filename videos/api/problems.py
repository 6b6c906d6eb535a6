"""Report errors as RFC 9457 problem details, each with a stable code."""

import errno
from typing import Any

import structlog
from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler as drf_exception_handler

from accounts.verification import EmailNotVerified
from processing.images.examine import ImageInvalid, ImageTooLarge
from processing.profiles import NoSuchProfile
from processing.services import (
    AlreadyProcessing,
    NoSource,
    NothingToCancel,
    NothingToRetry,
    OriginalDropped,
    VideoDeleted,
)
from videos.duplicates import Duplicate
from videos.fetching.errors import FetchFailed
from videos.folders import (
    DEEPEST,
    MOST,
    FolderInItself,
    FolderNameTaken,
    FolderNotEmpty,
    FolderTooDeep,
    NoSuchFolder,
    TooManyFolders,
)
from videos.idempotency import (
    RETRY_AFTER_SECONDS,
    Interrupted,
    InvalidKey,
    KeyInFlight,
    KeyMismatch,
)
from videos.ingest.direct import errors as direct
from videos.ingest.examining import ImagesUnavailable
from videos.ingest.hooks.addresses import AddressUnknown, NoSecretSet
from videos.ingest.hooks.deliveries import NotJson
from videos.ingest.hooks.polling import NoSuchJob, NotAsked
from videos.ingest.hooks.signatures import SignatureExpired, SignatureInvalid, SignatureMissing
from videos.ingest.posters import PosterInvalid, PosterTooLarge
from videos.ingest.services import EmptyFile
from videos.ingest.uploads import (
    ExternalIdTaken,
    UploadCanceled,
    UploadNotAllowed,
)
from videos.locking import VideoBusy
from videos.storage import StorageUnavailable
from videos.trash import NotInTrash

CONTENT_TYPE = "application/problem+json"

# PostgreSQL reports a server that currently accepts no writes as InternalError.
DATABASE_AWAY = (OperationalError, InterfaceError, InternalError)
RETRY_AFTER = "5"
_LONGEST_HOST = 100
_LONGEST_DETAIL = 1000
EMAIL_NOT_VERIFIED = (
    "Confirm your email address first: open the link in the mail that was sent to you."
)

logger = structlog.get_logger(__name__)


class BodyTooLarge(Exception):
    """Raised when the body of a report is larger than a view reads."""


# For each exception of the domain: the status, the stable code, and a sentence on what to do.
_DOMAIN: dict[type[Exception], tuple[int, str, str]] = {
    UploadNotAllowed: (403, "upload_not_allowed", "This account may not upload videos."),
    EmailNotVerified: (403, "email_not_verified", EMAIL_NOT_VERIFIED),
    EmptyFile: (400, "file_empty", "The file is empty. Choose another one."),
    InvalidKey: (
        400,
        "idempotency_key_invalid",
        "An Idempotency-Key has 1 to 255 visible ASCII characters.",
    ),
    KeyInFlight: (
        409,
        "idempotency_in_flight",
        "A request with this Idempotency-Key is being answered. Try again in a few seconds.",
    ),
    Interrupted: (
        409,
        "idempotency_interrupted",
        "The first request with this Idempotency-Key was interrupted after it had an effect. Look "
        "at what it created, and use another key for what is missing.",
    ),
    KeyMismatch: (
        422,
        "idempotency_mismatch",
        "This Idempotency-Key named another request before. Use a new key for each request.",
    ),
    ImageInvalid: (
        400,
        "image_invalid",
        "This is no JPEG, PNG, WebP, GIF or AVIF image that can be read to its end.",
    ),
    ImageTooLarge: (
        413,
        "image_too_large",
        "The image has too many bytes or pixels. Make it smaller.",
    ),
    ImagesUnavailable: (
        503,
        "images_unavailable",
        "Images cannot be decoded here at the moment. Try again later.",
    ),
    PosterInvalid: (
        400,
        "poster_invalid",
        "The poster is no JPEG, PNG, WebP, GIF or AVIF image that can be read to its end.",
    ),
    PosterTooLarge: (
        413,
        "poster_too_large",
        "The poster has too many bytes or pixels. Make it smaller.",
    ),
    UploadCanceled: (
        409,
        "upload_canceled",
        "The video was canceled or deleted while its file was being stored.",
    ),
    NoSuchFolder: (400, "folder_unknown", "You have no folder of this id."),
    FolderNameTaken: (
        409,
        "folder_name_taken",
        "There is a folder of this name already. Choose another name.",
    ),
    FolderTooDeep: (
        409,
        "folder_too_deep",
        f"Folders lie in each other {DEEPEST} deep at most.",
    ),
    FolderInItself: (409, "folder_in_itself", "A folder cannot be put into itself."),
    FolderNotEmpty: (
        409,
        "folder_not_empty",
        "This folder is not empty. Empty it first, or say with move_to where all goes.",
    ),
    TooManyFolders: (
        409,
        "too_many_folders",
        f"You have {MOST:,} folders, and cannot have more. Delete some first.",
    ),
    NoSuchProfile: (400, "profile_unknown", "There is no profile of this name."),
    ExternalIdTaken: (
        409,
        "external_id_taken",
        "Another video of yours has this external id. Choose another one, or delete that video.",
    ),
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
    Duplicate: (409, "duplicate", "You have this file already; `video` is its id."),
    SignatureMissing: (
        401,
        "signature_missing",
        "Send the headers webhook-id, webhook-timestamp and webhook-signature.",
    ),
    SignatureExpired: (
        401,
        "signature_expired",
        "The webhook was signed too long ago, or in the future: more than 5 minutes apart.",
    ),
    SignatureInvalid: (401, "signature_invalid", "The signature is not one of this address."),
    AddressUnknown: (
        403,
        "hook_address_unknown",
        "This address was not issued here, or it was revoked. Create another one.",
    ),
    NotJson: (400, "parse_error", "The body is not a JSON object."),
    BodyTooLarge: (413, "body_too_large", "The body may have at most 4,194,304 bytes here."),
    NoSecretSet: (
        409,
        "hook_not_configured",
        "The operator has set no signing secret of this generator (VODLOOM_REPLICATE_SECRETS).",
    ),
    NotAsked: (
        409,
        "polling_not_configured",
        "This site cannot ask the generator: the operator has set no VODLOOM_REPLICATE_TOKEN.",
    ),
    NoSuchJob: (400, "prediction_invalid", "This is not the id of a prediction."),
    VideoBusy: (
        409,
        "video_busy",
        "Work on this video is just starting. Try again in a few seconds.",
    ),
    AlreadyProcessing: (
        409,
        "already_processing",
        "This video is being processed. Wait for it, or cancel it first.",
    ),
    VideoDeleted: (409, "video_deleted", "This video is in the trash. Restore it first."),
    NotInTrash: (409, "not_in_trash", "This video is not in the trash."),
    NoSource: (409, "source_missing", "This video has no stored original. Upload it again."),
    OriginalDropped: (
        409,
        "original_dropped",
        "The original of this video was deleted once it was ready, as you chose. Upload it again.",
    ),
    NothingToRetry: (
        409,
        "nothing_to_retry",
        "Only the newest job of a video can be retried, and only after it failed.",
    ),
    NothingToCancel: (
        409,
        "nothing_to_cancel",
        "There is nothing in progress that could be canceled.",
    ),
    StorageUnavailable: (
        503,
        "storage_unavailable",
        "The storage is not responding. Try again in a few seconds.",
    ),
}

_TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    408: "Request timeout",
    410: "Gone",
    412: "Precondition failed",
    413: "Too large",
    415: "Unsupported media type",
    422: "Unprocessable content",
    423: "Locked",
    429: "Too many requests",
    460: "Checksum mismatch",
    500: "Server error",
    503: "Service unavailable",
    507: "Insufficient storage",
}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return a problem for each error that DRF or the domain knows; this is DRF's exception
    hook."""
    request = context.get("request")
    instance = request.path if request is not None else None
    known = _DOMAIN.get(type(error))
    if known is not None:
        status, code, detail = known
        problem = body(status, code, detail, instance=instance)
        if isinstance(error, Duplicate):
            problem["video"] = str(error.video_id)
        response = _response(problem, status)
        if isinstance(error, KeyInFlight):
            response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
    if isinstance(error, FetchFailed):
        return _response(body(422, error.code, error.message, instance=instance), 422)
    if isinstance(error, DATABASE_AWAY):
        logger.warning("api_without_database", reason=type(error).__name__)
        response = _response(database_away(instance), 503)
        response["Retry-After"] = RETRY_AFTER
        return response
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        problem = body(
            507, "disk_full", "The server has no room left to store this.", instance=instance
        )
        return _response(problem, 507)
    if isinstance(error, ObjectDoesNotExist):  # it was purged after the request found it
        logger.warning("api_row_gone", reason=type(error).__name__)
        error = Http404()
    if isinstance(error, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        error = exceptions.ParseError("The form has too many fields, or a field is too large.")
    answer = drf_exception_handler(error, context)
    if answer is None:
        return None
    return _response(_translate(error, answer, instance), answer.status_code, answer)


def of(error: Exception) -> dict[str, Any] | None:
    """Return the problem for a refusal of the domain or of a form; None for any other error."""
    known = _DOMAIN.get(type(error))
    if known is not None:
        return body(*known)
    if not isinstance(error, exceptions.ValidationError):
        return None
    answer = drf_exception_handler(error, {})
    return None if answer is None else _translate(error, answer, None)


def body(
    status: int,
    code: str,
    detail: str,
    *,
    instance: str | None = None,
    errors: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    """Return the members of a problem."""
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": title_of(status),
        "status": status,
        "code": code,
        "detail": detail,
        "instance": instance,
        "request_id": structlog.contextvars.get_contextvars().get("request_id"),
    }
    return problem | ({"errors": errors} if errors else {})


def unknown_host(host: str) -> str:
    """Return the detail for a host that is not among Django's ``ALLOWED_HOSTS``."""
    return (
        f'This site does not answer to the host "{host[:_LONGEST_HOST]}". The operator can add '
        "the name to ALLOWED_HOSTS."
    )


def bad_request(request: HttpRequest, code: str, detail: str) -> JsonResponse:
    """Return Django's 400 for an address under ``/api/``."""
    detail = detail or "The server could not understand this request."
    problem = body(400, code, detail, instance=request.path)
    return JsonResponse(problem, status=400, content_type=CONTENT_TYPE)


def title_of(status: int) -> str:
    """Return a status in words."""
    return _TITLES.get(status, "Error")


def sentence_of(code: str) -> str | None:
    """Return the sentence of a domain error code."""
    return next((said for _, known, said in _DOMAIN.values() if known == code), None)


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Return Django's 404 for an address under ``/api/``."""
    problem = body(404, "not_found", "There is nothing at this address.", instance=request.path)
    return JsonResponse(problem, status=404, content_type=CONTENT_TYPE)


def database_away(instance: str | None) -> dict[str, Any]:
    """Return the problem for a database that does not answer, is locked, or accepts no writes at
    the moment."""
    detail = "The database is not responding. Try again in a few seconds."
    return body(503, "database_unavailable", detail, instance=instance)


def unavailable(request: HttpRequest) -> JsonResponse:
    """Return 503 for an address under ``/api/`` when no view could handle the error."""
    problem = database_away(request.path)
    return JsonResponse(problem, status=503, content_type=CONTENT_TYPE)


def server_error(request: HttpRequest) -> JsonResponse:
    """Return Django's 500 for an address under ``/api/``."""
    problem = body(
        500, "server_error", "An internal error occurred on the server.", instance=request.path
    )
    return JsonResponse(problem, status=500, content_type=CONTENT_TYPE)


def _translate(error: Exception, answer: Response, instance: str | None) -> dict[str, Any]:
    status = answer.status_code
    if isinstance(error, exceptions.ValidationError):
        errors = list(_field_errors(answer.data))
        code = errors[0]["code"] if len(errors) == 1 else "invalid"
        return body(status, code, errors[0]["detail"], instance=instance, errors=errors)
    if isinstance(error, Http404):
        return body(
            status,
            "not_found",
            "This does not exist, or you do not have access to it.",
            instance=instance,
        )
    if isinstance(error, PermissionDenied):
        return body(
            status, "permission_denied", "You do not have permission to do this.", instance=instance
        )
    detail = error.detail if isinstance(error, exceptions.APIException) else str(error)
    code = getattr(detail, "code", "error")
    return body(status, code, str(detail), instance=instance)


def _field_errors(data: Any, field: str = "") -> Any:
    if isinstance(data, dict):
        for name, value in data.items():
            whole = name == api_settings.NON_FIELD_ERRORS_KEY
            within = field if whole else f"{field}.{name}" if field else name
            yield from _field_errors(value, within)
    elif isinstance(data, list):
        for value in data:
            yield from _field_errors(value, field)
    else:
        yield {"field": field, "code": getattr(data, "code", "invalid"), "detail": _told(str(data))}


def _told(detail: str) -> str:
    """Return a detail, shortened because it may repeat a long value that the client sent."""
    return detail if len(detail) <= _LONGEST_DETAIL else f"{detail[:_LONGEST_DETAIL]}…"


def _response(problem: dict[str, Any], status: int, like: Response | None = None) -> Response:
    response = Response(problem, status=status, content_type=CONTENT_TYPE)
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if like is not None and like.has_header(name):
            response[name] = like[name]
    return response
