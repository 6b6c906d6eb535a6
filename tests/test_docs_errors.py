"""docs/errors.md has every code the API can answer, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rest_framework import exceptions, serializers

from processing import sounding
from processing.captions import errors as captions
from videos.api import urls
from videos.api.filters import JobFilter, VideoFilter
from videos.api.preconditions import PreconditionFailed
from videos.api.strictness import StrictForm

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs" / "errors.md"
SOURCES = (
    *("body_guard", "uploads", "host_guard", "cross_origin", "handler", "views", "http_protocol"),
    "https_only",
    "logs/requests",
)
# What DRF raises by itself, or as it does.
OF_DRF = (
    exceptions.ParseError,
    exceptions.NotAuthenticated,
    exceptions.PermissionDenied,
    exceptions.MethodNotAllowed,
    exceptions.NotAcceptable,
    exceptions.UnsupportedMediaType,
    exceptions.Throttled,
    PreconditionFailed,
)
# By their position: what makes a problem or a refusal, and what says what is wrong with a member.
CALLS = {
    "Refusal": 1,
    "body": 1,
    "bad_request": 1,
    "_wrong": 2,
    "FetchFailed": 0,
    "PictureRefused": 1,
}
NAMED = {"CODE", "CSRF_FAILED", "BAD_TOKEN", "NEEDED"}
A_CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


def told() -> set[str]:
    """What stands in the tables' columns of codes."""
    found: set[str] = set()
    for line in DOCS.read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if cells:
            codes = cells[1] if re.fullmatch(r"\d{3}", cells[0]) else cells[0]
            found |= set(re.findall(r"`([a-z0-9_]+)`", codes))
    return found


def made() -> set[str]:
    """What our own code makes problems of."""
    files = [ROOT / "platform" / "config" / f"{name}.py" for name in SOURCES]
    named = ("authentication", "second_factors", "throttling")
    files += [ROOT / "accounts" / f"{name}.py" for name in named]
    api = (ROOT / "videos" / "api").rglob("*.py")
    files += (path for path in api if path.parent.name != "examples")
    files.append(ROOT / "videos" / "fetching" / "errors.py")
    files.append(ROOT / "processing" / "steps" / "sound.py")
    files += (ROOT / "videos" / "playback" / "frames").glob("*.py")
    found = {code for path in files for code in _codes(ast.parse(path.read_text()))}
    found |= {*captions.SENTENCES, sounding.CANCELED, sounding.UNKNOWN}
    return {code for code in found if not code.isdigit()}  # statuses are none


def _codes(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            where = CALLS.get(name)
            if where is not None and len(node.args) > where:
                yield from _texts(node.args[where])
            yield from (c for k in node.keywords if k.arg == "code" for c in _texts(k.value))
        elif isinstance(node, ast.Tuple) and len(node.elts) == 3:
            status, code, _ = node.elts
            if isinstance(status, ast.Constant) and status.value in range(400, 600):
                yield from _texts(code)
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            members = [value for key, value in pairs if key and "code" in list(_texts(key))]
            yield from (code for value in members for code in _texts(value))
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in NAMED:
            yield from _texts(node.value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, bytes):
            yield from re.findall(r'"code": "(\w+)"', node.value.decode("latin-1"))


def _texts(node: ast.AST) -> Iterator[str]:
    """The codes an expression may be; not what a condition compares with."""
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.Constant) and A_CODE.fullmatch(str(node.value)):
        yield str(node.value)


def of_members() -> set[str]:
    """What can be wrong with a member or a parameter."""
    assert urls.urlpatterns  # all forms are there
    forms = [form() for form in _forms(StrictForm)]
    fields: list[Any] = [field for form in forms for field in form.fields.values()]
    fields += [field for kind in (VideoFilter, JobFilter) for field in kind().form.fields.values()]
    found = {code for field in fields for code in field.error_messages}
    found |= {
        check.code for field in fields for check in field.validators if hasattr(check, "code")
    }
    return found | set(serializers.Serializer.default_error_messages)


def _forms(kind: type[StrictForm]) -> Iterator[type[StrictForm]]:
    for form in kind.__subclasses__():
        yield form
        yield from _forms(form)


def test_every_code_is_in_the_table_and_the_table_has_no_other() -> None:
    known = made() | of_members() | {error.default_code for error in OF_DRF}
    assert told() == known


def test_what_can_be_read_of_the_source_is_more_than_a_few() -> None:
    assert {
        "bad_http",
        "server_error",
        "csrf_failed",
        "host_not_allowed",
        "already_processing",
    } <= made()
