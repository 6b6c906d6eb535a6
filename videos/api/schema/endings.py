"""Describe how operations can fail: with which status, and with which codes.

Most failures are possible for every operation, or for every one that takes a body. Those are
written once, as components. A failure that only some operations have is written with these
operations.
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
    """The facts about an operation that decide how it can fail."""

    changes: bool
    takes_key: bool
    names_something: bool
    refusals: Mapping[int, tuple[str, ...]]


@dataclass(frozen=True)
class Ending:
    """A status that an operation can fail with: its codes, one sentence, and an example problem."""

    status: int
    codes: tuple[str, ...]
    sentence: str
    detail: str

    def with_codes(self, more: tuple[str, ...]) -> "Ending":
        """Return this ending with the codes of one operation put first."""
        detail = problems.sentence_of(more[0]) or self.detail
        codes = tuple(dict.fromkeys((*more, *self.codes)))
        return Ending(self.status, codes, self.sentence, detail)

    def with_keys(self) -> "Ending":
        """Return this ending with the codes of idempotency keys put last."""
        more = _OF_KEYS[self.status]
        detail = self.detail or problems.sentence_of(more[0]) or ""
        codes = tuple(dict.fromkeys((*self.codes, *more)))
        return Ending(self.status, codes, self.sentence, detail)

    @property
    def component(self) -> str:
        """The name of this ending among the OpenAPI components."""
        return problems.title_of(self.status).title().replace(" ", "")

    def response(self) -> Schema:
        """Return the OpenAPI response object of this ending."""
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


_ALWAYS = ("X-Request-ID", "RateLimit", "RateLimit-Policy")
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "201": ("Location", "Idempotency-Replayed"),
    "202": ("Location", "Idempotency-Replayed"),
    "409": ("Retry-After",),
    "401": ("WWW-Authenticate",),
    "429": ("Retry-After",),
    "503": ("Retry-After",),
}


def headers_of(status: str, *, is_read: bool = False) -> tuple[str, ...]:
    """Return the names of the response headers that are useful to clients."""
    return (*_ALWAYS, *_HEADERS.get(status, ()), *(("ETag",) if is_read else ()))


HEADERS: Mapping[str, Schema] = {
    "X-Request-ID": {
        "description": "The id of the request: the one that was sent, or a new one. Tell it to "
        "the operator when something fails.",
        "schema": {"type": "string", "examples": ["6f1c2b7e0a5d4c3b"]},
    },
    "WWW-Authenticate": {
        "description": "How to authenticate.",
        "schema": {"type": "string", "examples": ['Bearer realm="api"']},
    },
    "Location": {
        "description": "The URL of what was created, or of what shows the progress.",
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Idempotency-Replayed": {
        "description": "`true` if this is the answer to an earlier request with the same "
        "`Idempotency-Key`.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "ETag": {
        "description": "Identifies this answer. Send it back as `If-None-Match`, and the answer "
        "is 304 without a body as long as nothing has changed. Sent as `If-Match` with a change, "
        "that is refused (412) when something has.",
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "For each limit that the request counts by: how many requests are left "
        "(`r`), and in how many seconds there are more (`t`).",
        "schema": {"type": "string", "examples": ['"user";r=2999;t=66']},
    },
    "RateLimit-Policy": {
        "description": "For each of these limits: how many requests (`q`) are allowed in any "
        "window of how many seconds (`w`).",
        "schema": {"type": "string", "examples": ['"user";q=3000;w=60']},
    },
    "Retry-After": {
        "description": "The number of seconds to wait before trying again.",
        "schema": {"type": "integer", "minimum": 0, "examples": [5]},
    },
}

# The codes of requests with an `Idempotency-Key`.
_OF_KEYS: Mapping[int, tuple[str, ...]] = {
    400: ("idempotency_key_invalid",),
    409: ("idempotency_in_flight", "idempotency_interrupted"),
    422: ("idempotency_mismatch",),
}

# The codes for an invalid member of the request.
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
            "The request is invalid; where single members are wrong, `errors` names them.",
            "Enter a valid value.",
        ),
        Ending(
            401,
            ("not_authenticated", "bad_api_key", "bad_app_token"),
            "The API key is missing, unknown or revoked, or the token of an app does not work.",
            "Authentication credentials were not provided.",
        ),
        Ending(
            403,
            (
                "permission_denied",
                "csrf_failed",
                "insufficient_scope",
                "address_not_allowed",
                "second_factor_needed",
            ),
            "The caller, or the API key, may not do this.",
            "You do not have permission to do this.",
        ),
        Ending(
            404,
            ("not_found",),
            "It does not exist, or the caller has no access to it.",
            "This does not exist, or you do not have access to it.",
        ),
        Ending(
            406,
            ("not_acceptable",),
            "`Accept` excludes JSON, and the API answers only in JSON.",
            "Could not satisfy the request Accept header.",
        ),
        Ending(
            408,
            ("body_too_slow",),
            "The body arrived too slowly.",
            "The body arrived too slowly. Send it again.",
        ),
        Ending(409, (), "The current state does not allow this.", ""),
        Ending(
            410,
            (),
            "It is over.",
            "Events after this cursor were deleted because of their age. Read the videos again, "
            "and go on with the one in `cursor`.",
        ),
        Ending(
            412,
            (),
            "It is not as `If-Match` says any more: read it again.",
            "It has changed since you read it. Read it again.",
        ),
        Ending(
            413,
            ("body_too_large",),
            "The body is larger than allowed.",
            "The body may have at most 4,194,304 bytes here.",
        ),
        Ending(
            415,
            ("unsupported_media_type",),
            "The body has a content type that is not accepted here.",
            'Unsupported media type "text/plain" in request.',
        ),
        Ending(
            422,
            ("idempotency_mismatch",),
            "The `Idempotency-Key` named another request before.",
            "This Idempotency-Key named another request before. Use a new key for each request.",
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
            "The server cannot answer at the moment; try again.",
            "The database is not responding. Try again in a few seconds.",
        ),
        Ending(
            507,
            (),
            "The server has no room left for this; the operator has to free some.",
            "The server has no room left to store this.",
        ),
    )
}


def of(facts: Facts) -> list[Ending]:
    """Return the endings of an operation, ordered by status."""
    found = {status: _ENDINGS[status] for status in _general(facts)}
    for status, codes in facts.refusals.items():
        found[status] = found.get(status, _ENDINGS[status]).with_codes(codes)
    for status in _OF_KEYS if facts.takes_key else ():
        found[status] = found.get(status, _ENDINGS[status]).with_keys()
    return [found[status] for status in sorted(found)]


def exactly(status: int, codes: tuple[str, ...], sentence: str | None = None) -> Ending:
    """Return the ending of a status with these codes alone. A ``sentence`` stands for the general
    one."""
    known = _ENDINGS.get(status, Ending(status, (), "", ""))
    detail = problems.sentence_of(codes[0]) or known.detail
    return Ending(status, codes, sentence or known.sentence, detail)


def is_general(ending: Ending) -> bool:
    """Return whether an ending is written once for all operations."""
    return ending == _ENDINGS[ending.status]


def _general(facts: Facts) -> Iterator[int]:
    yield from (400, 401, 406, 429, 503)
    if facts.names_something:
        yield 404
    if facts.changes:
        yield from (403, 408, 413, 415)
