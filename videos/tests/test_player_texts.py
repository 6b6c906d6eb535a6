"""The texts that pages give their player: which, under which addresses, and how fresh."""

import html
import json
import re
from typing import Any

from django.test import Client
from starlette.testclient import TestClient

from accounts.models import User
from processing.captions.document import Cue, Document
from videos.models import Track, Video
from videos.playback.gate import Gate
from videos.playback.media import MediaApp
from videos.tracks import services


def add(video: Video, kind: str = "captions", **fields: Any) -> Track:
    text = Document((Cue(0, 2000, "In the beginning"),))
    return services.add(video.pk, kind=kind, origin="file", text=text, **fields)


def texts_of(client: Client, address: str) -> list[dict[str, Any]]:
    page = client.get(address).content.decode()
    given = re.search(r'data-texts="([^"]*)"', page)
    assert given
    return list(json.loads(html.unescape(given[1])))


def test_the_player_gets_captions_and_chapters_but_no_sound(
    client: Client, ready_video: Video, owner: User
) -> None:
    Video.objects.filter(pk=ready_video.pk).update(visibility="public")
    add(ready_video, "chapters", language="en")
    one = add(ready_video, language="en", is_default=True)
    add(ready_video, "subtitles", language="en")
    add(ready_video, "forced", label='"</vod-player>')
    services.add(ready_video.pk, kind="audio", origin="file")
    services.add(ready_video.pk, kind="captions", origin="generated")
    for address in (f"/watch/{ready_video.pk}/", f"/embed/{ready_video.pk}/"):
        given = texts_of(client, address)
        assert [text["kind"] for text in given] == ["captions", "subtitles", "forced", "chapters"]
        names = [text["name"] for text in given]
        assert names == ["English", "English 2", '"</vod-player>', "English"]
        assert given[0].items() >= {"id": str(one.pk), "language": "en", "default": True}.items()
        media = TestClient(MediaApp(gate=Gate(seconds=0)))  # type: ignore[arg-type]  # starlette's
        assert "In the beginning" in media.get(f"{given[0]['address']}.vtt").text


def test_who_has_heard_of_an_edit_never_reads_what_was_before(
    client: Client, ready_video: Video, owner: User
) -> None:
    client.force_login(owner)
    track = add(ready_video)
    [given] = texts_of(client, f"/watch/{ready_video.pk}/")
    media = TestClient(MediaApp(gate=Gate(seconds=0)))  # type: ignore[arg-type]  # starlette's
    assert "beginning" in media.get(f"{given['address']}.vtt?revision=1").text
    services.write_cues(track, [Cue(0, 2000, "Mended")], revision=1)
    [given] = texts_of(client, f"/watch/{ready_video.pk}/")
    assert given["revision"] == 2
    assert "Mended" in media.get(f"{given['address']}.vtt?revision=2").text
