"""The API's OpenAPI document, written once in each format: it takes a second and never changes."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

_written: dict[str, bytes] = {}


class SchemaView(SpectacularAPIView):
    """The same document for everybody, kept for the life of the process."""

    # It is nobody's, so nobody is looked up.
    authentication_classes = ()

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """The document, as YAML or JSON."""
        renderer: Any = request.accepted_renderer
        if renderer.media_type not in _written:
            make: Any = self._get_schema_response
            schema = make(request).data
            _written[renderer.media_type] = renderer.render(schema, renderer.media_type, {})
        return HttpResponse(
            _written[renderer.media_type],
            content_type=renderer.media_type,
            headers={"Cache-Control": "public, max-age=300", "Vary": "Accept"},
        )

    def _get_version_parameter(self, request: Request) -> None:
        """There is one version; nobody's parameter changes what others read."""
