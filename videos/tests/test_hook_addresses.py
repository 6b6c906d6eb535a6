"""The addresses that generators call, and what their owners can read of the reports."""

from __future__ import annotations

from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from accounts.models import User
from videos.ingest.hooks import acting, addresses
from videos.models import Folder, HookAddress, Video
from videos.tests.hooks import SECRET, address_of, post, prediction

ADDRESSES = "/api/v1/hooks/addresses/"
DELIVERIES = "/api/v1/hooks/deliveries/"


@pytest.fixture(autouse=True)
def _secrets(settings: LazySettings) -> None:
    settings.REPLICATE_SECRETS = (SECRET,)


def test_an_address_is_all_that_a_generator_needs(api: APIClient, owner: User) -> None:
    told = api.post(
        ADDRESSES, {"source": "replicate", "visibility": "unlisted"}, format="json"
    ).json()
    url = urlsplit(told["url"])
    assert (url.netloc, url.path) == ("testserver", "/api/v1/hooks/replicate/")
    post(parse_qs(url.query)["for"][0], prediction())
    acting.act_on_due()
    video = Video.objects.get()
    assert (video.owner, video.visibility) == (owner, "unlisted")
    assert told["secret"] is None


def test_an_address_of_ones_own_generator_has_a_secret_of_its_own(
    api: APIClient, settings: LazySettings
) -> None:
    one, other = (
        api.post(ADDRESSES, {"source": "generic"}, format="json").json() for _ in range(2)
    )
    assert one["secret"].startswith("whsec_")
    assert one["secret"] != other["secret"]
    token = parse_qs(urlsplit(one["url"]).query)["for"][0]
    report = {"id": "1", "url": "https://files.example.org/a.mp4"}
    assert post(token, report, source="generic", secret=other["secret"]).status_code == 401
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key of fifty characters, for the time after"
    assert post(token, report, source="generic", secret=one["secret"]).status_code == 200


def test_settings_that_make_sense_for_one_video_alone_are_refused(api: APIClient) -> None:
    for name in ("external_id", "title", "expires_at", "clip"):
        answer = api.post(ADDRESSES, {"source": "replicate", name: "x"}, format="json")
        assert answer.json()["errors"][0]["code"] == "unknown_field", name


def test_an_address_for_nobody_or_nothing_is_refused(api: APIClient, stranger: User) -> None:
    folder = Folder.objects.create(owner=stranger, name="x")
    for body, code in (
        ({}, "required"),
        ({"source": "nobody"}, "invalid_choice"),
        ({"source": "replicate", "folder": str(folder.pk)}, "folder_unknown"),
        ({"source": "replicate", "profile": "none"}, "profile_unknown"),
    ):
        assert api.post(ADDRESSES, body, format="json").json()["code"] == code
    assert not HookAddress.objects.exists()


def test_who_may_not_upload_gets_no_address(api: APIClient, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(can_upload=False)
    answer = api.post(ADDRESSES, {"source": "replicate"}, format="json")
    assert answer.json()["code"] == "upload_not_allowed"


def test_without_a_secret_of_replicates_there_is_no_address(
    api: APIClient, settings: LazySettings
) -> None:
    settings.REPLICATE_SECRETS = ()
    answer = api.post(ADDRESSES, {"source": "replicate"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "hook_not_configured")


def test_addresses_are_listed_and_revoked_by_their_owner_alone(
    api: APIClient, owner: User, stranger: User
) -> None:
    own, other = address_of(owner), address_of(stranger)
    assert [one["id"] for one in api.get(ADDRESSES).json()["results"]] == [str(own.pk)]
    assert api.delete(f"{ADDRESSES}{other.pk}/").status_code == 404
    assert api.delete(f"{ADDRESSES}{own.pk}/").status_code == 204
    assert api.get(ADDRESSES).json()["results"] == []
    assert api.delete(f"{ADDRESSES}{own.pk}/").status_code == 404
    assert post(own, prediction()).status_code == 403


def test_owners_read_what_became_of_reports(api: APIClient, owner: User, stranger: User) -> None:
    post(address_of(owner), prediction())
    post(address_of(stranger), prediction())
    acting.act_on_due()
    (told,) = api.get(DELIVERIES).json()["results"]
    assert (told["state"], told["status"], told["error"]) == ("imported", "succeeded", "")
    assert told["video"] == str(Video.objects.get(owner=owner).pk)


def test_the_command_prints_an_address_and_its_secret(owner: User) -> None:
    out = StringIO()
    site = "https://video.example.org/"
    call_command("create_hook_address", owner.email, source="generic", site=site, stdout=out)
    url, secret = out.getvalue().split()
    assert url.startswith("https://video.example.org/api/v1/hooks/generic/?for=")
    address = HookAddress.objects.get()
    assert secret == addresses.secret_of(address)


def test_the_command_says_what_is_wrong(owner: User, settings: LazySettings) -> None:
    with pytest.raises(CommandError, match="No active user"):
        call_command("create_hook_address", "nobody@example.com")
    with pytest.raises(CommandError, match="no such profile"):
        call_command("create_hook_address", owner.email, profile="none")
    settings.REPLICATE_SECRETS = ()
    with pytest.raises(CommandError, match="VODLOOM_REPLICATE_SECRETS"):
        call_command("create_hook_address", owner.email)
