"""Reports of one's own generators, in this product's own shape."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from videos.ingest.hooks import GENERATORS, acting
from videos.ingest.hooks.generator import BadReport, Report
from videos.models import HookDelivery, Video
from videos.tests.hooks import address_of, post

URL = "https://files.example.org/sea.mp4"
GENERIC = GENERATORS["generic"]


def received(owner: User, body: dict[str, Any]) -> HookDelivery:
    """What became of a report."""
    address = address_of(owner, "generic", metadata={"of": "address", "a": 1})
    (secret,) = GENERIC.secrets(address.pk)
    assert post(address, body, source="generic", secret=secret).status_code == 200
    acting.act_on_due()
    return HookDelivery.objects.get()


def test_a_report_brings_its_title_metadata_and_provenance(owner: User) -> None:
    provenance = {"prompt": "the sea", "model": "waves", "ai_generated": False, "seed": 7}
    members = {"title": "The sea\n", "metadata": {"of": "report"}, "provenance": provenance}
    received(owner, {"id": "job 7", "url": URL, **members})
    video = Video.objects.get()
    assert (video.title, video.external_id) == ("The sea", "generic:job 7")
    assert video.metadata == {"of": "report", "a": 1}
    kept = {"source": "generic", "ai_generated": True, "job": "job 7"}
    assert video.provenance == provenance | kept


def test_without_a_title_it_is_the_files(owner: User) -> None:
    received(owner, {"id": "1", "url": URL})
    assert Video.objects.get().title == "sea"


def test_a_failure_needs_no_url(owner: User) -> None:
    delivery = received(owner, {"id": "1", "status": "failed", "error": "Out of memory."})
    assert delivery.state == "recorded"
    assert "Out of memory." in Video.objects.get().error_message


def test_an_image_is_not_taken_for_a_video(owner: User) -> None:
    received(owner, {"id": "1", "url": URL, "type": "image"})
    assert not Video.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "member"),
    [
        ({"id": None}, "id"),
        ({"id": 7}, "id"),
        ({"id": "x" * 151}, "id"),
        ({"id": "a\0"}, "id"),
        ({"url": None}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "https://a.example/ b"}, "url"),
        ({"url": "https://a.example/\0"}, "url"),
        ({"url": "https://a.example/\ud800"}, "url"),
        ({"urls": [URL]}, "url"),
        ({"type": "text"}, "type"),
        ({"type": ["video"]}, "type"),
        ({"status": "done"}, "status"),
        ({"title": 7}, "title"),
        ({"metadata": []}, "metadata"),
        ({"metadata": {"a": "x" * 20_000}}, "metadata"),
        ({"provenance": "me"}, "provenance"),
        ({"owner": "somebody"}, "owner"),
    ],
)
def test_what_is_wrong_is_named(wrong: dict[str, Any], member: str) -> None:
    with pytest.raises(BadReport) as refused:
        GENERIC.report({"id": "1", "url": URL} | wrong)
    assert refused.value.member == member


@pytest.mark.parametrize("urls", [None, [], "x", [7], [URL, "nothing"], [URL] * 1 + ["x"] * 101])
def test_urls_are_a_list_of_urls(urls: Any) -> None:
    with pytest.raises(BadReport):
        GENERIC.report({"id": "1", "urls": urls})


def test_a_member_that_is_there_twice_is_refused(owner: User) -> None:
    address = address_of(owner, "generic")
    (secret,) = GENERIC.secrets(address.pk)
    body = f'{{"id": "1", "url": "{URL}", "url": "{URL}?other"}}'.encode()
    answer = post(address, body, source="generic", secret=secret)
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
    assert not HookDelivery.objects.exists()


def test_a_report_is_kept_as_it_was_understood() -> None:
    report = GENERIC.report({"id": "1", "urls": [URL, f"{URL}?2"], "metadata": {"a": "\ud800"}})
    assert Report.from_json(report.to_json()) == report
    assert [output.url for output in report.outputs] == [URL, f"{URL}?2"]
    assert report.metadata == {"a": "\ufffd"}
