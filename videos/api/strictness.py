"""Refuse parameters and members that no code would read, instead of ignoring them silently."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.datastructures import MultiValueDict
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, UnsupportedMediaType, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request

from accounts.scopes import Scope
from accounts.throttling import Work
from videos.api import scopes
from videos.api.idempotency import IdempotentRequests
from videos.api.parsers import JSONParser

if TYPE_CHECKING:
    from rest_framework.viewsets import GenericViewSet

    _View = GenericViewSet[Any]
else:
    _View = object

PAGE_PARAMETERS = frozenset({"page_size", "cursor"})
ORDERING = "ordering"

# Browsers' forms carry this token beside their fields, and Django reads it.
_CSRF_FIELD = "csrfmiddlewaretoken"
_SAFE = ("GET", "HEAD", "OPTIONS")
_LONGEST_NAME = 100


class HeaderNegotiation(DefaultContentNegotiation):
    """Negotiate by the Accept header alone; `?format=` is a parameter like any other here."""

    def filter_renderers(self, renderers: Any, format: str) -> Any:
        """Return all renderers, ignoring the format."""
        return renderers

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """Return the parser for the body; raise ``UnsupportedMediaType`` with the accepted
        types."""
        found = super().select_parser(request, parsers)
        if found is None:
            kinds = " or ".join(parser.media_type for parser in parsers)
            detail = f"Send the body as {kinds}, and name that in the Content-Type header."
            raise UnsupportedMediaType(request.content_type, detail)
        return found


class StrictRequests(IdempotentRequests, _View):
    """A view set whose actions refuse parameters and bodies that they do not take.

    ``parameters`` names an action's query parameters besides those of pages and filters. ``bodies``
    gives the serializer of each action that takes a body, as JSON, or as a form with a file if the
    action is in ``forms``. ``files`` gives the form with a file that an action takes instead of its
    JSON. ``paged`` names the actions that answer with pages. ``orderings`` gives
    the orders of the list (see ``pagination``). ``scopes`` gives the scope that an action needs of
    an API key where it is not what its method says (see ``videos.api.scopes``). ``works`` names the
    actions that count as an upload or an import, too.
    """

    content_negotiation_class = HeaderNegotiation
    parameters: ClassVar[Mapping[str, frozenset[str]]] = {}
    bodies: ClassVar[Mapping[str, type[serializers.Serializer[Any]]]] = {}
    forms: ClassVar[frozenset[str]] = frozenset()
    files: ClassVar[Mapping[str, type[serializers.Serializer[Any]]]] = {}
    paged: ClassVar[frozenset[str]] = frozenset({"list"})
    orderings: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    scopes: ClassVar[Mapping[str, Scope]] = {}
    works: ClassVar[Mapping[str, Work]] = {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the request's parameters and body before its action runs."""
        super().initial(request, *args, **kwargs)
        if self.action is None or request.method == "OPTIONS":
            return
        check_parameters(request, self.known_parameters(self.action))
        if request.method not in _SAFE and self.action not in self.bodies:
            check_no_body(request)

    def check_permissions(self, request: Request) -> None:
        """Count the request first, so that callers without permission are throttled too. Then
        require the scope that the action needs."""
        super().check_throttles(request)
        scopes.require(request, self)
        super().check_permissions(request)

    def check_throttles(self, request: Request) -> None:
        """Do nothing: ``check_permissions`` has already counted the request."""

    def get_parsers(self) -> list[BaseParser]:
        """Return the parser that the action needs. DRF asks before it has set ``self.action``."""
        action = getattr(self, "action", None)
        if action is None and self.request is not None:
            action = self.action_map.get((self.request.method or "").lower())
        if action in self.files:
            return [JSONParser(), MultiPartParser()]
        return [MultiPartParser() if action in self.forms else JSONParser()]

    def body_type(self, action: str) -> str:
        """Return the content type of an action's body."""
        return "multipart/form-data" if action in self.forms else "application/json"

    def known_parameters(self, action: str) -> frozenset[str]:
        """Return the names of the query parameters that an action knows."""
        known = self.parameters.get(action, frozenset())
        if action in self.paged:
            known |= PAGE_PARAMETERS
        if action == "list":
            filters = getattr(self, "filterset_class", None)
            known |= frozenset(filters.base_filters if filters else ())
            known |= frozenset({ORDERING} if self.orderings else ())
        return known


class StrictForm(serializers.Serializer[Any]):
    """A form that refuses members it does not have. It reports members that exist but cannot be set
    (``read_only_members``) as ``read_only``, those that are set elsewhere as ``set_elsewhere``
    says, and all others as ``unknown_field``."""

    read_only_members: ClassVar[Collection[str]] = ()
    set_elsewhere: ClassVar[Mapping[str, ErrorDetail]] = {}

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated members; raise ``ValidationError`` with all errors at once."""
        wrong = self._strangers(data) if isinstance(data, Mapping) else {}
        try:
            value = super().to_internal_value(data)
        except ValidationError as error:
            raise ValidationError({**error.detail, **wrong}) from error  # type: ignore[dict-item]  # one of a form is a dict
        if wrong:
            raise ValidationError(wrong)
        return value

    def _strangers(self, data: Mapping[str, Any]) -> dict[str, list[ErrorDetail]]:
        wrong = {}
        writable = {name for name, field in self.fields.items() if not field.read_only}
        for name in data:
            if name == _CSRF_FIELD and isinstance(data, MultiValueDict):
                continue
            if name not in writable:
                wrong[shortened(name)] = [self._refusal(name, writable)]
            elif isinstance(data, MultiValueDict) and self._is_repeated(name, data):
                wrong[name] = [ErrorDetail("Send this field only once.", code="repeated_field")]
        return wrong

    def _refusal(self, name: str, writable: Collection[str]) -> ErrorDetail:
        if name in self.set_elsewhere:
            return self.set_elsewhere[name]
        known = name in self.read_only_members or name in self.fields
        return _CANNOT_BE_CHANGED if known else _unknown(name, writable)

    def _is_repeated(self, name: str, data: MultiValueDict[str, Any]) -> bool:
        field = self.fields[name]
        may = isinstance(field, serializers.FileField) or getattr(field, "may_repeat", False)
        return not may and len(data.getlist(name)) > 1


_CANNOT_BE_CHANGED = ErrorDetail(
    "The API sets this member, and it cannot be changed here.", code="read_only"
)


def check_parameters(request: Request, known: Collection[str]) -> None:
    """Raise ``ValidationError`` for parameters that are unknown, repeated or empty."""
    wrong = {}
    for name, values in request.query_params.lists():
        if name not in known:
            wrong[shortened(name)] = [_unknown_parameter(known)]
        elif len(values) > 1:
            wrong[name] = [ErrorDetail("Give this parameter only once.", code="repeated_parameter")]
        elif not values[0] and name != "search":
            wrong[name] = [
                ErrorDetail("Give this parameter a value, or leave it out.", code="blank")
            ]
    if wrong:
        raise ValidationError(wrong)


def check_no_body(request: Request) -> None:
    """Raise ``ValidationError`` for a non-empty body where no body is read."""
    data = request.data
    if isinstance(data, Mapping):
        names = [name for name in data if name != _CSRF_FIELD]
        wrong = {shortened(name): [_unknown(name, ())] for name in names}
        if wrong:
            raise ValidationError(wrong)
    elif data:
        raise ValidationError("This operation takes no body.", code="invalid")


def shortened(name: str) -> str:
    """Return a name that the client sent, shortened for an error message."""
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


def _unknown(name: str, known: Iterable[str]) -> ErrorDetail:
    names = ", ".join(sorted(known))
    hint = f"The members are: {names}." if names else "This operation takes no members."
    return ErrorDetail(f'There is no member "{shortened(name)}". {hint}', code="unknown_field")


def _unknown_parameter(known: Iterable[str]) -> ErrorDetail:
    names = ", ".join(sorted(known))
    hint = f"The parameters are: {names}." if names else "This address takes no parameters."
    return ErrorDetail(f"There is no such parameter. {hint}", code="unknown_parameter")
