"""Messages to browsers about videos: at once, not too many, and only to those who want them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress

from accounts.models import PushMessage, PushSubscription, User
from videos.models import Notification, Video
from videos.notifications import choices, pushes
from videos.notifications.tests.conftest import become_ready, fail, let_pass
from videos.push import subscriptions
from videos.push.tests.conftest import Browser

Make = Callable[..., Video]


@pytest.fixture(autouse=True)
def browser(owner: User) -> PushSubscription:
    return subscriptions.subscribe(owner, Browser("https://push.example.net/one").offered())


def told() -> list[tuple[str, str]]:
    """Write what is due; return titles and bodies of the new messages."""
    before = set(PushMessage.objects.values_list("pk", flat=True))
    let_pass(seconds=10)
    pushes.write_due()
    new = PushMessage.objects.exclude(pk__in=before).order_by("id")
    return [(one.payload["title"], one.payload["body"]) for one in new]


def test_a_message_says_what_became_of_which_video(processing: Make) -> None:
    video = processing("A walk")
    become_ready(video)
    assert told() == [("A walk", "The video is ready.")]
    payload = PushMessage.objects.get().payload
    assert payload["path"] == f"/watch/{video.pk}/"
    assert set(payload) == {"title", "body", "path", "tag"}
    let_pass(hours=1)
    assert told() == []


def test_many_are_one_message_and_the_next_waits(processing: Make) -> None:
    become_ready(*(processing() for _ in range(4)))
    assert told() == [("Vodloom", "4 videos are ready")]
    fail(processing("Bad"))
    assert told() == []
    let_pass(minutes=2)
    assert told() == [("Bad", "The video could not be processed.")]


def test_each_browser_is_told(processing: Make, owner: User) -> None:
    subscriptions.subscribe(owner, Browser("https://push.example.net/two").offered())
    become_ready(processing())
    assert len(told()) == 2


def test_what_is_turned_off_or_nobodys_is_not_told(processing: Make, owner: User) -> None:
    choices.switch_off(owner, "push", ["ready"])
    become_ready(processing())
    assert told() == []
    EmailAddress.objects.create(user=owner, email=owner.email, primary=True, verified=False)
    fail(processing())
    assert told() == []
    EmailAddress.objects.all().delete()
    User.objects.update(is_active=False)
    fail(processing())
    assert told() == []
    assert not Notification.objects.filter(push_due=True).exists()


def test_a_browser_that_comes_later_is_not_told_of_before(
    processing: Make, owner: User, browser: PushSubscription
) -> None:
    subscriptions.unsubscribe(browser)
    become_ready(processing())
    assert told() == []
    subscriptions.subscribe(owner, Browser("https://push.example.net/new").offered())
    let_pass(hours=1)
    assert told() == []
