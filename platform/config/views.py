"""Is the process there, and can it work? And what is said when something is not."""

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template import loader
from django.templatetags.static import static
from django.views import defaults
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from processing import health
from videos.api import problems

_API = "/api/"


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, Redis and storage answer; else 503 with what is wrong."""
    findings = [check() for check in health.READY]
    ready = all(finding.ok for finding in findings)
    checks = {finding.name: "ok" if finding.ok else finding.hint for finding in findings}
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


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
