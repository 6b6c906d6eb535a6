"""Any generator, or a program in between, that sends a report of this product's own shape."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

from videos.ingest.hooks import outputs, words
from videos.ingest.hooks.generator import BadReport, CannotPoll, Output, Report, Status
from videos.ingest.settings import METADATA_BYTES

MEMBERS = frozenset(
    {"id", "url", "urls", "type", "status", "error", "title", "metadata", "provenance"}
)
LONGEST_ID = 150
_TYPES = ("video", "image")
_LONGEST_TITLE = 200
_LONGEST_ERROR = 500
_SALT = "vodloom.hook.secret"


class Generic:
    """The adapter of reports ``{id, url | urls, type, status, error, title, metadata,
    provenance}``. Each address has a secret of its own, which is derived from its id."""

    name = "generic"
    has_own_secrets = True

    def secrets(self, address_id: UUID) -> Sequence[str]:
        """Return the address's secret; those of earlier ``SECRET_KEY`` are valid too."""
        keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        return [_secret(address_id, key) for key in keys]

    def report(self, body: Mapping[str, Any]) -> Report:
        """Read a report. Raises ``BadReport``."""
        for name in body:
            if name not in MEMBERS:
                told = ", ".join(sorted(MEMBERS))
                raise BadReport(
                    words.line(name, 100), f"There is no such member; there are {told}."
                )
        status = _status(body.get("status", Status.SUCCEEDED))
        return Report(
            job_id=_id(body.get("id")),
            status=status,
            outputs=_outputs(body) if status == Status.SUCCEEDED else (),
            error=words.line(_text(body, "error"), _LONGEST_ERROR),
            title=words.line(_text(body, "title"), _LONGEST_TITLE),
            metadata=_members(body, "metadata"),
            provenance=_members(body, "provenance")
            | {"source": self.name, "ai_generated": True, "job": _id(body.get("id"))},
        )

    def is_id(self, text: str) -> bool:
        """Return whether a text may be the id of a job."""
        return 0 < len(text) <= LONGEST_ID and text.isprintable()

    def can_be_asked(self) -> bool:
        """Return False: it has no address to be asked at."""
        return False

    def ask(self, job_id: str) -> Report:
        """Raise ``CannotPoll``."""
        raise CannotPoll


def _secret(address_id: UUID, key: str) -> str:
    mac = salted_hmac(_SALT, address_id.hex, secret=key, algorithm="sha256").digest()
    return f"whsec_{base64.b64encode(mac).decode()}"


def _id(value: Any) -> str:
    if not isinstance(value, str) or not Generic().is_id(value):
        raise BadReport("id", f"Send the job's id, a string of 1 to {LONGEST_ID} characters.")
    return value


def _status(value: Any) -> Status:
    if value not in Status.values:
        raise BadReport("status", f"The status is one of {', '.join(Status.values)}.")
    return Status(value)


def _outputs(body: Mapping[str, Any]) -> tuple[Output, ...]:
    kind = body.get("type", "")
    if kind not in ("", *_TYPES):
        raise BadReport("type", f"The type is one of {', '.join(_TYPES)}.")
    if ("url" in body) == ("urls" in body):
        raise BadReport("url", "Send either `url`, or a list of `urls`.")
    urls = [body["url"]] if "url" in body else body["urls"]
    if not isinstance(urls, list) or not all(isinstance(url, str) for url in urls):
        raise BadReport("urls" if "urls" in body else "url", "A URL is a string.")
    if not urls or len(urls) > outputs.MOST:
        raise BadReport("urls", f"Send 1 to {outputs.MOST} URLs.")
    found = [output for url in dict.fromkeys(urls) for output in outputs.found_in(url)]
    if len(found) < len(set(urls)):
        raise BadReport("url", "Send a whole http:// or https:// URL.")
    return tuple(outputs.of_kind(one.url, kind) if one.url else one for one in found)


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise BadReport(name, "Send a string.")
    return value or ""


def _members(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    if body.get(name) is None:
        return {}
    value = words.members(body[name], METADATA_BYTES)
    if value is None:
        raise BadReport(name, f"Send an object of at most {METADATA_BYTES:,} bytes of JSON.")
    return value
