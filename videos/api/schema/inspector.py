"""Reads each operation for the description: what drf-spectacular finds, and what we know more."""

from typing import Any, cast

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, safe_ref
from drf_spectacular.utils import OpenApiExample

from videos.api.schema import endings
from videos.api.schema.operations import OPERATIONS, Operation
from videos.api.serializers import ProblemSerializer

_SUCCESSES = ("200", "201", "202")


class Inspector(AutoSchema):
    """DRF's ``DEFAULT_SCHEMA_CLASS``."""

    @property
    def told(self) -> Operation:
        """What stands of the operation in our table; for one that is not there what its view
        says."""
        area = getattr(self.view, "basename", None) or super().get_tags()[0]
        key = f"{area}.{getattr(self.view, 'action', '')}"
        if key in OPERATIONS:
            return OPERATIONS[key]
        summary = super().get_description().partition(". ")[0].strip().rstrip(".")
        return Operation(super().get_operation_id(), summary)

    def get_operation_id(self) -> str:
        """A name that stays."""
        return self.told.id

    def get_summary(self) -> str:
        """One line."""
        return self.told.summary

    def get_description(self) -> str:  # type: ignore[override]  # as AutoSchema has it
        """More lines."""
        return self.told.description or super().get_description()

    def is_deprecated(self) -> bool:
        """Whether it goes away with the next version of the API."""
        return self.told.deprecated or super().is_deprecated()

    def get_examples(self) -> list[OpenApiExample]:
        """Of what is sent, and of what a success answers."""
        told, found = self.told, []
        if told.request is not None:
            found += [self._request_example(told.request)]
        if told.answer is not None:
            found += [
                OpenApiExample(
                    "Answer", value=told.answer, response_only=True, status_codes=_SUCCESSES
                )
            ]
        return found

    def _request_example(self, value: Any) -> OpenApiExample:
        form = "file" in value
        media_type = "multipart/form-data" if form else "application/json"
        return OpenApiExample("Request", value=value, request_only=True, media_type=media_type)

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        """Successes as the view declares them, then every other ending."""
        declared = super()._get_response_bodies(cast(Any, direction))
        successes = {code: body for code, body in declared.items() if code < "400"}
        for code, body in successes.items():
            body["description"] = body.get("description") or self.told.summary + "."
            names = endings.headers_of(code, is_read=self.method == "GET")
            body["headers"] = {name: self._header(name) for name in names}
        return successes | self._endings()

    def _endings(self) -> dict[str, Any]:
        facts = endings.Facts(
            changes=self.method not in ("GET", "HEAD"),
            names_something="{" in self.path,
            refusals=self.told.refusals,
        )
        return {str(ending.status): self._ending(ending) for ending in endings.of(facts)}

    def _ending(self, ending: endings.Ending) -> dict[str, Any]:
        self.resolve_serializer(ProblemSerializer, "response")
        response = ending.response()
        for name in response["headers"]:
            self._header(name)
        if not endings.is_general(ending):
            return response
        return self._component(ResolvedComponent.RESPONSE, ending.component, response)

    def _header(self, name: str) -> dict[str, Any]:
        return self._component(ResolvedComponent.HEADER, name, endings.HEADERS[name])

    def _component(self, kind: str, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        component: Any = ResolvedComponent(  # type: ignore[no-untyped-call]  # has no types
            name=name, type=kind, schema=schema, object=name
        )
        self.registry.register_on_missing(component)
        ref: dict[str, Any] = component.ref
        return ref

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        """What is sent has no members but these, and a default is told in words: generators take a
        member with one for one that is always there. What is answered is never sent, so nothing in
        it needs to be called read-only."""
        basic: Any = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]  # has no types
        schema: dict[str, Any] = basic
        if direction == "request":
            schema["additionalProperties"] = False
        if "description" in schema:
            schema["description"] = " ".join(schema["description"].split()).replace("``", "`")
        members = schema.get("properties", {})
        for name, member in members.items():
            member.pop("readOnly", None)
            if direction == "request" and (default := member.pop("default", None)) is not None:
                told = [member.get("description", ""), f"`{default}` unless given"]
                member["description"] = "; ".join(filter(None, told))
            members[name] = safe_ref(member)
        return schema
