"""The favicon, and what is said when something is not there or not well."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import loader
from django.templatetags.static import static
from django.views import defaults
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from videos.api import problems

_API = "/api/"


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """The address browsers ask where a page names no icon."""
    return redirect(static("favicon.svg"))


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: a problem for programs, a page for people."""
    if request.path_info.startswith(_API):
        return problems.not_found(request, exception)
    return defaults.page_not_found(request, exception)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 while the database does not answer: a problem for programs, a page for people."""
    if isinstance(sys.exc_info()[1], problems.DATABASE_AWAY):
        return _unavailable(request)
    if request.path_info.startswith(_API):
        return problems.server_error(request)
    return defaults.server_error(request)


def _unavailable(request: HttpRequest) -> HttpResponse:
    if request.path_info.startswith(_API):
        response: HttpResponse = problems.unavailable(request)
    else:
        response = HttpResponse(loader.get_template("503.html").render(), status=503)
    response["Retry-After"] = problems.RETRY_AFTER
    return response
