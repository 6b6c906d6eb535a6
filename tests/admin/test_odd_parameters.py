"""Addresses of the admin with parameters that no page of it sends are refused or overlooked."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests import staff
from videos.models import Video

AUTOCOMPLETE = "/admin/autocomplete/"
ADMINS = sorted(admin.site._registry.values(), key=lambda one: one.model._meta.label)
LONG = "9" * 5000
VALUES = ("", "\0", "x", "-1", LONG, "1,2", "[]")
KEYS = ("x", "\0", "-1", "9" * 30, LONG, "_00", "add", "é", "1;")
ODD = (
    *("_popup=1&_popup=2", "_facets=True", "_facets=%00", "_source_model=%00", "%FF=%FF", "=&&="),
    *("o=1.-2.x.99", f"o={LONG}", f"p={LONG}", "p=%00", "all=%00", "e=2", "q=%FF", "x__y__in=1"),
    *(
        "_changelist_filters=%00",
        "_changelist_filters=o%3Dx",
        "id__in=x",
        "pk__isnull=x",
        "_save=1",
    ),
)


@pytest.fixture(params=["administrator", "moderator"])
def desk(request: pytest.FixtureRequest, video: Video) -> Client:
    """The browser of somebody who may do everything, or moderate."""
    if request.param == "administrator":
        user = User.objects.create_superuser("root@example.com", "a long password")
    else:
        user = staff.with_role(request.param)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def page_of(made: ModelAdmin[Any], name: str, *args: object) -> str:
    meta = made.model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=args)


def pages(made: ModelAdmin[Any]) -> Iterator[str]:
    """The list, the page of a new row, and those of a row that is there."""
    yield page_of(made, "changelist")
    yield page_of(made, "add")
    if (row := made.model._default_manager.first()) is not None:
        yield from (page_of(made, name, row.pk) for name in ("change", "delete", "history"))


def failing(client: Client, urls: Iterator[str]) -> list[str]:
    return [url for url in urls if client.get(url).status_code >= 500]


@pytest.mark.sampled(15)
@pytest.mark.parametrize("made", ADMINS, ids=lambda made: made.model._meta.label)
def test_no_parameter_is_an_error(desk: Client, made: ModelAdmin[Any]) -> None:
    fields = [field.name for field in made.model._meta.get_fields()]
    filled = [urlencode(dict.fromkeys(fields, value)) for value in VALUES]
    asked = [
        *((page_of(made, "changelist"), query) for query in ODD),
        *((page_of(made, "add"), query) for query in (ODD[0], *filled)),
    ]
    assert not failing(desk, (f"{page}?{query}" for page, query in asked))


@pytest.mark.sampled(13)
@pytest.mark.parametrize("made", ADMINS, ids=lambda made: made.model._meta.label)
def test_no_referenced_field_is_an_error(desk: Client, made: ModelAdmin[Any]) -> None:
    relations = [one.name for one in made.model._meta.get_fields() if not one.concrete]
    named = [urlencode({"_to_field": name, "_popup": "1"}) for name in (*relations, *VALUES)]
    asked = itertools.product(pages(made), named)
    assert not failing(desk, (f"{page}?{query}" for page, query in asked))


@pytest.mark.sampled(12)
@pytest.mark.parametrize("made", ADMINS, ids=lambda made: made.model._meta.label)
def test_no_key_is_an_error(desk: Client, made: ModelAdmin[Any]) -> None:
    listing = page_of(made, "changelist")
    asked = itertools.product(KEYS, ("", "change/", "history/", "delete/", "password/"))
    assert not failing(desk, (f"{listing}{quote(key)}/{page}" for key, page in asked))


@pytest.mark.sampled(20)
@pytest.mark.parametrize("made", ADMINS, ids=lambda made: made.model._meta.label)
@pytest.mark.parametrize("value", ["\0", "x", LONG])
def test_no_form_is_an_error(desk: Client, made: ModelAdmin[Any], value: str) -> None:
    form = {field.name: value for field in made.model._meta.get_fields()}
    sent = form | {"_popup": value, "_to_field": "id", "_continue": value}
    for page in pages(made):
        assert desk.post(page, sent).status_code < 500, page


def _relations() -> Iterator[dict[str, str]]:
    """Every field of every model, and names of nothing."""
    for meta in (model._meta for model in apps.get_models()):
        for name in (*(field.name for field in meta.get_fields()), "pk", "x"):
            yield _named(meta.app_label, str(meta.model_name), name)
    for value in VALUES:
        yield _named(value, "apikey", "user")
        yield _named("accounts", value, "user")
        yield _named("accounts", "apikey", value)


def _named(app: str, model: str, field: str) -> dict[str, str]:
    return {"app_label": app, "model_name": model, "field_name": field}


@pytest.mark.sampled(1)
def test_rows_are_found_for_the_fields_of_forms_alone(desk: Client) -> None:
    found = [one for one in _relations() if _status(desk, **one) != 403]
    is_administrator = _status(desk, **_named("accounts", "apikey", "user")) == 200
    assert found == ([_named("accounts", "apikey", "user")] if is_administrator else [])
    assert desk.get(AUTOCOMPLETE).status_code == 403


def test_who_is_looked_for_is_found(desk: Client, owner: User) -> None:
    asked = _named("accounts", "apikey", "user")
    for term in ("owner@", "\0owner@", "owner" * 500):
        assert _status(desk, **asked, term=term) in (200, 403)
    for page in ("0", "x", "\0", LONG):
        assert _status(desk, **asked, page=page) in (403, 404)


def _status(client: Client, **asked: str) -> int:
    return client.get(AUTOCOMPLETE, asked).status_code


def test_a_new_key_names_the_user_of_the_address(desk: Client, owner: User) -> None:
    page = desk.get(f"/admin/accounts/apikey/add/?user={owner.pk}")
    assert page.status_code == 403 or f'<option value="{owner.pk}" selected>' in str(page.content)


@pytest.mark.parametrize(
    "path",
    [
        *("r/1/x/", "x/", "x/y/", "%00/", "accounts/"),
        *(
            "jsi18n/?x=%00",
            "login/?next=%00",
            "login/?next=//x",
            "?x=%00",
            "%FF/",
            "password_change/",
        ),
    ],
)
def test_no_other_address_is_an_error(desk: Client, path: str) -> None:
    assert desk.get(f"/admin/{path}").status_code < 500
