"""The subtitles and the chapters inside a source become tracks of its video."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from processing import remaking, services
from processing.captions import embedded, reading
from processing.captions.errors import CaptionsUnreadable
from processing.ffmpeg.tests.broadcasts import PAIRS, broadcast
from processing.models import Task
from processing.pipeline import finish, work
from tests.domain import FFMPEG
from tests.killed import killed_at
from videos import duplicates
from videos.ingest import services as ingest
from videos.ingest.settings import VideoSettings
from videos.models import Cue, Event, Track, Upload, Video
from videos.tracks import services as tracks

pytestmark = [pytest.mark.django_db(transaction=True)]
CHAPTERS = """;FFMETADATA1
[CHAPTER]
TIMEBASE=1/1000
START=5000
END=6000
title=Intro
[CHAPTER]
TIMEBASE=1/1000
START=6000
END=7000
title=The <rest>
"""
SRT = "1\n00:00:00,500 --> 00:00:01,500\n{}\n"


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds with three streams of text and two chapters, whose clock begins at 5 seconds."""
    folder = tmp_path_factory.mktemp("film")
    (folder / "chapters.txt").write_text(CHAPTERS)
    argv = [*FFMPEG, "-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=2"]
    argv += ["-f", "lavfi", "-i", "sine=d=2"]
    for name in ("hello", "bonjour", "forced"):
        (folder / f"{name}.srt").write_text(SRT.format(name))
        argv += ["-i", str(folder / f"{name}.srt")]
    argv += ["-i", str(folder / "chapters.txt"), "-map_metadata", "5", "-map_chapters", "5"]
    argv += [part for number in range(5) for part in ("-map", str(number))]
    argv += ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-c:s", "srt"]
    argv += ["-metadata:s:s:0", "language=eng", "-metadata:s:s:1", "language=fre"]
    argv += ["-metadata:s:s:1", "title=Malentendants", "-metadata:s:s:2", "language=eng"]
    argv += ["-disposition:s:0", "default", "-disposition:s:1", "hearing_impaired"]
    argv += ["-disposition:s:2", "forced", "-output_ts_offset", "5", str(folder / "film.mkv")]
    subprocess.run(argv, check=True)
    return folder / "film.mkv"


@pytest.fixture
def made(take_in: Callable[[Path], Video], work_off: Callable[[], None], film: Path) -> Video:
    """The video of that film, ready."""
    video = take_in(film)
    work_off()
    return Video.objects.get(pk=video.pk)


def _rows(video: Video) -> list[tuple[object, ...]]:
    rows = Track.objects.filter(video=video).order_by("stream")
    return [(t.kind, t.language, t.label, t.is_default, t.state) for t in rows]


def _cues(track: Track) -> list[tuple[int, int, str]]:
    return list(Cue.objects.filter(track=track).values_list("start", "end", "text"))


def _track(video: Video, kind: str) -> Track:
    return Track.objects.get(video=video, kind=kind)


def test_subtitles_and_chapters_of_the_file_become_tracks(made: Video, api: APIClient) -> None:
    assert _rows(made) == [
        ("subtitles", "en", "", True, "ready"),
        ("captions", "fr", "Malentendants", False, "ready"),
        ("forced", "en", "", False, "ready"),
        ("chapters", "", "", False, "ready"),
    ]
    assert _cues(_track(made, "captions")) == [(500, 1500, "bonjour")]
    chapters = _cues(_track(made, "chapters"))
    assert [(start, text) for start, _, text in chapters] == [
        (0, "Intro"),
        (1000, "The &lt;rest&gt;"),
    ]
    shown = api.get(f"/api/v1/videos/{made.pk}/tracks/").json()["results"]
    assert {track["origin"] for track in shown} == {"embedded"}

    # Again: what nobody touched stays one track, edits stay, and what was deleted stays away.
    tracks.write_cues(_track(made, "captions"), (), revision=None)
    tracks.edit(_track(made, "subtitles"), label="Original")
    tracks.delete(_track(made, "forced"))
    before = Event.objects.filter(type__startswith="video.track").count()
    services.reprocess(made)
    for queue in ("media", "encode", "media", "encode", "media"):
        work.drain(queue)
    assert _rows(made) == [
        ("subtitles", "en", "Original", True, "ready"),
        ("captions", "fr", "Malentendants", False, "ready"),
        ("chapters", "", "", False, "ready"),
    ]
    assert _cues(_track(made, "captions")) == []
    assert Event.objects.filter(type__startswith="video.track").count() == before


def test_deleted_subtitles_come_back_when_somebody_asks(
    made: Video, api: APIClient, work_off: Callable[[], None]
) -> None:
    tracks.delete(_track(made, "forced"))
    asked = api.post(f"/api/v1/videos/{made.pk}/reprocess/", {"only": ["subtitles"]}, "json")
    assert asked.status_code == 202
    work_off()
    assert _cues(_track(made, "forced")) == [(500, 1500, "forced")]
    assert Track.objects.filter(video=made).count() == 4


def test_a_killed_reading_leaves_no_track_twice(
    take_in: Callable[[Path], Video], work_off: Callable[[], None], film: Path
) -> None:
    video = take_in(film)
    for queue in ("media", "encode"):
        work.drain(queue)
    killed_at("processing.steps.subtitles._record", lambda: work.drain("media"))
    assert not Track.objects.exists()
    killed = Task.objects.get(kind="subtitles", state=Task.State.RUNNING)
    Task.objects.filter(pk=killed.pk).update(lease_until="2000-01-01T00:00:00Z")
    assert finish.rescue(Task.objects.get(pk=killed.pk))
    Task.objects.filter(pk=killed.pk).update(not_before=None)
    work_off()
    assert Track.objects.filter(video=video).count() == 4


def test_a_stream_that_cannot_be_read_fails_alone(
    made: Video, monkeypatch: pytest.MonkeyPatch, work_off: Callable[[], None]
) -> None:
    Track.objects.all().delete()
    read = reading.read

    def broken(data: bytes, **named: str) -> object:
        if b"bonjour" in data:
            raise CaptionsUnreadable("captions_malformed")
        return read(data, **named)

    monkeypatch.setattr(embedded, "read", broken)
    remaking.remake(made, ["subtitles"])
    work_off()
    states = Track.objects.filter(video=made).order_by("stream").values_list("state", "error_code")
    assert list(states)[:3] == [("ready", ""), ("failed", "captions_malformed"), ("ready", "")]
    assert Video.objects.get(pk=made.pk).status == Video.Status.READY


def test_a_duplicate_that_shares_the_release_gets_the_tracks(
    made: Video, owner: User, film: Path, work_off: Callable[[], None]
) -> None:
    file = ingest.describe_file(film, protocol=Upload.Protocol.COMMAND)
    wanted = VideoSettings(title="Again", on_duplicate=duplicates.SHARE)
    again = ingest.take_file(owner, file, wanted)
    work_off()
    again.refresh_from_db()
    assert again.release_id == made.release_id
    assert _rows(again) == _rows(made)
    assert _cues(_track(again, "captions")) == [(500, 1500, "bonjour")]


def test_captions_of_television_in_the_frames_become_a_track(
    take_in: Callable[[Path], Video], work_off: Callable[[], None], tmp_path: Path
) -> None:
    broadcast(tmp_path / "recording.ts", PAIRS)
    video = take_in(tmp_path / "recording.ts")
    work_off()
    track = Track.objects.get(video=video)
    assert (track.kind, track.origin, track.state) == ("captions", "embedded", "ready")
    cue = Cue.objects.get(track=track)
    assert cue.text == "Hello"
    assert abs(cue.start - 1320) <= 80
