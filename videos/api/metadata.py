"""Answer OPTIONS with the parameters and body of each method, taken from the view's forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.metadata import SimpleMetadata
from rest_framework.request import Request

if TYPE_CHECKING:
    from videos.api.strictness import StrictRequests


class Methods(SimpleMetadata):
    """Describe each supported method: parameters, content type of the body, and members."""

    def determine_metadata(self, request: Request, view: Any) -> dict[str, Any]:
        """Return the answer to an OPTIONS request."""
        told = {"name": view.get_view_name(), "description": view.get_view_description()}
        # REST framework loads this class while that module is being imported.
        from videos.api.strictness import StrictRequests

        if isinstance(view, StrictRequests):
            actions = getattr(view, "action_map", {})
            told["methods"] = {
                method.upper(): self._about(view, action)
                for method, action in actions.items()
                if method != "head"
            }
        return told

    def _about(self, view: StrictRequests, action: str) -> dict[str, Any]:
        about: dict[str, Any] = {"parameters": sorted(view.known_parameters(action))}
        form = view.bodies.get(action)
        if form is not None:
            about["content_type"] = view.body_type(action)
            about["members"] = {
                name: self.get_field_info(field)
                for name, field in form(context=view.get_serializer_context()).fields.items()
            }
        return about
