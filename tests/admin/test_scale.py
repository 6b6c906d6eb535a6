"""Lists stay light: as many queries and no more bytes, however many rows there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from benchmarks.many_rows import fill

MOST_BYTES = 100_000
MODELS = [
    m for m in admin.site._registry if m._meta.app_label in ("accounts", "videos", "processing")
]


def _url(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def _asked(desk: Client, url: str) -> tuple[int, int]:
    """Queries and bytes of a page."""
    with CaptureQueriesContext(connection) as queries:
        answer = desk.get(url)
    assert answer.status_code == 200
    return len(queries), len(answer.content)


@pytest.mark.slow
def test_lists_cost_the_same_whatever_their_length(db: None, moderator: User) -> None:
    desk = Client()
    desk.force_login(moderator)
    fill(2)
    few = {model: _asked(desk, _url(model)) for model in MODELS}
    fill(200)
    for model, (queries, _) in few.items():
        now, size = _asked(desk, _url(model))
        # Two more at most: the links to further pages, and the filter's own values.
        assert now <= queries + 1, model
        assert size <= MOST_BYTES, (model, size)


@pytest.mark.slow
def test_a_search_is_light_too(
    db: None, moderator: User, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    fill(100)
    desk = Client()
    desk.force_login(moderator)
    for model in MODELS:
        with django_assert_max_num_queries(16):
            assert desk.get(_url(model), {"q": "film"}).status_code in (200, 302)
