"""What Django answers below ``/api/`` where no view of the API does."""

from django.http import HttpRequest, JsonResponse

from videos.api.problems.document import CONTENT_TYPE, body, database_away

_LONGEST_HOST = 100


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


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Return Django's 404 for an address under ``/api/``."""
    problem = body(404, "not_found", "There is nothing at this address.", instance=request.path)
    return JsonResponse(problem, status=404, content_type=CONTENT_TYPE)


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
