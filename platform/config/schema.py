"""The API's OpenAPI document: generated once per process, and rendered once per format."""

import hashlib
import threading
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

from videos.api.schema import feed

# One thread generates the document, and others wait for it.
_making = threading.RLock()


@dataclass(frozen=True)
class Written:
    """A document as it is sent, and its ETag."""

    content: bytes
    etag: str


def document() -> dict[str, Any]:
    """Return the OpenAPI document as Python objects, which callers must not change."""
    with _making:
        return _document()


def written(renderer: Any) -> Written:
    """Return the document in a renderer's format."""
    with _making:
        return _written(renderer.__class__)


@cache
def _document() -> dict[str, Any]:
    make: Any = SchemaGenerator()  # type: ignore[no-untyped-call]  # has no types
    return make.get_schema(request=None, public=True)  # type: ignore[no-any-return]


@cache
def _written(renderer_class: type[Any]) -> Written:
    renderer = renderer_class()
    content = renderer.render(_document(), renderer.media_type, {})
    return Written(content, f'"{hashlib.sha256(content).hexdigest()[:32]}"')


class SchemaView(SpectacularAPIView):
    """Serves the same document to everybody."""

    # The document is the same for all users, so none is looked up.
    authentication_classes = ()

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the document as YAML or JSON; 304 if the client has it already."""
        renderer: Any = request.accepted_renderer
        told = written(renderer)
        headers = {"Cache-Control": "public, max-age=300", "Vary": "Accept", "ETag": told.etag}
        unchanged = get_conditional_response(request, etag=told.etag)
        if unchanged is not None:
            return HttpResponse(status=unchanged.status_code, headers=headers)
        return HttpResponse(told.content, content_type=renderer.media_type, headers=headers)


@require_safe
def feed_document(request: HttpRequest) -> HttpResponse:
    """Return the live feed's AsyncAPI document, with the host of the request as its server."""
    told = feed.document(host=request.get_host(), secure=request.is_secure())
    return JsonResponse(told, headers={"Cache-Control": "public, max-age=300"})
