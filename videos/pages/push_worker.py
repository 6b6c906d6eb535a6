"""The service worker that shows messages. It is served from the root, since a worker may act only
for pages below its own address."""

from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def push_worker(request: HttpRequest) -> HttpResponse:
    """Return the script."""
    answer = HttpResponse(_script(), content_type="text/javascript; charset=utf-8")
    answer["Service-Worker-Allowed"] = "/"
    answer["Cache-Control"] = "no-cache"
    return answer


@cache
def _script() -> str:
    return (settings.BASE_DIR / "static/js/push-worker.js").read_text()
