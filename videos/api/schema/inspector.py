"""Describe each operation: what drf-spectacular finds, completed from our table of operations."""

from typing import Any, cast

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, safe_ref
from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from videos.api import scopes
from videos.api.idempotency import HEADER, LONGEST_KEY, IdempotentRequests
from videos.api.schema import endings
from videos.api.schema.operation import Operation
from videos.api.schema.operations import OPERATIONS
from videos.api.serializers.problems import ProblemSerializer

_KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="A name of your own for this request, such as a UUID. Sent again within 24 hours "
    "with the same key, the request is not acted on again, and gets the first answer.",
)
_SUCCESSES = ("200", "201", "202")


class Inspector(AutoSchema):
    """The schema class of all views (DRF's ``DEFAULT_SCHEMA_CLASS``)."""

    @property
    def told(self) -> Operation:
        """Return the operation's entry in ``OPERATIONS``, or one made from its view if it has
        none."""
        area = getattr(self.view, "basename", None) or super().get_tags()[0]
        key = f"{area}.{getattr(self.view, 'action', '')}"
        if key in OPERATIONS:
            return OPERATIONS[key]
        summary = super().get_description().partition(". ")[0].strip().rstrip(".")
        return Operation(super().get_operation_id(), summary)

    def get_operation_id(self) -> str:
        """Return the stable operation id."""
        return self.told.id

    def get_summary(self) -> str:
        """Return the one-line summary."""
        return self.told.summary

    def get_description(self) -> str:  # type: ignore[override]  # as AutoSchema has it
        """Return the longer description."""
        return self.told.description or super().get_description()

    def get_auth(self) -> list[dict[str, Any]]:
        """Return how the operation is asked: with the scope that it needs of an API key, as OpenAPI
        3.1 lets the roles of any scheme be named."""
        return [
            {name: self._scopes if name == "apiKey" else held for name, held in one.items()}
            for one in super().get_auth()
        ]

    @property
    def _scopes(self) -> list[str]:
        scope = scopes.needed(self.view, getattr(self.view, "action", None), self.method)
        return [str(scope)] if scope else []

    def is_deprecated(self) -> bool:
        """Return whether the next version of the API drops this operation."""
        return self.told.deprecated or super().is_deprecated()

    @property
    def _takes_key(self) -> bool:
        takes_keys = isinstance(self.view, IdempotentRequests) and self.view.takes_keys
        return self.method == "POST" and takes_keys

    def get_override_parameters(self) -> list[Any]:
        """Return the header that every operation that creates something takes."""
        return [_KEY] if self._takes_key else []

    def get_examples(self) -> list[OpenApiExample]:
        """Return the examples of the request and of a successful answer."""
        told, found = self.told, []
        if told.request is not None:
            found += [self._request_example(told.request)]
        if told.form is not None:
            found += [self._request_example(told.form, name="Form", form=True)]
        if told.answer is not None:
            found += [
                OpenApiExample(
                    "Answer",
                    value=told.answer,
                    response_only=True,
                    media_type=told.answer_type,
                    status_codes=[code for code in _SUCCESSES if code not in told.other_answers],
                )
            ]
        found += [
            OpenApiExample("Other", value=value, response_only=True, status_codes=[code])
            for code, value in told.other_answers.items()
        ]
        return found

    def _request_example(
        self, value: Any, *, name: str = "Request", form: bool = False
    ) -> OpenApiExample:
        media_type = "multipart/form-data" if form or "file" in value else "application/json"
        return OpenApiExample(name, value=value, request_only=True, media_type=media_type)

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        """Return the successful answers that the view declares, then all failures."""
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
            takes_key=self._takes_key,
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
        """Map a serializer to its schema. A request has no members but the listed ones, and a
        default is described in words, since client generators assume that a member with a default
        is always present. No member of an answer is marked read-only, since an answer is never sent
        back."""
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
