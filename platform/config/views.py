"""Is the process there, and can it work?"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from processing import health


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
