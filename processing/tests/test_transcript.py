"""What is said in a video becomes captions, in a step that nothing waits for."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from rest_framework.test import APIClient

from accounts.models import User
from processing.captions.document import Cue as shown
from processing.captions.document import Document, Word
from processing.ffmpeg.errors import Interrupted
from processing.models import EncodingProfile, Run, Task
from processing.pipeline import finish, work
from processing.pipeline.claim import claim
from processing.speech.tests import spoken as voice
from processing.speech.tests.spoken import SENTENCE, Spoken
from processing.speech.transcribe import Transcript, TranscriptionFailed
from processing.steps import transcript
from tests.killed import killed_at
from tests.servers.process import wait_until
from tests.shipped_profiles import LEFT_OUT
from videos.ingest import services as ingest
from videos.ingest.settings import VideoSettings
from videos.models import Cue, Event, Track, Upload, Video
from videos.tracks import services

pytestmark = [pytest.mark.django_db(transaction=True)]
WORDS = (Word(500, 900, " Good"), Word(900, 1500, " morning."))


@pytest.fixture
def engine(settings: LazySettings) -> None:
    """The engine whose package has a model."""
    settings.TRANSCRIBER, settings.TRANSCRIBER_VIDEOS = "pocketsphinx", "asked"


class Pretended:
    """An engine that hears at once what it is told to."""

    def __init__(self) -> None:
        self.words: tuple[Word, ...] = WORDS
        self.languages: list[str] = []
        self.failure: Exception | None = None

    def __call__(self, sound: Path, folder: Path, request: Any, *rest: Any, **more: Any) -> Any:
        self.languages.append(request.language)
        more["report"](1.0)
        if self.failure is not None:
            raise self.failure
        return Transcript("en" if self.words else "", self.words, "pretended", "none")


@pytest.fixture
def pretended(engine: None, monkeypatch: pytest.MonkeyPatch) -> Pretended:
    one = Pretended()
    monkeypatch.setattr(transcript, "transcribe", one)
    return one


@pytest.fixture
def spoken(tmp_path: Path) -> Spoken:
    """A film in which a sentence is said, whose clock begins at 7 s."""
    said = voice.clip(tmp_path, before=1500)
    film = tmp_path / "film.mp4"
    frames = ["-f", "lavfi", "-i", "color=c=navy:size=320x180:rate=25", "-i", str(said.path)]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-shortest"]
    command = ["ffmpeg", "-v", "error", *frames, *codecs, "-output_ts_offset", "7", str(film)]
    subprocess.run(command, check=True)
    return replace(said, path=film)


def ask(api: APIClient, video: Video, **body: str) -> Any:
    return api.post(f"/api/v1/videos/{video.pk}/transcribe/", body, format="json")


def generated() -> Track:
    return Track.objects.get(origin="generated")


@pytest.mark.usefixtures("engine")
def test_a_spoken_video_gets_captions_with_the_times_of_its_words(
    spoken: Spoken,
    api: APIClient,
    take_in: Callable[[Path], Video],
    work_off: Callable[[], None],
    settings: LazySettings,
    leftovers: Callable[[], list[Path]],
) -> None:
    settings.TRANSCRIBER_VIDEOS = "all"
    video = take_in(spoken.path)
    work_off()
    track = generated()
    assert (track.video_id, track.kind, track.state) == (video.pk, "captions", "ready")
    assert (track.language, track.is_default, track.edited) == ("en", False, False)
    [cue] = Cue.objects.filter(track=track)
    assert cue.plain == SENTENCE
    assert cue.words is not None
    assert [word for _, _, word in cue.words] == SENTENCE.split()
    assert abs(cue.words[0][0] - spoken.start) <= 300
    assert abs(cue.words[-1][1] - spoken.end) <= 300
    assert track.notices[0]["details"] == {"engine": "pocketsphinx", "model": "en-us"}
    assert Event.objects.filter(type="video.track.ready").count() == 1
    assert Run.objects.get().status == Run.Status.SUCCEEDED
    assert [path for path in leftovers() if path.is_file()] == []
    told = api.get(f"/api/v1/videos/{video.pk}/transcript.json").json()
    assert [one["text"] for one in told["segments"]] == [SENTENCE]
    [found] = api.get("/api/v1/videos/?search=market").json()["results"]
    assert abs(found["matches"][0]["time"] * 1000 - spoken.start) <= 300


def test_who_asks_gets_captions_of_a_ready_video(
    ready_video: Video, api: APIClient, work_off: Callable[[], None], pretended: Pretended
) -> None:
    answer = ask(api, ready_video, language="de")
    assert answer.status_code == 202
    job = answer.json()["id"]
    assert Video.objects.get().status == "ready"
    assert api.get(f"/api/v1/videos/{ready_video.pk}/").json()["status"] == "ready"
    work_off()
    assert pretended.languages == ["de"]
    tasks = api.get(f"/api/v1/jobs/{job}/").json()["tasks"]
    assert {"transcript": "done"}.items() <= {one["kind"]: one["state"] for one in tasks}.items()
    [listed] = api.get(f"/api/v1/videos/{ready_video.pk}/tracks/").json()["results"]
    assert (listed["origin"], listed["language"], listed["status"]) == ("generated", "en", "ready")
    assert listed["name"] == "English (automatic)"
    assert Cue.objects.get().text == "Good morning."


def test_what_people_wrote_is_the_transcript_rather_than_what_was_recognised(
    ready_video: Video, api: APIClient, work_off: Callable[[], None], pretended: Pretended
) -> None:
    ask(api, ready_video)
    work_off()
    transcript_of = f"/api/v1/videos/{ready_video.pk}/transcript.json"
    assert api.get(transcript_of).json()["track"] == str(generated().pk)
    text = Document((shown(0, 1000, "Good morning!"),))
    written = services.add(ready_video.pk, kind="subtitles", origin="api", text=text, language="en")
    assert api.get(transcript_of).json()["track"] == str(written.pk)


def test_a_later_recognition_replaces_the_text(
    ready_video: Video, api: APIClient, work_off: Callable[[], None], pretended: Pretended
) -> None:
    ask(api, ready_video)
    work_off()
    before = generated()
    pretended.words = (Word(500, 900, " Hello."),)
    ask(api, ready_video)
    work_off()
    assert generated().pk == before.pk
    assert generated().revision > before.revision
    assert [cue.text for cue in Cue.objects.all()] == ["Hello."]


def test_what_somebody_edited_stays(
    ready_video: Video, api: APIClient, work_off: Callable[[], None], pretended: Pretended
) -> None:
    ask(api, ready_video)
    work_off()
    edited = services.write_cues(generated(), [], revision=None)
    ask(api, ready_video)
    work_off()
    assert set(Track.objects.values_list("pk", "edited")) == {
        (edited.pk, True),
        (Track.objects.latest("pk").pk, False),
    }
    assert not Cue.objects.filter(track=edited).exists()


@pytest.mark.usefixtures("pretended")
def test_a_video_that_is_made_anew_is_not_transcribed_again_over_somebodys_work(
    ready_video: Video, api: APIClient, work_off: Callable[[], None], settings: LazySettings
) -> None:
    ask(api, ready_video)
    work_off()
    services.write_cues(generated(), [], revision=None)
    settings.TRANSCRIBER_VIDEOS = "all"
    assert api.post(f"/api/v1/videos/{ready_video.pk}/reprocess/").status_code == 202
    work_off()
    assert Task.objects.filter(kind="transcript", state="done").count() == 2
    assert Track.objects.count() == 1


def test_who_asks_is_told_that_nothing_is_said(
    ready_video: Video, api: APIClient, work_off: Callable[[], None], pretended: Pretended
) -> None:
    pretended.words = ()
    ask(api, ready_video)
    work_off()
    track = generated()
    assert (track.state, track.error_code) == ("failed", "speech_not_found")
    pretended.words = WORDS
    ask(api, ready_video)
    work_off()
    assert (generated().state, Cue.objects.count()) == ("ready", 1)


def test_an_engine_that_fails_harms_neither_video_nor_job(
    ready_video: Video, api: APIClient, work_off: Callable[[], None], pretended: Pretended
) -> None:
    pretended.failure = TranscriptionFailed()
    job = ask(api, ready_video).json()["id"]
    work_off()
    told = api.get(f"/api/v1/jobs/{job}/").json()
    [task] = [one for one in told["tasks"] if one["kind"] == "transcript"]
    assert (told["status"], task["error"]["code"]) == ("succeeded", "transcription_failed")
    assert not Track.objects.exists()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"TRANSCRIBER": "off"}, "transcription_off"),
        ({"TRANSCRIBER_SECONDS": 2}, "too_long_to_transcribe"),
    ],
)
@pytest.mark.usefixtures("engine")
def test_what_cannot_be_transcribed_is_refused(
    ready_video: Video,
    api: APIClient,
    settings: LazySettings,
    changed: dict[str, object],
    code: str,
) -> None:
    for name, value in changed.items():
        setattr(settings, name, value)
    answer = ask(api, ready_video)
    assert (answer.status_code, answer.json()["code"]) == (409, code)


@pytest.mark.usefixtures("engine")
def test_a_video_without_sound_is_refused_and_not_transcribed(
    tmp_path: Path,
    take_in: Callable[[Path], Video],
    work_off: Callable[[], None],
    api: APIClient,
    settings: LazySettings,
) -> None:
    settings.TRANSCRIBER_VIDEOS = "all"
    silent = tmp_path / "silent.mp4"
    frames = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=1"]
    subprocess.run(["ffmpeg", "-v", "error", *frames, str(silent)], check=True)
    video = take_in(silent)
    work_off()
    assert not Task.objects.filter(kind="transcript").exists()
    assert ask(api, video).json()["code"] == "nothing_to_hear"


@pytest.mark.usefixtures("engine")
def test_a_language_that_is_no_tag_is_refused(ready_video: Video, api: APIClient) -> None:
    answer = ask(api, ready_video, language="german!")
    assert (answer.status_code, Task.objects.filter(kind="transcript").exists()) == (400, False)


@pytest.mark.usefixtures("pretended")
def test_a_profile_may_leave_it_out(
    settings: LazySettings,
    take_in: Callable[[Path], Video],
    clip: Path,
    work_off: Callable[[], None],
) -> None:
    settings.TRANSCRIBER_VIDEOS = "all"
    for left_out, made in (["transcript"], 0), ([], 1):
        EncodingProfile.objects.update(left_out=[*LEFT_OUT, *left_out])
        take_in(clip)
        work_off()
        assert Track.objects.count() == made


def test_long_videos_are_not_transcribed_unasked(settings: LazySettings) -> None:
    settings.TRANSCRIBER, settings.TRANSCRIBER_VIDEOS = "pocketsphinx", "all"
    settings.TRANSCRIBER_SECONDS = 60
    assert transcript.left_out(60) == ()
    assert transcript.left_out(61) == ("transcript",)
    settings.TRANSCRIBER_VIDEOS = "asked"
    assert transcript.left_out(1) == ("transcript",)


def test_the_command_transcribes_what_lacks_it(
    ready_video: Video, work_off: Callable[[], None], pretended: Pretended
) -> None:
    for expected in ("1 will be transcribed.", "0 will be transcribed."):
        told = StringIO()
        call_command("reprocess", "--only", "transcript", "--missing", stdout=told)
        assert expected in told.getvalue()
        work_off()
    assert generated().state == "ready"


@pytest.mark.usefixtures("engine")
def test_the_command_says_why_not(ready_video: Video, settings: LazySettings) -> None:
    settings.TRANSCRIBER = "off"
    told = StringIO()
    call_command("reprocess", str(ready_video.pk), "--only", "transcript", stderr=told)
    assert "VODLOOM_TRANSCRIBER is off, skipped" in told.getvalue()


@pytest.mark.parametrize(
    "point",
    [
        "processing.ffmpeg.running.runner._follow",  # while FFmpeg runs
        "processing.pipeline.finish.finish",  # when all is recognised
        "videos.tracks.services._told",  # when the cues are written
        "processing.pipeline.advance.go_on",  # just before the commit
    ],
)
def test_a_worker_that_is_killed_leaves_nothing_and_its_work_is_done_again(
    ready_video: Video,
    api: APIClient,
    work_off: Callable[[], None],
    pretended: Pretended,
    point: str,
) -> None:
    ask(api, ready_video)
    task = claim("speech", worker="killed")
    assert task is not None
    killed_at(point, lambda: work.work_on(task))
    assert not Track.objects.exists()
    Task.objects.filter(pk=task.pk).update(lease_until="2000-01-01T00:00:00Z")
    assert finish.rescue(Task.objects.get(pk=task.pk))
    Task.objects.filter(pk=task.pk).update(not_before=None)
    work_off()
    assert [cue.text for cue in Cue.objects.filter(track=generated())] == ["Good morning."]
    assert Run.objects.get().status == Run.Status.SUCCEEDED


def test_a_canceled_transcription_is_stopped_and_the_video_stays(
    ready_video: Video,
    api: APIClient,
    work_off: Callable[[], None],
    pretended: Pretended,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def hear(*args: Any, **more: Any) -> Any:
        assert api.post(f"/api/v1/videos/{ready_video.pk}/cancel/").status_code == 202
        wait_until(lambda: more["should_stop"]() is not None, "the engine is told to stop")
        raise Interrupted("canceled")

    monkeypatch.setattr(transcript, "transcribe", hear)
    ask(api, ready_video)
    work_off()
    assert Task.objects.get(kind="transcript").state == Task.State.CANCELED
    assert (Video.objects.get().status, Track.objects.count()) == ("ready", 0)


def test_videos_that_share_a_release_share_its_captions(
    ready_video: Video,
    api: APIClient,
    work_off: Callable[[], None],
    pretended: Pretended,
    stranger: User,
) -> None:
    other = Video.objects.create(owner=stranger, title="The same", release=ready_video.release)
    ask(api, ready_video)
    work_off()
    assert set(Track.objects.values_list("video", flat=True)) == {ready_video.pk, other.pk}


def test_others_may_not_ask(
    ready_video: Video, as_user: Callable[[User], APIClient], stranger: User, engine: None
) -> None:
    assert ask(as_user(stranger), ready_video).status_code == 404


def test_the_same_file_again_gets_the_captions_of_the_first(
    ready_video: Video,
    api: APIClient,
    work_off: Callable[[], None],
    pretended: Pretended,
    owner: User,
    clip: Path,
) -> None:
    ask(api, ready_video)
    work_off()
    file = ingest.describe_file(clip, protocol=Upload.Protocol.COMMAND)
    again = ingest.take_file(owner, file, VideoSettings(on_duplicate="share"))
    work_off()
    assert Video.objects.get(pk=again.pk).release_id == ready_video.release_id
    copied = Track.objects.get(video=again)
    assert (copied.origin, copied.language) == ("generated", "en")
    assert Cue.objects.get(track=copied).words == [[500, 900, "Good"], [900, 1500, "morning."]]
    assert len(pretended.languages) == 1


def test_its_progress_is_told_and_its_memory_counted(
    ready_video: Video,
    api: APIClient,
    work_off: Callable[[], None],
    pretended: Pretended,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def hear(*args: Any, **more: Any) -> Any:
        def is_told() -> bool:
            more["report"](0.5)
            return Task.objects.get(kind="transcript").progress == 0.5

        wait_until(is_told, "the progress is told")
        told = api.get(f"/api/v1/videos/{ready_video.pk}/").json()
        seen.append((told["status"], told["job"]["status"]))
        return pretended(*args, **more)

    seen: list[tuple[str, str]] = []
    monkeypatch.setattr(transcript, "transcribe", hear)
    ask(api, ready_video)
    assert Task.objects.get(kind="transcript").memory >= 1024**3
    work_off()
    assert seen == [("ready", "running")]
