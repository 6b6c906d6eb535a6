"""The OpenAPI document of the addresses at which apps log in."""

from __future__ import annotations

from django.test import Client
from openapi_spec_validator import validate

from config import app_schema
from tests.routes.listing import routes


def test_it_is_valid_and_served_once(client: Client) -> None:
    answer = client.get("/api/v1/schema/apps/")
    assert answer.status_code == 200
    validate(answer.json())
    headers = {"If-None-Match": answer["ETag"]}
    assert client.get("/api/v1/schema/apps/", headers=headers).status_code == 304


def test_it_has_every_route_and_no_other() -> None:
    own = ("auth/", "account/", "tokens/", "config/")
    there = {f"/{route.path}".rstrip("/") for route in routes() if _is_own(route.path, own)}
    assert set(app_schema.document()["paths"]) == there


def test_it_tells_of_no_other_client_and_no_other_prefix() -> None:
    told = str(app_schema.document()["paths"])
    assert "{client}" not in told
    assert "_allauth" not in told


def _is_own(path: str, names: tuple[str, ...]) -> bool:
    return path.startswith("api/v1/") and path.removeprefix("api/v1/").startswith(names)
