"""Hiding, rejecting and deleting a video closes every address that was given out of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError
from django.test import Client
from django.utils.http import int_to_base36
from rest_framework.test import APIClient
from starlette.testclient import TestClient

from accounts.models import User
from processing import services as processing
from videos import access, editing, purge, trash
from videos.models import Chunk, Release, Rendition, Video
from videos.playback import gate, tokens
from videos.playback import services as playback
from videos.playback.gate import Audience, Gate, Standing
from videos.playback.media import MediaApp
from videos.playback.rendering import Renderer
from videos.storage import outputs

URL = "/api/v1/videos/"
Act = Callable[[Video], object]


@pytest.fixture
def media() -> TestClient:
    """The media app by itself, asking the rows each time."""
    app = MediaApp(Renderer(growing_seconds=0), Gate(seconds=0))
    return TestClient(app)  # type: ignore[arg-type]  # starlette's own mapping


@pytest.fixture
def shown(ready_video: Video) -> Video:
    """A ready video that is open to everybody, with a file to download."""
    row = Rendition.objects.filter(kind="video")[0]
    Rendition.objects.filter(pk=row.pk).update(download_key=row.chunks.all()[0].key)
    editing.edit(ready_video, visibility="unlisted")
    return Video.objects.select_related("source", "release").get()


def addresses(video: Video, viewer: access.Viewer, *, held: bool = False) -> list[str]:
    """One of each kind: playlists, manifest, a segment, the poster, a download."""
    master = playback.hls_url(video, viewer, held=held) or ""
    release = Release.objects.get(videos=video)
    found = [master, playback.poster_url(video, viewer, held=held) or ""]
    found += [playback.dash_url(video, viewer) or ""] if not held else []
    found.append(master.replace("master", Rendition.objects.filter(kind="video")[0].name))
    for key in (
        Chunk.objects.all()[0].key,
        Rendition.objects.exclude(download_key="")[0].download_key,
    ):
        found.append(playback.object_url(video, release, key, viewer, held=held))
    assert all(found)
    return found


def hide(video: Video) -> None:
    editing.edit(video, visibility="private")


def draft(video: Video) -> None:
    editing.edit(video, visibility="draft")


def reject(video: Video) -> None:
    """However it came about, the rows count."""
    Video.objects.filter(pk=video.pk).update(moderation="rejected")


def pend(video: Video) -> None:
    Video.objects.filter(pk=video.pk).update(moderation="pending")


def approve(video: Video) -> None:
    Video.objects.filter(pk=video.pk).update(moderation="approved")


closings = pytest.mark.parametrize("act", [hide, draft, reject, pend, trash.discard, purge.purge])


@closings
@pytest.mark.parametrize("of_owner", [False, True])
def test_what_was_given_out_while_it_was_open_closes(
    media: TestClient, shown: Video, owner: User, act: Act, of_owner: bool
) -> None:
    given = addresses(shown, owner if of_owner else AnonymousUser())
    assert {media.get(one).status_code for one in given} == {200}
    act(shown)
    answers = [media.get(one) for one in given]
    assert {answer.status_code for answer in answers} == {403}
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    assert {answer.headers["access-control-allow-origin"] for answer in answers} == {"*"}


def test_it_answers_again_when_it_is_open_again(
    media: TestClient, shown: Video, stranger: User
) -> None:
    [first, *_] = addresses(shown, stranger)
    for close, reopen in (
        (hide, lambda video: editing.edit(video, visibility="public")),
        (reject, approve),
        (trash.discard, trash.restore),
    ):
        close(shown)
        assert media.get(first).status_code == 403
        reopen(shown)
        assert media.get(first).status_code == 200


def test_the_owners_own_page_plays_on_until_the_video_is_deleted(
    media: TestClient, shown: Video, owner: User, stranger: User
) -> None:
    given = addresses(shown, owner, held=True)
    closing = addresses(shown, stranger, held=True)
    hide(shown)
    assert {media.get(one).status_code for one in given} == {200}
    assert {media.get(one).status_code for one in closing} == {403}
    reject(shown)
    assert {media.get(one).status_code for one in given} == {200}
    trash.discard(shown)
    assert {media.get(one).status_code for one in given} == {403}


def test_a_private_videos_addresses_are_its_owners_until_it_is_deleted(
    media: TestClient, api: APIClient, ready_video: Video
) -> None:
    address = api.get(f"{URL}{ready_video.pk}/").json()["playback"]["hls"]
    address = address[address.index("/m/") :]
    assert media.get(address).status_code == 200
    api.delete(f"{URL}{ready_video.pk}/")
    assert media.get(address).status_code == 403


def test_a_release_that_was_replaced_closes_too(
    media: TestClient, shown: Video, stranger: User, work_off: Callable[[], None]
) -> None:
    given = addresses(shown, stranger)
    processing.reprocess(Video.objects.select_related("source", "owner").get())
    work_off()
    assert Video.objects.get().release_id != shown.release_id
    assert {media.get(one).status_code for one in given} == {200}
    hide(shown)
    assert {media.get(one).status_code for one in given} == {403}


def test_pages_of_strangers_give_out_what_closes(
    media: TestClient, client: Client, shown: Video, owner: User
) -> None:
    def hls() -> str:
        page = client.get(f"/watch/{shown.pk}/").content.decode()
        return page[page.index("/m/") :].split('"')[0]

    strangers = hls()
    client.force_login(owner)
    own = hls()
    hide(shown)
    assert media.get(strangers).status_code == 403
    assert media.get(own).status_code == 200


def test_a_token_does_not_change_its_audience(shown: Video) -> None:
    token = tokens.issue(shown.release_id or uuid4(), duration=0, audience=Audience.OPEN)
    expiry, _, signature = token.partition(".")
    number = int(expiry, 36)
    with pytest.raises(tokens.BadToken):
        tokens.check(f"{int_to_base36(number - 1)}.{signature}", shown.release_id or uuid4())


def test_in_a_bucket_poster_and_download_are_redirected_to_and_close(
    media: TestClient,
    shown: Video,
    stranger: User,
    monkeypatch: pytest.MonkeyPatch,
    settings: LazySettings,
) -> None:
    monkeypatch.setattr("time.time", lambda: 1_800_000_299.0)
    given = addresses(shown, stranger)
    poster, download = given[1], given[-1]
    until: list[int] = []

    def signed(key: str, until: int, disposition: str, times: list[int] = until) -> str:
        times.append(until)
        return f"https://bucket.example/{key}?signature=x"

    monkeypatch.setattr(outputs(), "local_path", lambda key: None)
    monkeypatch.setattr(outputs(), "signed_url", signed)
    for one in (poster, download):
        answer = media.get(one, follow_redirects=False)
        assert answer.status_code == 302
        assert answer.headers["location"].startswith("https://bucket.example/releases/")
        assert answer.headers["cache-control"] == "no-store"
    assert all(300 <= one - 1_800_000_299 <= 600 for one in until)
    hide(shown)
    assert media.get(poster, follow_redirects=False).status_code == 403


class Rows:
    """What the rows would tell, and whether they can be asked."""

    def __init__(self) -> None:
        self.standing = Standing(is_deleted=False, is_open=True)
        self.away = False
        self.asked = 0

    def look_up(self, _: UUID) -> Standing:
        self.asked += 1
        if self.away:
            raise OperationalError
        return self.standing


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Rows:
    pretended = Rows()
    monkeypatch.setattr(gate, "look_up", pretended.look_up)
    return pretended


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    now = [1000.0]
    monkeypatch.setattr(gate, "_now", lambda: now[0])

    def pass_by(seconds: float) -> None:
        now[0] += seconds

    return pass_by


def test_the_rows_are_asked_every_few_seconds(
    rows: Rows, clock: Callable[[float], None], db: None
) -> None:
    async def watch() -> None:
        door, release = Gate(), uuid4()
        answers = await asyncio.gather(*[door.admits(release, Audience.OPEN) for _ in range(20)])
        assert all(answers)
        assert rows.asked == 1
        rows.standing = Standing(is_deleted=False, is_open=False)
        clock(gate.CACHED_SECONDS - 0.1)
        assert await door.admits(release, Audience.OPEN)
        clock(0.2)
        assert not await door.admits(release, Audience.OPEN)
        assert await door.admits(release, Audience.HELD)
        assert rows.asked == 2

    asyncio.run(watch())


def test_an_address_is_refused_by_what_was_read_since_it_was_asked_for(
    rows: Rows, clock: Callable[[float], None], db: None
) -> None:
    async def watch() -> None:
        door, release = Gate(), uuid4()
        rows.standing = Standing(is_deleted=False, is_open=False)
        assert not await door.admits(release, Audience.OPEN)
        clock(0.2)
        rows.standing = Standing(is_deleted=False, is_open=True, generation=1)
        assert not await door.admits(release, Audience.OPEN)
        clock(0.2)
        assert await door.admits(release, Audience.OPEN, 1)
        assert rows.asked == 2

    asyncio.run(watch())


def test_what_was_watched_plays_on_while_the_database_is_away_and_nothing_else_does(
    rows: Rows, clock: Callable[[float], None], db: None
) -> None:
    async def watch() -> None:
        door, watched, closed, before = Gate(), uuid4(), uuid4(), uuid4()
        assert await door.admits(before, Audience.OPEN)
        clock(gate.LATELY_SECONDS + 1)
        assert await door.admits(watched, Audience.OPEN)
        rows.standing = gate.GONE
        assert not await door.admits(closed, Audience.HELD)
        clock(gate.CACHED_SECONDS + 1)
        rows.away = True
        for _ in range(3):
            assert await door.admits(watched, Audience.OPEN)
            assert not await door.admits(closed, Audience.HELD)
            clock(gate.CACHED_SECONDS + 1)
        for unknown in (before, uuid4()):
            with pytest.raises(OperationalError):
                await door.admits(unknown, Audience.OPEN)
        clock(gate.OUTAGE_SECONDS)
        with pytest.raises(OperationalError):
            await door.admits(watched, Audience.OPEN)
        rows.away = False
        assert not await door.admits(watched, Audience.OPEN)

    asyncio.run(watch())


def test_without_the_database_an_address_is_answered_503_to_every_origin(
    media: TestClient, shown: Video, stranger: User, rows: Rows
) -> None:
    rows.away = True
    for one in addresses(shown, stranger):
        answer = media.get(one)
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert answer.headers["access-control-allow-origin"] == "*"
