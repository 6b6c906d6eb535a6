"""Who sees and plays what, as a table."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from videos import access
from videos.models import Video


@pytest.mark.parametrize("viewer_is", ["owner", "stranger", "moderator", "nobody"])
@pytest.mark.parametrize("visibility", Video.Visibility.values)
@pytest.mark.parametrize("moderation", Video.Moderation.values)
def test_who_may_see_and_play(  # a table of cases
    video: Video,
    owner: User,
    stranger: User,
    moderator: User,
    viewer_is: str,
    visibility: str,
    moderation: str,
) -> None:
    viewers: dict[str, access.Viewer] = {
        "owner": owner,
        "stranger": stranger,
        "moderator": moderator,
        "nobody": AnonymousUser(),
    }
    viewer = viewers[viewer_is]
    Video.objects.update(visibility=visibility, moderation=moderation, playable=True)
    video = Video.objects.get()
    open_to_all = visibility in ("public", "unlisted") and moderation == "approved"
    expected = open_to_all or viewer_is in ("owner", "moderator")
    assert access.visible_to(viewer).exists() == expected
    assert access.may_play(video, viewer) == expected
    assert access.may_edit(video, viewer) == (viewer_is in ("owner", "moderator"))
    assert access.owned_by(viewer).exists() == (viewer_is == "owner")


def test_a_deleted_video_is_seen_by_nobody(video: Video, moderator: User) -> None:
    Video.objects.update(deleted_at="2026-01-01T00:00:00Z", playable=True)
    video = Video.objects.get()
    assert not access.visible_to(moderator).exists()
    assert not access.may_play(video, moderator)


def test_what_is_not_playable_is_played_by_nobody(video: Video, owner: User) -> None:
    assert not access.may_play(video, owner)
