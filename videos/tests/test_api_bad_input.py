"""What clients send that is no good is told so, and never a server error."""

import base64

import pytest
from django.db import InternalError, OperationalError
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.models import User
from videos import access
from videos.models import Video
from videos.tests.test_api_videos import URL


def _cursor(text: bytes) -> str:
    return base64.b64encode(text).decode()


@pytest.mark.parametrize("path", [URL, "/api/v1/jobs/"])
@pytest.mark.parametrize(
    "cursor",
    ["zzz", _cursor(b"p="), _cursor(b"p=%00"), _cursor(b"o=99999999&p=1"), _cursor(b"p=x")],
)
def test_a_cursor_that_is_none_of_ours_is_told_so(api: APIClient, path: str, cursor: str) -> None:
    answer = api.get(path, {"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


def test_a_cursor_of_ours_leads_on(api: APIClient, owner: User) -> None:
    for number in range(3):
        Video.objects.create(owner=owner, title=str(number), status=Video.Status.UPLOADING)
    first = api.get(URL, {"page_size": 2}).json()
    rest = api.get(first["next"]).json()
    assert [video["title"] for video in first["results"] + rest["results"]] == ["2", "1", "0"]
    assert api.get(rest["previous"]).status_code == 200


@pytest.mark.parametrize("levels", [30, 1_000, 100_000])
@pytest.mark.parametrize(("begin", "end"), [("[", "]"), ('{"title":', "}")])
def test_json_that_is_nested_deeply_is_told_so(
    api: APIClient, video: Video, levels: int, begin: str, end: str
) -> None:
    body = begin * levels + "1" + end * levels
    for method, path in ((api.patch, f"{URL}{video.pk}/"), (api.post, "/api/v1/jobs/")):
        answer = method(path, body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_what_was_sent_is_not_repeated_without_end(api: APIClient, video: Video) -> None:
    answer = api.patch(f"{URL}{video.pk}/", {"visibility": "x" * 99_999}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_choice")
    assert len(answer.content) < 5000


@pytest.mark.parametrize("error", [OperationalError("locked"), InternalError("read-only")])
def test_a_database_that_does_not_answer_is_503(
    api: APIClient, client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def away(*_: object) -> None:
        raise error

    client.raise_request_exception = False
    monkeypatch.setattr(access, "visible_to", away)
    monkeypatch.setattr(access, "owned_by", away)
    answer = api.get(URL)
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert int(answer["Retry-After"]) > 0
    page = client.get("/watch/01a214f1-7e4f-70a8-914a-c554e6b864f3/")
    assert page.status_code == 503
    assert int(page["Retry-After"]) > 0
    assert "is not responding" in page.content.decode()


@pytest.mark.parametrize("kind", ["videos", "jobs"])
def test_an_id_may_be_written_in_large_letters(api: APIClient, video: Video, kind: str) -> None:
    [found] = api.get(f"/api/v1/{kind}/").json()["results"]
    told = api.get(f"/api/v1/{kind}/{found['id'].upper()}/")
    assert (told.status_code, told.json()["id"]) == (200, found["id"])


_WORDS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["", "0", "-1", "9" * 40, "\0", "null", "true", "x" * 400, "é", "%00", "p="]),
)
_PATHS = st.sampled_from(
    [URL, "/api/v1/jobs/", "/api/v1/profiles/", "/", "/library/card/", "/accounts/login/"]
)
_NAMES = st.sampled_from(
    ["cursor", "page_size", "status", "video", "kind", "visibility", "purge", "before", "after",
     "q", "next", "since", "error_code", "media_type", "moderation"]
)  # fmt: skip


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(path=_PATHS, query=st.dictionaries(_NAMES, _WORDS, max_size=3), below=_WORDS)
def test_no_address_is_a_server_error(
    api: APIClient, client: Client, owner: User, path: str, query: dict[str, str], below: str
) -> None:
    client.force_login(owner)
    for asks in (api, client):
        assert asks.get(path, query).status_code < 500
        assert asks.get(f"{path}{below}", query).status_code < 500
