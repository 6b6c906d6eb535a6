"""Everybody is told that an AI made a video; how it was made only its owner and staff are."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.models import User
from tests import staff
from videos.ingest.hooks import acting
from videos.models import HookDelivery, Video
from videos.tests.hooks import SECRET, address_of, post, prediction


@pytest.fixture
def generated(owner: User, settings: LazySettings) -> Video:
    """A video of Replicate's that everybody may watch."""
    settings.REPLICATE_SECRETS = (SECRET,)
    prompt = {"prompt": "<script>a walk</script>"}
    post(address_of(owner, visibility="public"), prediction(input=prompt))
    acting.act_on_due()
    return Video.objects.get()


def page_of(video: Video, viewer: User | None) -> str:
    client = Client()
    if viewer is not None:
        client.force_login(viewer)
    return client.get(f"/watch/{video.pk}/").content.decode()


def test_its_owner_reads_how_it_was_made(generated: Video, owner: User) -> None:
    page = page_of(generated, owner)
    assert "AI-generated" in page
    for told in ("Replicate", "owner/waves", "&lt;script&gt;a walk&lt;/script&gt;"):
        assert told in page
    assert "<script>a walk" not in page


def test_others_are_told_that_an_ai_made_it_and_no_more(generated: Video) -> None:
    Video.objects.update(title="A walk")
    page = page_of(generated, None)
    assert "AI-generated" in page
    assert "owner/waves" not in page
    assert "script&gt;" not in page


def test_other_videos_have_no_such_label(video: Video, owner: User) -> None:
    assert "AI-generated" not in page_of(video, owner)


def test_staff_read_the_reports(generated: Video, moderator: User) -> None:
    client = Client()
    client.force_login(moderator)
    listed = client.get("/admin/videos/hookdelivery/").content.decode()
    assert "Imported" in listed
    assert f"/admin/videos/video/{generated.pk}/change/" in listed
    delivery = HookDelivery.objects.get()
    page = client.get(f"/admin/videos/hookdelivery/{delivery.pk}/change/")
    assert page.status_code == 200


def test_staff_who_may_not_see_a_video_do_not_see_its_report(
    generated: Video,
) -> None:
    client = Client()
    client.force_login(staff.viewer_only())
    page = "/admin/videos/hookdelivery/"
    assert str(generated.pk) in client.get(page).content.decode()
    Video.objects.update(visibility="private", moderation="rejected")
    assert str(generated.pk) not in client.get(page).content.decode()
