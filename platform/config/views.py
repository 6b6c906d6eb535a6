"""The favicon, and the views of errors."""

import sys

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import loader
from django.templatetags.static import static
from django.views import defaults
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from accounts.adapter import MailUnavailable
from videos.api import problems

_API = "/api/"
_DATABASE_AWAY = "The database is not responding. Your videos are safe. Try again in a few seconds."


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Redirect from the address that browsers use when a page names no icon."""
    return redirect(static("favicon.svg"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400; for a host that is not allowed, say what the operator can do."""
    foreign = isinstance(exception, DisallowedHost)
    why = problems.unknown_host(request.META.get("HTTP_HOST", "")) if foreign else ""
    if request.path_info.startswith(_API):
        return problems.bad_request(request, "host_not_allowed" if foreign else "invalid", why)
    return HttpResponse(loader.get_template("400.html").render({"why": why}), status=400)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Answer 429 on the log-in, sign-up and reset pages; the API's own 429 says more."""
    response = HttpResponse(loader.get_template("429.html").render(), status=429)
    response["Retry-After"] = str(settings.DOOR_SECONDS)
    return response


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404: a problem document in the API, a page elsewhere."""
    if request.path_info.startswith(_API):
        return problems.not_found(request, exception)
    return defaults.page_not_found(request, exception)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 503 if the database or the mail server does not respond: a problem document in
    the API, a page elsewhere."""
    error = sys.exc_info()[1]
    if isinstance(error, problems.DATABASE_AWAY):
        return _unavailable(request, _DATABASE_AWAY)
    if isinstance(error, MailUnavailable):
        return _unavailable(request, str(error))
    if request.path_info.startswith(_API):
        return problems.server_error(request)
    return defaults.server_error(request)


def _unavailable(request: HttpRequest, why: str) -> HttpResponse:
    if request.path_info.startswith(_API):
        response: HttpResponse = problems.unavailable(request)
    else:
        response = HttpResponse(loader.get_template("503.html").render({"why": why}), status=503)
    response["Retry-After"] = problems.RETRY_AFTER
    return response
