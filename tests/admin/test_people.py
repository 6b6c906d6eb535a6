"""Who may do what with other people's accounts in the admin: nobody gets more than they have."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.test import Client

from accounts import api_keys
from accounts.models import ApiKey, User
from tests import staff
from videos import image_purge
from videos.models import Video
from videos.tests.kept import keep_image

USERS = "/admin/accounts/user/"
NEW = "another long password"
_ALL_OF_PEOPLE = [
    *(f"accounts.{deed}_user" for deed in ("view", "change", "add", "delete")),
    *(f"accounts.{deed}_apikey" for deed in ("view", "change", "add", "delete")),
    *(f"auth.{deed}_group" for deed in ("view", "change", "add", "delete")),
]


def _desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def clerk(db: None) -> User:
    """Staff who look after accounts, and are no administrators."""
    return staff.staff("clerk@example.com", *_ALL_OF_PEOPLE)


def _form(user: User, **more: Any) -> dict[str, Any]:
    return {"email": user.email, "plan": user.plan, "is_active": "on", **more}


def test_nobody_gives_rights_to_themselves_or_others(clerk: User, owner: User) -> None:
    moderators = staff.moderators()
    right = Permission.objects.get(codename="moderate_video")
    taken = {
        "is_staff": "on",
        "is_superuser": "on",
        "groups": [moderators.pk],
        "user_permissions": [right.pk],
    }
    for user in (clerk, owner):
        was = (user.is_staff, set(user.user_permissions.all()))
        answer = _desk(clerk).post(f"{USERS}{user.pk}/change/", _form(user, **taken))
        assert answer.status_code == 302
        now = User.objects.get(pk=user.pk)
        assert not now.is_superuser
        assert (now.is_staff, set(now.user_permissions.all())) == was
        assert not now.groups.exists()


def test_administrators_give_rights(moderator: User, owner: User) -> None:
    form = _form(owner, is_staff="on", groups=[staff.moderators().pk])
    assert _desk(moderator).post(f"{USERS}{owner.pk}/change/", form).status_code == 302
    owner.refresh_from_db()
    assert owner.is_staff
    assert owner.groups.exists()


@pytest.mark.parametrize("who", ["administrator", "moderator", "disabled moderator"])
def test_nobody_takes_the_account_of_who_may_do_more(
    clerk: User, moderator: User, who: str
) -> None:
    other = moderator if who == "administrator" else staff.only_a_moderator()
    if who.startswith("disabled"):
        User.objects.filter(pk=other.pk).update(is_active=False, is_staff=False)
    desk, page = _desk(clerk), f"{USERS}{other.pk}"
    words = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    assert desk.post(f"{page}/password/", words).status_code == 403
    assert desk.post(f"{page}/change/", _form(other, email="x@example.com")).status_code == 403
    assert desk.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [str(other.pk)], "post": "yes"}
    desk.post(USERS, chosen)
    refused = desk.post("/admin/accounts/apikey/add/", {"user": str(other.pk), "name": "x"})
    assert "They may do more than you" in refused.content.decode()
    now = User.objects.get(pk=other.pk)
    assert (now.email, now.check_password(NEW)) == (other.email, False)
    assert not ApiKey.objects.exists()


def test_who_may_do_no_more_is_looked_after(clerk: User, owner: User) -> None:
    desk, page = _desk(clerk), f"{USERS}{owner.pk}"
    words = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    assert desk.post(f"{page}/password/", words).status_code == 302
    assert User.objects.get(pk=owner.pk).check_password(NEW)
    assert desk.post(f"{page}/change/", _form(owner, email="new@example.com")).status_code == 302
    key = {"user": str(owner.pk), "name": "x", "allowed": "read", "lives": ""}
    assert desk.post("/admin/accounts/apikey/add/", key).status_code == 302
    assert ApiKey.objects.get().user == owner


def test_groups_are_the_administrators(clerk: User, moderator: User) -> None:
    group, right = staff.moderators(), Permission.objects.get(codename="delete_video")
    clerk.groups.add(group)
    form = {"name": "Taken over", "permissions": [right.pk]}
    page = f"/admin/auth/group/{group.pk}"
    assert _desk(clerk).get(f"{page}/change/").status_code == 200
    for path in (f"{page}/change/", f"{page}/delete/", "/admin/auth/group/add/"):
        assert _desk(clerk).post(path, form).status_code == 403
    assert Group.objects.get(pk=group.pk).name == group.name
    assert _desk(moderator).post(f"{page}/change/", form).status_code == 302
    assert Group.objects.get(pk=group.pk).name == "Taken over"


def test_who_has_done_things_as_staff_stays_in_the_history(moderator: User, video: Video) -> None:
    other = staff.only_a_moderator("former@example.com")
    chosen = {"action": "reject", "_selected_action": [str(video.pk)], "confirmed": "yes"}
    _desk(other).post("/admin/videos/video/", {**chosen, "code": "spam"})
    assert LogEntry.objects.filter(user=other).exists()
    desk = _desk(moderator)
    for path, form in (
        (f"{USERS}{other.pk}/delete/", {"post": "yes"}),
        (USERS, {"action": "delete_selected", "_selected_action": [str(other.pk)], "post": "yes"}),
    ):
        page = desk.post(path, form).content.decode()
        assert "1 action of former@example.com" in page
        assert "clear Active instead" in page
    assert LogEntry.objects.filter(user=other).exists()


def test_the_link_to_somebodys_videos_finds_any_address(moderator: User, video: Video) -> None:
    User.objects.filter(pk=video.owner_id).update(email="o'a+b&c@example.com")
    page = _desk(moderator).get(f"{USERS}{video.owner_id}/change/").content.decode()
    found = re.search(r'href="(/admin/videos/video/\?q=[^"]*)"', page)
    assert found
    assert "A clip" in _desk(moderator).get(unescape(found[1])).content.decode()


def test_what_an_owner_of_images_alone_must_delete_is_told(moderator: User, owner: User) -> None:
    image, address = keep_image(owner), f"{USERS}{owner.pk}/delete/"
    page = unescape(_desk(moderator).get(address).content.decode())
    assert f"1 image of {owner.email}" in page
    assert "deleted for good by their owner" in page
    assert "Choose the videos" not in page
    (link,) = re.findall(r'href="(/admin/videos/image/[^"]+)"', page)
    assert str(image.pk) in _desk(moderator).get(link).content.decode()
    assert _desk(moderator).post(address, {"post": "yes"}).status_code == 200
    image_purge.purge(image.pk)
    assert _desk(moderator).post(address, {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=owner.pk).exists()


def test_keys_are_revoked_by_who_may(clerk: User, owner: User) -> None:
    key, _ = api_keys.issue(owner, name="key")
    chosen = {"action": "revoke", "_selected_action": [str(key.pk)], "confirmed": "yes"}
    _desk(clerk).post("/admin/accounts/apikey/", chosen)
    key.refresh_from_db()
    assert key.revoked_at is not None
