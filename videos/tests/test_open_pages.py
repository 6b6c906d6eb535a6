"""What people who are not logged in, and other sites, get to see of a video."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from tests import staff
from tests.pictured import give_pictures
from videos import keys
from videos.models import Release, Rendition, Source, Video
from videos.storage import outputs

SITE = "https://testserver"


@pytest.fixture
def plays(owner: User) -> Callable[..., Video]:
    """Makes the rows of a video of the owner that can be played."""

    def make(**fields: Any) -> Video:
        release = Release(id=uuid4(), state=Release.State.COMPLETE, duration=19.97)
        release.poster_key = keys.release_prefix(release.pk) + "poster.jpg"
        release.save(force_insert=True)
        Rendition.objects.create(
            release=release, kind="video", name="720p", codecs="avc1", timescale=25, width=1280,
            height=720, download_key=keys.release_prefix(release.pk) + "720p.mp4",
            download_bytes=12_300_000,
        )  # fmt: skip
        source = Source.objects.create(
            owner=owner, key=f"originals/{uuid4()}", filename="IMG_0042 secret.mov", size=99,
            sha256="0" * 64, origin="upload",
        )  # fmt: skip
        about: dict[str, Any] = {"title": "Snow", "visibility": "public"} | fields
        return Video.objects.create(
            owner=owner, source=source, release=release, status="ready", playable=True, **about
        )

    return make


def page_of(client: Client, video: Video, kind: str = "watch") -> str:
    return client.get(f"/{kind}/{video.pk}/").content.decode()


def meta(page: str) -> dict[str, str]:
    """What the page tells programs, by name."""
    found = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', page)
    return {name: unescape(content) for name, content in found}


def test_strangers_see_who_made_it_and_nothing_of_how(
    client: Client, plays: Callable[..., Video], owner: User
) -> None:
    User.objects.filter(pk=owner.pk).update(first_name="Ada", last_name="Byron")
    page = page_of(client, plays(description="Falling <softly>"))
    for told in ("Ada Byron", "Snow", "Falling &lt;softly&gt;", "0:20", "12 MB"):
        assert told in page
    for kept in ("secret", owner.email, "Ready", "Uploaded", "UTC", "Who can watch", "Details"):
        assert kept not in page, kept


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_why_it_does_not_play_is_its_owners_business(
    client: Client, owner: User, status: str
) -> None:
    video = Video.objects.create(
        owner=owner, visibility="public", status=status, error_code="source_unsupported",
        error_message="Its pictures are in xyz.",
    )  # fmt: skip
    page = page_of(client, video)
    assert "cannot be played at the moment" in page
    for kept in ("source_unsupported", "xyz", "Upload it again", "The original is kept"):
        assert kept not in page, kept
    client.force_login(owner)
    assert "cannot be played at the moment" not in page_of(client, video)


def test_the_owner_has_the_technical_facts_behind_details(
    client: Client, plays: Callable[..., Video], owner: User
) -> None:
    client.force_login(owner)
    page = page_of(client, plays())
    assert "secret" in page.split("<summary>Details</summary>")[1]
    assert "secret" not in page.split("<summary>Details</summary>")[0]


@pytest.mark.parametrize("in_bucket", [False, True])
def test_the_owner_is_told_how_long_others_may_play_on(
    client: Client,
    plays: Callable[..., Video],
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
    in_bucket: bool,
) -> None:
    if in_bucket:
        monkeypatch.setattr(outputs(), "public_base", "https://bucket.example/", raising=False)
    client.force_login(owner)
    page = page_of(client, plays())
    assert page.count("may play on for 2 hours at most") == (3 if in_bucket else 0)


@pytest.mark.parametrize(("visibility", "listed"), [("public", True), ("unlisted", False)])
def test_other_sites_can_show_a_preview(
    client: Client, plays: Callable[..., Video], visibility: str, listed: bool
) -> None:
    video = plays(visibility=visibility, title='Snow & "ice"', description="Falling")
    told = meta(page_of(client, video))
    assert told["og:title"] == 'Snow & "ice"'
    assert told["og:url"] == f"http://testserver/watch/{video.pk}/"
    assert told["og:image"] == told["twitter:image"] == f"http://testserver/poster/{video.pk}/"
    assert told["twitter:player"] == told["og:video"] == f"http://testserver/embed/{video.pk}/"
    assert told["description"] == "Falling"
    assert (told.get("robots") is None) is listed


def test_nothing_of_a_private_video_is_previewed(
    client: Client, plays: Callable[..., Video], owner: User
) -> None:
    client.force_login(owner)
    told = meta(page_of(client, plays(visibility="private")))
    assert told["robots"] == "noindex"
    assert not [name for name in told if name.startswith(("og:", "twitter:"))]


def test_the_poster_has_an_address_that_stays(client: Client, plays: Callable[..., Video]) -> None:
    answer = client.get(f"/poster/{plays().pk}/")
    assert answer.status_code == 302
    assert re.fullmatch(r"/m/[^/]+/[^/]+/.*poster\.jpg", answer["Location"])


def test_the_player_stands_in_pages_of_others(
    client: Client, plays: Callable[..., Video], owner: User
) -> None:
    video = plays(visibility="unlisted")
    answer = client.get(f"/embed/{video.pk}/")
    assert "<vod-player" in answer.content.decode()
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    watch = client.get(f"/watch/{video.pk}/")
    assert "frame-ancestors 'none'" in watch["Content-Security-Policy"]
    assert watch["X-Frame-Options"] == "DENY"


HIDDEN = [{"visibility": "private"}, {"visibility": "draft"}, {"moderation": "rejected"},
          {"moderation": "pending"}]  # fmt: skip


@pytest.mark.parametrize("fields", HIDDEN, ids=str)
def test_what_others_may_not_watch_is_nowhere_else(
    client: Client, plays: Callable[..., Video], owner: User, fields: dict[str, str]
) -> None:
    video = plays(**fields)
    for _ in range(2):
        assert client.get(f"/embed/{video.pk}/").status_code == 404
        assert client.get(f"/poster/{video.pk}/").status_code == 404
        asked = urlencode({"url": f"{SITE}/watch/{video.pk}/"})
        assert client.get(f"/oembed/?{asked}").status_code == 404
        client.force_login(owner)  # Whose session a frame elsewhere would not have either.
    assert "&lt;iframe" not in page_of(client, video)


@pytest.mark.parametrize(("asked", "size"), [("", (640, 360)), ("&maxwidth=320", (320, 180)),
                         ("&maxheight=90", (160, 90)), ("&maxwidth=no", (640, 360))])  # fmt: skip
def test_oembed_describes_the_player(
    client: Client, plays: Callable[..., Video], asked: str, size: tuple[int, int]
) -> None:
    video = plays(title='Snow & "ice"')
    address = urlencode({"url": f"{SITE}/watch/{str(video.pk).upper()}/"})
    told = client.get(f"/oembed/?{address}{asked}").json()
    assert (told["width"], told["height"]) == size
    assert told["title"] == 'Snow & "ice"'
    assert f'src="http://testserver/embed/{video.pk}/"' in told["html"]
    assert "&amp; &quot;ice&quot;" in told["html"]


def test_oembed_knows_videos_of_this_site_alone(
    client: Client, plays: Callable[..., Video]
) -> None:
    path = f"/watch/{plays().pk}/"
    for address in (
        *("", "nonsense", "https://[", "/upload/", f"https://elsewhere.example{path}"),
        *(f"javascript:{path}", f"{SITE}@elsewhere.example{path}", f"{SITE}/poster/x/"),
        *(f"{SITE}{path}/", f"{SITE}{path}\0", f"{SITE}/watch/{uuid4()}/", "x" * 100_000),
    ):
        answer = client.get("/oembed/", {"url": address})
        assert answer.status_code == 404, address
        assert answer["Access-Control-Allow-Origin"] == "*"
    for address in (path, path.removesuffix("/"), f"{path}?t=5#a"):
        answer = client.get("/oembed/", {"url": SITE + address})
        assert answer.status_code == 200, address
        assert answer["Access-Control-Allow-Origin"] == "*"
    assert client.get("/oembed/", {"url": SITE + path, "format": "xml"}).status_code == 501


def test_log_in_comes_back(client: Client, plays: Callable[..., Video]) -> None:
    video = plays()
    back = f"/accounts/login/?next=/watch/{video.pk}/"
    assert back in page_of(client, video)
    Video.objects.filter(pk=video.pk).update(visibility="private")
    page = page_of(client, video)
    assert page.count(back) == 2
    assert "Go to the library" not in page


def test_an_id_may_be_written_in_large_letters(client: Client, plays: Callable[..., Video]) -> None:
    assert client.get(f"/watch/{str(plays().pk).upper()}/").status_code == 200


@pytest.mark.parametrize(("fields", "warning"), [
    ({"visibility": "private"}, "the link works for you alone"),
    ({"visibility": "draft"}, "the link works for you alone"),
    ({"moderation": "rejected"}, "the link works for you alone"),
    ({"moderation": "pending"}, "until then the link works for you alone"),
    ({"visibility": "unlisted"}, None),
])  # fmt: skip
def test_a_link_that_works_for_its_owner_alone_says_so(
    client: Client,
    plays: Callable[..., Video],
    owner: User,
    fields: dict[str, str],
    warning: str | None,
) -> None:
    client.force_login(owner)
    page = page_of(client, plays(**fields))
    assert (warning in page) if warning else ("works for you alone" not in page)


@pytest.mark.parametrize(("fields", "told"), [
    ({"visibility": "private"}, "the link works for its owner and staff alone"),
    ({"moderation": "rejected"}, "Only its owner and moderators can watch it"),
    ({"moderation": "pending"}, "Until it is approved only its owner and moderators can watch it"),
])  # fmt: skip
def test_staff_are_not_told_that_a_video_is_theirs(
    client: Client,
    plays: Callable[..., Video],
    fields: dict[str, str],
    told: str,
) -> None:
    rights = ("videos.view_video", "videos.moderate_video", "videos.change_video")
    client.force_login(staff.staff("x@example.com", *rights))
    page = page_of(client, plays(**fields))
    assert told in page
    for words in ("Only you", "only you", "works for you"):
        assert words not in page


def test_a_canceled_video_is_not_said_to_have_no_file(client: Client, video: Video) -> None:
    Video.objects.update(status="canceled")
    client.force_login(staff.viewer_only())
    page = page_of(client, video)
    assert "The original is kept." in page
    assert "never arrived" not in page


def test_the_owner_is_told_what_a_moderator_decided(
    client: Client, plays: Callable[..., Video], owner: User
) -> None:
    client.force_login(owner)
    assert "A moderator has rejected this video" in page_of(client, plays(moderation="rejected"))
    assert "waits for a moderator" in page_of(client, plays(moderation="pending"))
    assert "oderator" not in page_of(client, plays())


def test_nothing_of_a_video_that_cannot_be_played_is_loaded(
    client: Client, owner: User, db: None
) -> None:
    client.force_login(owner)
    for status in ("failed", "canceled", "processing"):
        video = Video.objects.create(owner=owner, status=status, error_code="x")
        page = page_of(client, video)
        assert "hls" not in page
        assert "media-chrome" not in page


def test_other_sites_get_the_largest_poster_and_a_thumbnail_that_fits(
    client: Client, plays: Callable[..., Video]
) -> None:
    video = plays()
    assert video.release is not None
    give_pictures(video.release)
    told = meta(page_of(client, video))
    assert (told["og:image:width"], told["og:image:height"]) == ("1280", "720")
    assert client.get(f"/poster/{video.pk}/")["Location"].endswith("/poster-1280.jpg")
    assert client.get(f"/poster/{video.pk}/?width=320")["Location"].endswith("/poster-320.jpg")
    watch = {"url": f"{SITE}/watch/{video.pk}/"}
    described = client.get("/oembed/", watch).json()
    assert described["thumbnail_url"] == f"http://testserver/poster/{video.pk}/?width=640"
    assert (described["thumbnail_width"], described["thumbnail_height"]) == (640, 360)
    small = client.get("/oembed/", watch | {"maxheight": "200"}).json()
    assert (small["thumbnail_width"], small["thumbnail_height"]) == (320, 180)
    assert "thumbnail_url" not in client.get("/oembed/", watch | {"maxwidth": "100"}).json()


def test_audio_without_a_cover_shows_its_waveform_elsewhere(
    client: Client, plays: Callable[..., Video]
) -> None:
    video = plays(media_type="audio")
    release = video.release
    assert release is not None
    give_pictures(release)
    release.pictures.exclude(kind="waveform").delete()
    Release.objects.update(poster_key="")
    assert client.get(f"/poster/{video.pk}/")["Location"].endswith("/waveform.png")
