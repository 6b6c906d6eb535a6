"""Holds every answer of the API against its own description."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from rest_framework.test import APIClient

from config import schema

# Told of no operation: any address has them.
_OF_NO_OPERATION = {304, 405, 500}
_CODES_OF_NO_OPERATION = {"host_not_allowed", "https_required"}


class DescribedClient(APIClient):
    """An API client that fails a test whose answer is not as the description says."""

    def request(self, **kwargs: Any) -> Any:
        """The answer, when it is described."""
        answer = super().request(**kwargs)
        require_described(kwargs["REQUEST_METHOD"], kwargs["PATH_INFO"], answer)
        return answer


@dataclass(frozen=True)
class Described:
    """What the description says of one operation's answers."""

    operation: dict[str, Any]

    def content_of(self, status: int) -> dict[str, Any] | None:
        """By media type; None where the status is not told of."""
        response = self.operation["responses"].get(str(status))
        return None if response is None else resolved(response).get("content", {})


def require_described(method: str, path: str, answer: Any) -> None:
    """Raises ``AssertionError`` where status, content type or body are otherwise."""
    described = operation_at(method, path)
    status = answer.status_code
    if described is None or status in _OF_NO_OPERATION or _lacks_slash(path, status):
        return
    content = described.content_of(status)
    where = f"{method} {path} answered {status}"
    assert content is not None, f"{where}, which is not described"
    if not content:
        assert not answer.content, f"{where} with a body that is not described"
        return
    media_type = answer["Content-Type"].partition(";")[0]
    assert media_type in content, f"{where} as {media_type}, which is not described"
    body = answer.content
    if answer.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    value = body.decode() if media_type.startswith("text/") else json.loads(body)
    faults = faults_of(value, content[media_type]["schema"])
    assert not faults, f"{where} otherwise than described: {faults}"


def require_told(method: str, path: str, status: int, headers: Any, content: bytes) -> None:
    """Raises ``AssertionError`` where a protocol's status, code, headers or body are not
    described."""
    described = operation_at(method, path)
    is_preflight = "access-control-allow-methods" in headers
    if described is None or status in _OF_NO_OPERATION or is_preflight:
        return
    where = f"{method} {path} answered {status}"
    told = resolved(described.operation["responses"].get(str(status), {}))
    assert told, f"{where}, which is not described"
    named = {name.lower() for name in told["headers"]}
    sent = {name for name in headers if name.startswith(("tus-", "upload-", "location", "range"))}
    assert status >= 400 or sent <= named, f"{where} with {sent - named}"
    for body in told.get("content", {}).values() if content else ():
        value = json.loads(content)
        assert not faults_of(value, body["schema"]), where
        if status >= 400 and (code := value["code"]) not in _CODES_OF_NO_OPERATION:
            assert f"`{code}`" in told["description"], f"{where} with {code}"


def _lacks_slash(path: str, status: int) -> bool:
    """Whether Django alone answers: before it, `FinalSlash` gives every address its slash."""
    return status == 301 and not path.endswith("/")


def faults_of(value: Any, described: dict[str, Any]) -> list[str]:
    """Where a value is not as a schema of the document says."""
    whole = {**described, "components": schema.document()["components"]}
    checks = Draft202012Validator(whole, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message[:200]}" for error in checks.iter_errors(value)]


def resolved(told: dict[str, Any]) -> dict[str, Any]:
    """What a reference within the document points to."""
    while "$ref" in told:
        found: Any = schema.document()
        for name in told["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        told = found
    return told


def operation_at(method: str, path: str) -> Described | None:
    """The operation at an address; None where there is none."""
    for pattern, item in _paths():
        if pattern.fullmatch(path) and method.lower() in item:
            return Described(item[method.lower()])
    return None


@cache
def _paths() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    return [
        (re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) + "/?"), item)
        for path, item in schema.document()["paths"].items()
    ]
