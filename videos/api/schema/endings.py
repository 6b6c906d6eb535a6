"""How operations end otherwise than well: by which status, with which codes.

Most endings are every operation's, or every one's that takes a body: those are written once, as
components. What only some may end with is written where it may.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from videos.api import problems

Schema = dict[str, Any]

PROBLEM_REF: Schema = {"$ref": "#/components/schemas/Problem"}


@dataclass(frozen=True)
class Facts:
    """What decides how an operation may end."""

    changes: bool
    names_something: bool
    refusals: Mapping[int, tuple[str, ...]]


@dataclass(frozen=True)
class Ending:
    """A status an operation may end with: the codes, one sentence, a problem that shows one."""

    status: int
    codes: tuple[str, ...]
    sentence: str
    detail: str

    def with_codes(self, more: tuple[str, ...]) -> "Ending":
        """The same, with codes of one operation before."""
        detail = problems.sentence_of(more[0]) or self.detail
        codes = tuple(dict.fromkeys((*more, *self.codes)))
        return Ending(self.status, codes, self.sentence, detail)

    @property
    def component(self) -> str:
        """What it is called among the components."""
        return problems.title_of(self.status).title().replace(" ", "")

    def response(self) -> Schema:
        """Its OpenAPI object."""
        told = ", ".join(f"`{code}`" for code in self.codes)
        content = {"schema": PROBLEM_REF, "examples": {self.codes[0]: {"value": self._example()}}}
        return {
            "description": f"{self.sentence} Codes: {told}.",
            "headers": {
                name: {"$ref": f"#/components/headers/{name}"}
                for name in headers_of(str(self.status))
            },
            "content": {problems.CONTENT_TYPE: content},
        }

    def _example(self) -> Schema:
        told = problems.body(self.status, self.codes[0], self.detail, instance="/api/v1/videos/")
        told["request_id"] = "6f1c2b7e0a5d4c3b"
        if self.status == HTTPStatus.BAD_REQUEST and self.codes[0] in _OF_FIELDS:
            field = {"field": "title", "code": self.codes[0], "detail": self.detail}
            told["errors"] = [field]
        return told


_ALWAYS = ("X-Request-ID", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "201": ("Location",),
    "202": ("Location",),
    "401": ("WWW-Authenticate",),
    "429": ("Retry-After",),
    "503": ("Retry-After",),
}


def headers_of(status: str, *, is_read: bool = False) -> tuple[str, ...]:
    """The names of the headers an answer may have that clients can use."""
    return (*_ALWAYS, *_HEADERS.get(status, ()), *(("ETag",) if is_read else ()))


HEADERS: Mapping[str, Schema] = {
    "X-Request-ID": {
        "description": "The id of the request: as it was sent, or one of ours. Tell it to the "
        "operator.",
        "schema": {"type": "string", "examples": ["6f1c2b7e0a5d4c3b"]},
    },
    "WWW-Authenticate": {
        "description": "How to say who one is.",
        "schema": {"type": "string", "examples": ['Bearer realm="api"']},
    },
    "Location": {
        "description": "The address of what was made, or of what can be looked at meanwhile.",
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "ETag": {
        "description": "Names what was answered: sent back as `If-None-Match`, it is answered by "
        "304 without a body as long as nothing changed.",
        "schema": {"type": "string"},
    },
    "RateLimit-Limit": {
        "description": "How many requests may come in the current period.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "RateLimit-Remaining": {
        "description": "How many of them may still come.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "RateLimit-Reset": {
        "description": "In how many seconds the next period begins.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "Retry-After": {
        "description": "After how many seconds to try again.",
        "schema": {"type": "integer", "minimum": 0, "examples": [5]},
    },
}

# What is wrong with one member of what was sent.
_OF_FIELDS = ("invalid", "required", "invalid_choice")

_ENDINGS: Mapping[int, Ending] = {
    ending.status: ending
    for ending in (
        Ending(
            400,
            (
                "invalid",
                "required",
                "invalid_choice",
                "unknown_field",
                "unknown_parameter",
                "bad_cursor",
                "parse_error",
            ),
            "What was sent is wrong; `errors` says which members, where it is members.",
            "Enter a valid value.",
        ),
        Ending(
            401,
            ("not_authenticated", "bad_api_key"),
            "No API key, or one that is unknown or revoked.",
            "Authentication credentials were not provided.",
        ),
        Ending(
            403,
            ("permission_denied", "csrf_failed"),
            "It may be seen, but not changed.",
            "You may not do this.",
        ),
        Ending(
            404,
            ("not_found",),
            "It is not there, or not to be seen.",
            "There is no such thing, or you may not see it.",
        ),
        Ending(
            406,
            ("not_acceptable",),
            "`Accept` names nothing that can be given: answers are JSON.",
            "Could not satisfy the request Accept header.",
        ),
        Ending(
            408,
            ("body_too_slow",),
            "The body came too slowly.",
            "The body came too slowly. Send it again.",
        ),
        Ending(409, (), "The current state does not allow this.", ""),
        Ending(
            413,
            ("body_too_large",),
            "The body is larger than what is taken.",
            "At most 4,194,304 bytes are taken here.",
        ),
        Ending(
            415,
            ("unsupported_media_type",),
            "The body has another content type than what is taken.",
            'Unsupported media type "text/plain" in request.',
        ),
        Ending(
            429,
            ("throttled",),
            "Too many requests in a short time.",
            "Request was throttled. Expected available in 5 seconds.",
        ),
        Ending(
            503,
            ("database_unavailable",),
            "Not just now: try again.",
            "The database does not answer just now. Try again in a few seconds.",
        ),
        Ending(
            507,
            (),
            "There is no room for this; the operator has to make some.",
            "There is no room for this here.",
        ),
    )
}


def of(facts: Facts) -> list[Ending]:
    """How an operation may end, by rising status."""
    found = {status: _ENDINGS[status] for status in _general(facts)}
    for status, codes in facts.refusals.items():
        found[status] = found.get(status, _ENDINGS[status]).with_codes(codes)
    return [found[status] for status in sorted(found)]


def is_general(ending: Ending) -> bool:
    """Whether it is written once for all operations."""
    return ending == _ENDINGS[ending.status]


def _general(facts: Facts) -> Iterator[int]:
    yield from (400, 401, 406, 429, 503)
    if facts.names_something:
        yield 404
    if facts.changes:
        yield from (403, 408, 413, 415)
