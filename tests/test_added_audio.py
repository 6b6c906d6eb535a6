"""Audio that is added to a video as a track goes with its frames, and nothing else changes."""

from __future__ import annotations

import contextlib
import io
import json
import math
import struct
import subprocess
import wave
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import m3u8  # type: ignore[import-untyped]  # ships no types
import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from rest_framework.test import APIClient
from starlette.testclient import TestClient

from accounts.models import User
from processing import sounding
from processing.models import Task
from processing.pipeline import attempt, finish, work
from processing.pipeline.claim import claim
from processing.steps import sound
from tests.bad_server import serving, whole
from tests.domain import FFMPEG
from tests.killed import killed_at
from tests.networks import LOOPBACK
from videos.models import Chunk, Rendition, Sound, StoredObject, Track, Upload, Video
from videos.playback import services as playback
from videos.playback.gate import Gate
from videos.playback.media import MediaApp
from videos.playback.rendering import Renderer
from videos.storage import originals, outputs
from videos.tracks import services

pytestmark = [pytest.mark.django_db(transaction=True)]
RATE = 44_100
BEEPS = (0.0, 0.7, 2.25)


@pytest.fixture
def media() -> TestClient:
    """The media app by itself, which remembers nothing."""
    app = MediaApp(Renderer(growing_seconds=0), Gate(seconds=0))
    return TestClient(app)  # type: ignore[arg-type]  # starlette's own mapping


def beeps(at: Sequence[float], seconds: float) -> bytes:
    """A WAV with beeps of 1 kHz that begin at these seconds and last a tenth of one."""
    samples = [0] * round(seconds * RATE)
    for begin in at:
        first = round(begin * RATE)
        for n in range(min(RATE // 10, len(samples) - first)):
            samples[first + n] = round(20_000 * math.sin(2 * math.pi * 1000 * n / RATE))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return out.getvalue()


def made(api: APIClient, video: Video) -> dict[str, Any]:
    """The only track of a video, as its owner sees it."""
    (track,) = api.get(f"/api/v1/videos/{video.pk}/tracks/").json()["results"]
    return dict(track)


def add(api: APIClient, video: Video, body: bytes, name: str = "sound.wav", **more: Any) -> Any:
    form = {"file": SimpleUploadedFile(name, body), "kind": "audio", **more}
    return api.post(f"/api/v1/videos/{video.pk}/tracks/", form, format="multipart")


def address(video: Video, owner: User) -> str:
    fresh = Video.objects.select_related("source", "release").get(pk=video.pk)
    return playback.hls_url(fresh, owner) or ""


def listed(media: TestClient, master: str) -> dict[str, Any]:
    """The audio of a multivariant playlist by its names."""
    every = m3u8.loads(media.get(master).text).media
    return {one.name: one for one in every if one.type == "AUDIO"}


def bytes_of(media: TestClient, playlist: str) -> bytes:
    """All bytes that a player gets for a media playlist."""
    read = m3u8.loads(media.get(playlist).text)
    addresses = [read.segment_map[0].uri, *(one.uri for one in read.segments)]
    assert not any(one.byterange for one in read.segments)
    return b"".join(media.get(urljoin(playlist, one)).content for one in addresses)


def heard_at(body: bytes, folder: Path) -> list[float]:
    """The seconds at which beeps begin, of the audio as it is decoded."""
    path = folder / "got.mp4"
    path.write_bytes(body)
    argv = [*FFMPEG, "-i", str(path), "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-"]
    raw = subprocess.run(argv, check=True, capture_output=True).stdout
    samples = struct.unpack(f"<{len(raw) // 2}h", raw)
    found: list[float] = []
    quiet = RATE
    for number, value in enumerate(samples):
        if abs(value) < 3000:
            quiet += 1
            continue
        if quiet > RATE // 20:
            found.append(number / RATE)
        quiet = 0
    return found


@pytest.mark.slow
def test_it_is_heard_where_it_was_in_the_file(
    api: APIClient,
    ready_video: Video,
    owner: User,
    media: TestClient,
    work_off: Callable[[], None],
    tmp_path: Path,
) -> None:
    before = list(Chunk.objects.order_by("pk").values()), list(Rendition.objects.values())
    added = add(api, ready_video, beeps(BEEPS, 3.0), language="fr", label="Commentaire")
    assert added.status_code == 201, added.data
    assert added.data["status"] == "processing"
    master = address(ready_video, owner)
    assert "Commentaire" not in listed(media, master)
    work_off()
    assert (list(Chunk.objects.order_by("pk").values()), list(Rendition.objects.values())) == before

    track = made(api, ready_video)
    assert (track["status"], track["error"], track["offset"]) == ("ready", None, 0.0)
    audio = listed(media, master)
    assert (audio["Commentaire"].language, audio["Commentaire"].default) == ("fr", "NO")
    assert len(audio) == 2
    got = heard_at(bytes_of(media, urljoin(master, audio["Commentaire"].uri)), tmp_path)
    assert got == pytest.approx(list(BEEPS), abs=0.010)
    fresh = Video.objects.select_related("source", "release").get(pk=ready_video.pk)
    manifest = media.get(playback.dash_url(fresh, owner) or "").text
    assert "<Label>Commentaire</Label>" in manifest and track["id"] in manifest

    answer = api.delete(f"/api/v1/videos/{ready_video.pk}/tracks/{track['id']}/")
    assert answer.status_code == 204
    assert "Commentaire" not in listed(media, master)
    assert not Sound.objects.exists()
    left = StoredObject.objects.filter(state="deleting").values_list("storage", flat=True)
    assert sorted(left) == ["originals", "outputs"]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("offset", "lasts", "at", "notice"),
    [
        (0.5, 4.0, [0.5, 1.2, 2.75], "audio_cut"),
        (-0.5, 3.0, [0.2, 1.75], "audio_padded"),
    ],
)
def test_it_begins_at_its_offset_and_ends_with_the_frames(
    api: APIClient,
    ready_video: Video,
    owner: User,
    media: TestClient,
    work_off: Callable[[], None],
    tmp_path: Path,
    offset: float,
    lasts: float,
    at: list[float],
    notice: str,
) -> None:
    assert add(api, ready_video, beeps(BEEPS, lasts), offset=offset).status_code == 201
    work_off()
    track = made(api, ready_video)
    assert (track["status"], track["offset"]) == ("ready", offset)
    assert [one["code"] for one in track["notices"]] == [notice]
    sound = Sound.objects.get()
    assert sound.duration / sound.timescale == pytest.approx(3.0, abs=0.045)
    master = address(ready_video, owner)
    added = next(one for one in listed(media, master).values() if track["id"] in one.uri)
    got = heard_at(bytes_of(media, urljoin(master, added.uri)), tmp_path)
    assert got == pytest.approx(at, abs=0.010)


@pytest.mark.thorough
def test_it_can_be_what_plays_unasked(
    api: APIClient,
    ready_video: Video,
    owner: User,
    media: TestClient,
    work_off: Callable[[], None],
) -> None:
    add(api, ready_video, beeps(BEEPS, 3.0), label="Dub", default=True)
    work_off()
    defaults = {
        name: one.default for name, one in listed(media, address(ready_video, owner)).items()
    }
    assert defaults.pop("Dub") == "YES"
    assert set(defaults.values()) == {"NO"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (beeps((), 1.0), "audio_silent"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "audio_unreadable"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt " + b"\xff" * 400, "audio_unreadable"),
        (b"It is a text.", "audio_unreadable"),
    ],
)
def test_what_is_no_audio_fails_with_a_code(
    api: APIClient,
    ready_video: Video,
    work_off: Callable[[], None],
    leftovers: Callable[[], list[Path]],
    body: bytes,
    code: str,
) -> None:
    assert add(api, ready_video, body).status_code == 201
    work_off()
    track = made(api, ready_video)
    assert (track["status"], track["error"]["code"]) == ("failed", code)
    assert not Sound.objects.exists()
    assert leftovers() == []


@pytest.mark.thorough
def test_a_film_is_no_audio(
    api: APIClient, ready_video: Video, work_off: Callable[[], None], clip: Path
) -> None:
    add(api, ready_video, clip.read_bytes(), "film.mp4")
    work_off()
    assert made(api, ready_video)["error"]["code"] == "audio_has_video"


def test_an_empty_file_is_refused_at_once(api: APIClient, ready_video: Video) -> None:
    refused = add(api, ready_video, b"")
    assert (refused.status_code, refused.data["code"]) == (400, "file_empty")
    assert not Track.objects.exists()


@pytest.mark.thorough
def test_it_is_made_again_for_a_new_release_and_goes_with_the_video(
    api: APIClient, ready_video: Video, work_off: Callable[[], None]
) -> None:
    add(api, ready_video, beeps(BEEPS, 3.0))
    work_off()
    first = Sound.objects.get()
    assert api.post(f"/api/v1/videos/{ready_video.pk}/reprocess/").status_code == 202
    work_off()
    release = Video.objects.get(pk=ready_video.pk).release_id
    assert release != first.release_id
    again = Sound.objects.get(release=release)
    assert (again.duration, again.track_id) == (first.duration, first.track_id)
    original = Track.objects.get().original_key
    assert api.delete(f"/api/v1/videos/{ready_video.pk}/?purge=true").status_code == 204
    left = set(StoredObject.objects.exclude(state="deleting").values_list("key", flat=True))
    assert not {original, again.key} & left
    assert not Sound.objects.filter(release=release).exists()


@pytest.mark.thorough
def test_audio_added_while_a_video_is_processed_is_made_with_it(
    api: APIClient, video: Video, work_off: Callable[[], None]
) -> None:
    assert add(api, video, beeps(BEEPS, 3.0)).status_code == 201
    work_off()
    assert made(api, video)["status"] == "ready"
    assert Sound.objects.count() == 1


def test_others_with_the_same_release_do_not_hear_it(
    api: APIClient,
    ready_video: Video,
    owner: User,
    media: TestClient,
    work_off: Callable[[], None],
) -> None:
    twin = Video.objects.create(owner=owner, title="Twin")
    Video.objects.filter(pk=twin.pk).update(
        status="ready", playable=True, release=ready_video.release, source=ready_video.source
    )
    add(api, ready_video, beeps(BEEPS, 3.0), label="Dub")
    work_off()
    mine = listed(media, address(ready_video, owner))["Dub"].uri
    other = address(twin, owner)
    assert "Dub" not in listed(media, other)
    assert media.get(urljoin(other, mine)).status_code == 404
    of_nobody = urljoin(other, f"../{mine}")
    assert media.get(of_nobody).status_code == 404
    assert media.get(urljoin(address(ready_video, owner), mine)).status_code == 200


@pytest.mark.thorough
@pytest.mark.parametrize(
    "point", ["processing.steps.encode.tools.run", "videos.tracks.sounds.services.hold_track"]
)
def test_a_killed_worker_leaves_nothing_and_its_work_is_done_again(
    api: APIClient,
    ready_video: Video,
    work_off: Callable[[], None],
    leftovers: Callable[[], list[Path]],
    point: str,
) -> None:
    add(api, ready_video, beeps(BEEPS, 3.0))
    task = claim("media", worker="killed")
    assert task is not None and task.kind == "sound"
    killed_at(point, lambda: work.work_on(task))
    Task.objects.filter(pk=task.pk).update(lease_until="2000-01-01T00:00:00Z")
    assert finish.rescue(Task.objects.get(pk=task.pk))
    Task.objects.filter(pk=task.pk).update(not_before=None)
    work_off()
    assert made(api, ready_video)["status"] == "ready"
    (sound,) = Sound.objects.all()
    stored = StoredObject.objects.filter(release=ready_video.release_id, state="stored")
    assert stored.filter(key=sound.key).exists()
    attempt.mark_abandoned()
    writing = StoredObject.objects.filter(state="writing")
    assert not writing.exists()


def test_what_failed_or_was_canceled_is_told(
    api: APIClient,
    ready_video: Video,
    work_off: Callable[[], None],
) -> None:
    add(api, ready_video, beeps(BEEPS, 3.0))
    assert api.post(f"/api/v1/videos/{ready_video.pk}/cancel/").status_code == 202
    assert sounding.make_sounds() == 1
    track = made(api, ready_video)
    assert (track["status"], track["error"]["code"]) == ("failed", "audio_canceled")
    assert sounding.make_sounds() == 0


@pytest.mark.thorough
def test_a_track_that_nobody_queued_is_made_all_the_same(
    api: APIClient,
    ready_video: Video,
    work_off: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sounding, "begin", lambda _: False)
        add(api, ready_video, beeps(BEEPS, 3.0))
    work_off()
    assert made(api, ready_video)["status"] == "processing"
    assert sounding.make_sounds() == 1
    work_off()
    assert made(api, ready_video)["status"] == "ready"


@pytest.mark.thorough
def test_it_is_fetched_from_a_url(
    api: APIClient,
    ready_video: Video,
    work_off: Callable[[], None],
    settings: LazySettings,
    leftovers: Callable[[], list[Path]],
) -> None:
    settings.FETCH_PRIVATE = LOOPBACK
    address = f"/api/v1/videos/{ready_video.pk}/tracks/"
    with serving() as server:
        server.at("/beeps.wav", whole(beeps(BEEPS, 3.0)))
        for path in ("/beeps.wav", "/none.wav"):
            form = {"kind": "audio", "url": server.url(path)}
            assert api.post(address, form, "json").status_code == 201
        work_off()
        assert sounding.make_sounds() == 1  # the second had to wait for the first
        work_off()
    assert sounding.make_sounds() == 1  # tells what could not be fetched
    first, second = api.get(address).json()["results"]
    assert (first["status"], first["origin"]) == ("ready", "url")
    assert (second["status"], second["error"]["code"]) == ("failed", "fetch_not_found")
    kept = Track.objects.get(pk=first["id"])
    assert (kept.filename, kept.url) == ("beeps.wav", "")
    assert originals().object_size(kept.original_key) == kept.original_bytes
    assert not Upload.objects.filter(video=None).exists()
    assert leftovers() == []


@pytest.mark.thorough
def test_a_track_that_is_deleted_while_it_is_made_leaves_nothing(
    api: APIClient,
    ready_video: Video,
    work_off: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = sound._store

    def deleted_meanwhile(*given: Any) -> None:
        store(*given)
        services.delete(Track.objects.get())

    monkeypatch.setattr(sound, "_store", deleted_meanwhile)
    before = set(StoredObject.objects.filter(state="stored").values_list("key", flat=True))
    add(api, ready_video, beeps(BEEPS, 3.0))
    work_off()
    assert not Sound.objects.exists()
    left = StoredObject.objects.exclude(key__in=before)
    assert set(left.values_list("state", flat=True)) == {"deleting"}


@pytest.mark.thorough
def test_fsck_knows_its_files(
    api: APIClient, ready_video: Video, work_off: Callable[[], None]
) -> None:
    def found() -> list[dict[str, Any]]:
        out = io.StringIO()
        with contextlib.suppress(SystemExit):
            call_command("fsck", "--json", stdout=out)
        told = [json.loads(line) for line in out.getvalue().splitlines()]
        return [one for one in told if one["kind"] in ("missing", "orphaned", "unused", "size")]

    add(api, ready_video, beeps(BEEPS, 3.0))
    work_off()
    assert found() == []
    (made_for,) = Sound.objects.all()
    outputs().delete_keys([made_for.key])
    originals().delete_keys([Track.objects.get().original_key])
    lost = found()
    assert {one["key"] for one in lost} == {made_for.key, Track.objects.get().original_key}
    assert {one["kind"] for one in lost} == {"missing"}
    assert all(one["videos"] == [str(ready_video.pk)] for one in lost)
