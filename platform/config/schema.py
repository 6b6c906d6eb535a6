"""The API's OpenAPI document: made once in a process, written once in each format."""

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

# One makes it, whoever asks meanwhile waits for that.
_making = threading.RLock()


@dataclass(frozen=True)
class Written:
    """A document as it is sent, and the tag that names these bytes."""

    content: bytes
    etag: str


def document() -> dict[str, Any]:
    """The description of the API as Python has it; nobody may change it."""
    with _making:
        return _document()


def written(renderer: Any) -> Written:
    """The document in a format."""
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
    """The same document for everybody."""

    # It is nobody's, so nobody is looked up.
    authentication_classes = ()

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """The document, as YAML or JSON; 304 for who has it."""
        renderer: Any = request.accepted_renderer
        told = written(renderer)
        headers = {"Cache-Control": "public, max-age=300", "Vary": "Accept", "ETag": told.etag}
        unchanged = get_conditional_response(request, etag=told.etag)
        if unchanged is not None:
            return HttpResponse(status=unchanged.status_code, headers=headers)
        return HttpResponse(told.content, content_type=renderer.media_type, headers=headers)


@require_safe
def feed_document(request: HttpRequest) -> HttpResponse:
    """The live feed's description (AsyncAPI), for who reads it at this host."""
    told = feed.document(host=request.get_host(), secure=request.is_secure())
    return JsonResponse(told, headers={"Cache-Control": "public, max-age=300"})
