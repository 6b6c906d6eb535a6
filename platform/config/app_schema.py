"""The OpenAPI document of the addresses at which apps log in: allauth's own, for the routes that
this site has and under the prefix that they have here."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import Any

import yaml
from allauth.headless.spec.internal import schema as allauth
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve
from django.views.decorators.http import condition, require_safe

_METHODS = ("get", "put", "post", "delete", "patch")
_DESCRIPTION = """\
How apps log in and keep a log-in: [django-allauth](https://docs.allauth.org/)'s headless API for
apps. `docs/api.md` shows the whole way in a few calls.

Errors have the shape that is described here: `status`, and `errors` with `message`, `code` and
`param`. Only 404, 413 and 5xx are problems as in the rest of the API.
"""
_EVERYWHERE = {
    "delete": {
        "tags": ["Sessions"],
        "summary": "Log out everywhere",
        "description": "Ends all sessions of the user, in browsers and apps, this one too, with "
        "their tokens. API keys go on working.",
        "parameters": [{"$ref": "#/components/parameters/SessionToken"}],
        "responses": {"401": {"$ref": "#/components/responses/Unauthenticated"}},
    }
}


@cache
def document() -> dict[str, Any]:
    """Return the document, which callers must not change."""
    file = resources.files("allauth.headless.spec") / "doc/openapi.yaml"
    spec: dict[str, Any] = yaml.safe_load(file.read_bytes())
    allauth.specify_user(spec)
    allauth.specify_signup_fields(spec)
    allauth.pin_client(spec)
    allauth.drop_unused_client_parameter(spec)
    spec["paths"] = _here(spec["paths"])
    spec["paths"]["/api/v1/auth/sessions/all"] = _EVERYWHERE
    allauth.drop_unused_tags(spec, _tags(spec["paths"]))
    spec.pop("x-tagGroups")
    spec["info"] |= {"title": "Vodloom: log-in of apps", "description": _DESCRIPTION}
    return spec


@cache
def _etag() -> str:
    return f'"{hashlib.sha256(repr(document()).encode()).hexdigest()[:32]}"'


@require_safe
@condition(etag_func=lambda request: _etag())
def app_document(request: HttpRequest) -> HttpResponse:
    """Return the document as JSON."""
    return JsonResponse(document(), headers={"Cache-Control": "public, max-age=300"})


def _here(paths: dict[str, Any]) -> dict[str, Any]:
    """Return the paths that this site answers, by the addresses at which it does."""
    found = {}
    for path, item in paths.items():
        _, _, rest = path.partition("/v1/")
        try:
            resolve(f"/api/v1/{rest}/")
        except Resolver404:
            continue
        found[f"/api/v1/{rest}"] = item
    return found


def _tags(paths: dict[str, Any]) -> set[str]:
    operations = [item[method] for item in paths.values() for method in _METHODS if method in item]
    return {tag for operation in operations for tag in operation["tags"]}
