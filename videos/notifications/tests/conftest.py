"""Videos of which their owner is to be told something."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db.models import F

from accounts import outbox
from accounts.models import NotificationSettings, User
from videos import lifecycle
from videos.models import Notification, Release, Video
from videos.notifications import mails

Status = Video.Status


@pytest.fixture(autouse=True)
def _site(settings: LazySettings) -> None:
    settings.SITE_URL = "https://vod.example.org"


@pytest.fixture
def processing(owner: User) -> Callable[..., Video]:
    """Make a video of the owner's that is being processed."""

    def make(title: str = "A clip", **fields: object) -> Video:
        fields = {"owner": owner, "title": title, "status": Status.PROCESSING, **fields}
        return Video.objects.create(**fields)

    return make


def become_ready(*videos: Video) -> None:
    """Have videos become ready, without the work."""
    for video in videos:
        lifecycle.publish(video.pk, release=Release.objects.create(pk=uuid4()))


def fail(video: Video) -> None:
    """Have the processing of a video fail."""
    lifecycle.fail(video.pk, code="source_truncated", message="The file ends too early.")


def let_pass(**time: float) -> None:
    """Have what was noted and told happened so much earlier."""
    earlier = timedelta(**time)
    Notification.objects.update(created_at=F("created_at") - earlier)
    NotificationSettings.objects.update(
        mailed_at=F("mailed_at") - earlier, pushed_at=F("pushed_at") - earlier
    )


def mailed() -> list[EmailMultiAlternatives]:
    """Write the mails that are due and send them; return those that were sent."""
    before = len(mail.outbox)
    mails.write_due()
    outbox.send_due()
    return [one for one in mail.outbox[before:] if isinstance(one, EmailMultiAlternatives)]
