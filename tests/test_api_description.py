"""The API's description is whole, valid, and true in its examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from openapi_spec_validator import validate

from config import schema
from tests.described import faults_of, resolved
from videos.api.schema.operation import Operation
from videos.api.schema.operations import OPERATIONS
from videos.api.schema.protocols import PROTOCOLS
from videos.api.schema.streams import STREAMS
from videos.api.vocabulary import FAILURES, MEANINGS

PROBLEM = "application/problem+json"
FOLDER = Path(__file__).parents[1] / "docs"
DOCS, ERRORS = (FOLDER / "api.md").read_text(), (FOLDER / "errors.md").read_text()


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in schema.document()["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def contents(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What an operation takes and answers, by a name for a failure's message."""
    for media_type, body in operation.get("requestBody", {}).get("content", {}).items():
        yield f"request {media_type}", body
    for status, answer in operation["responses"].items():
        for media_type, body in resolved(answer).get("content", {}).items():
            yield f"{status} {media_type}", body


def members(told: Any) -> Iterator[dict[str, Any]]:
    """Every schema within another, with itself."""
    if isinstance(told, dict):
        yield told
        for inner in told.values():
            yield from members(inner)
    elif isinstance(told, list):
        for inner in told:
            yield from members(inner)


def test_it_is_openapi() -> None:
    validate(schema.document())


def _all_told() -> list[Operation]:
    """The entries of all our tables."""
    spoken = [one.told for one in PROTOCOLS]
    return [*OPERATIONS.values(), *STREAMS.values(), *spoken]


def test_every_operation_is_told_of_in_our_table_and_the_reverse() -> None:
    told = {operation["operationId"] for _, _, operation in operations()}
    ours = [one.id for one in _all_told()]
    assert told == set(ours)
    assert len(ours) == len(told)


def test_every_operation_says_what_it_does_and_shows_it() -> None:
    for method, path, operation in operations():
        where = f"{method} {path}"
        assert re.fullmatch(r"[A-Z][^.]+", operation["summary"]), where
        assert operation["description"].rstrip().endswith("."), where
        assert operation["tags"], where
        for name, body in contents(operation):
            assert body["examples"], f"{where}: {name}"


def test_every_operation_tells_its_errors_as_problems() -> None:
    for method, path, operation in operations():
        where = f"{method} {path}"
        statuses = set(operation["responses"])
        assert _always(method, path) <= statuses, where
        for status, answer in operation["responses"].items():
            if status >= "400":
                assert list(resolved(answer)["content"]) == [PROBLEM], where
                assert "`" in resolved(answer)["description"], where


def _always(method: str, path: str) -> set[str]:
    """The statuses with which an operation can fail whatever it does. Protocols know some more, or
    less: ``tests/described.py`` holds their answers against theirs."""
    if path in {spoken.path for spoken in PROTOCOLS}:
        return {"415"}
    if f"{path}/" in STREAMS:
        return {"400", "401", "404", "429", "503"}
    found = {"400", "401", "406", "429", "503"} | ({"404"} if "{" in path else set())
    return found | ({"403", "408", "413", "415"} if method != "GET" else set())


def test_every_code_that_an_operation_tells_is_documented() -> None:
    told = {
        code
        for _, _, operation in operations()
        for status, answer in operation["responses"].items()
        if status >= "400"
        for code in re.findall(r"`(\w+)`", resolved(answer)["description"].partition("Codes:")[2])
    }
    assert told > {"not_found", "already_processing", "email_not_verified"}
    assert {code for code in told if f"`{code}`" not in ERRORS} == set()


def test_examples_are_as_their_schemas_say() -> None:
    for method, path, operation in operations():
        for name, body in contents(operation):
            for example in body["examples"].values():
                faults = faults_of(example["value"], body["schema"])
                assert faults == [], f"{method} {path}, {name}: {faults}"


def test_what_is_sent_has_no_members_but_those_told_and_json_alone_where_no_file_is() -> None:
    for method, path, operation in operations():
        for media_type, body in operation.get("requestBody", {}).get("content", {}).items():
            told = resolved(body["schema"])
            if media_type.endswith("octet-stream"):
                assert told == {"type": "string", "format": "binary"}, f"{method} {path}"
                continue
            assert told["additionalProperties"] is False, f"{method} {path}"
            has_file = any(one.get("format") == "binary" for one in members(told))
            assert media_type == ("multipart/form-data" if has_file else "application/json")


def test_what_has_a_default_need_not_be_sent() -> None:
    """openapi-typescript takes a member with a default for one that is always there."""
    for name, told in schema.document()["components"]["schemas"].items():
        named = [
            one.get("properties", {}) for one in members(told)
        ]  # of which one may be called so
        assert [one for one in members(told) if "default" in one and one not in named] == [], name


OF_QUOTAS = {"quota", "limit", "used", "asked", "unit", "resets_at", "profiles"}


def test_an_answer_has_all_its_members() -> None:
    for name, told in schema.document()["components"]["schemas"].items():
        if "properties" in told and not name.endswith("Request"):
            missing = told["properties"].keys() - set(told.get("required", []))
            assert missing <= {"errors", "video", "line", "revision", "cursor", *OF_QUOTAS}, name


def test_no_member_may_be_anything_and_no_answer_calls_itself_read_only() -> None:
    for name, told in schema.document()["components"]["schemas"].items():
        for member, one in told.get("properties", {}).items():
            assert one, f"{name}.{member}"
            assert "readOnly" not in one, f"{name}.{member}"


def test_enums_have_names() -> None:
    schemas = schema.document()["components"]["schemas"]
    for name, told in schemas.items():
        for member, one in told.get("properties", {}).items():
            assert "enum" not in one, f"{name}.{member}"
            assert "enum" not in one.get("items", {}), f"{name}.{member}"
    named = {name for name in schemas if name.endswith("Enum")}
    assert named >= {
        "VideoStatusEnum",
        "JobStatusEnum",
        "JobKindEnum",
        "TaskKindEnum",
        "TaskStateEnum",
        "QueueEnum",
        "StageEnum",
        "ErrorCodeEnum",
        "VisibilityEnum",
        "ModerationEnum",
    }
    for method, path, operation in operations():
        for parameter in operation.get("parameters", []):
            assert not (parameter["schema"].get("enum") and parameter["name"] != "ordering"), (
                f"{method} {path}: {parameter['name']}"
            )


def test_what_values_mean_is_told_of_values_there_are() -> None:
    schemas = schema.document()["components"]["schemas"]
    for name, meanings in MEANINGS.items():
        assert meanings.keys() <= set(schemas[name]["enum"]), name
        assert name == "StageEnum" or meanings.keys() == set(schemas[name]["enum"]), name


def test_addresses_are_uris() -> None:
    schemas = schema.document()["components"]["schemas"]
    told = [
        *(schemas["Playback"]["properties"][name] for name in ("hls", "dash")),
        schemas["Download"]["properties"]["url"],
        schemas["Video"]["properties"]["poster"],
    ]
    assert {one["format"] for one in told} == {"uri"}


def test_videos_come_first_and_servers_are_told() -> None:
    document = schema.document()
    assert [tag["name"] for tag in document["tags"]][:3] == ["videos", "images", "jobs"]
    assert next(iter(document["paths"])) == "/api/v1/videos"
    assert document["servers"]
    assert set(document["components"]["securitySchemes"]) == {
        *("apiKey", "appToken", "cookieAuth", "sessionToken")
    }


@pytest.mark.django_db
def test_it_is_written_once_and_not_sent_to_who_has_it(client: Client) -> None:
    first = client.get("/api/v1/schema/?format=json")
    again = client.get("/api/v1/schema/?format=json", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert client.get("/api/v1/schema/?format=yaml")["ETag"] != first["ETag"]
    assert schema.document() is schema.document()


def test_every_failure_is_documented_and_every_documented_one_is_there() -> None:
    section = DOCS.partition("## Why a video failed")[2].partition("\n## ")[0]
    assert dict(re.findall(r"^\| `(\w+)` \| (.+?) \|$", section, re.M)) == dict(FAILURES)
