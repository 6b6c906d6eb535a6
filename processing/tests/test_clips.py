"""Videos that are a part of their source, from the settings of the upload to the release."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.models import User
from processing import services
from processing.audit.release_audit import audit
from processing.ffmpeg.tests.clips import numbered, numbers_in
from processing.models import Run
from videos.ingest import services as ingest
from videos.ingest.settings import Clip, VideoSettings
from videos.models import Rendition, Upload, Video
from videos.storage import outputs

TONE = "sine=f=440:r=48000:d=8"
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-bf", "0", "-sc_threshold", "0"]


@pytest.fixture(scope="session")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds of numbered frames, 25 a second, with a keyframe each second."""
    path = tmp_path_factory.mktemp("numbered") / "a.mp4"
    return numbered(path, *X264, "-c:a", "aac", "-shortest", count=200, sound=TONE)


@pytest.fixture
def made(owner: User, numbers: Path, work_off: Callable[[], None]) -> Callable[[Clip], Video]:
    """Make a video of a clip of the numbered frames."""

    def make(clip: Clip) -> Video:
        file = ingest.describe_file(numbers, protocol=Upload.Protocol.COMMAND)
        video = ingest.take_file(owner, file, VideoSettings(clip=clip))
        work_off()
        return Video.objects.select_related("release", "source").get(pk=video.pk)

    return make


def _numbers(video: Video) -> list[int]:
    """The numbers of the frames in the download of a video."""
    assert video.release is not None
    rendition = Rendition.objects.filter(release=video.release).exclude(download_key="")[0]
    path = outputs().local_path(rendition.download_key)
    assert path is not None
    return numbers_in(path)


def test_hls_dash_mp4_and_poster_are_of_the_clip_alone(
    made: Callable[[Clip], Video], tmp_path: Path
) -> None:
    video = made(Clip(1.52, 5.32))
    assert video.status == Video.Status.READY
    assert video.release is not None
    assert video.release.duration == pytest.approx(3.8)
    assert _numbers(video) == list(range(38, 133))
    assert video.release.notices == []
    poster = outputs().local_path(video.release.poster_key)
    assert poster is not None
    (number,) = numbers_in(poster)
    assert 38 <= number < 133
    report = audit(video.release, deep=True, source=True)
    assert report["findings"] == []


def test_it_is_made_again_as_the_same_clip(
    made: Callable[[Clip], Video], work_off: Callable[[], None]
) -> None:
    video = made(Clip(6.0))
    first = _numbers(video)
    assert first == list(range(150, 200))
    services.reprocess(video)
    work_off()
    again = Video.objects.select_related("release").get(pk=video.pk)
    assert again.release_id != video.release_id
    assert _numbers(again) == first


@pytest.mark.parametrize(
    ("clip", "code"), [(Clip(9.0), "clip_outside"), (Clip(1.0, 1.01), "clip_too_short")]
)
def test_a_clip_that_cannot_be_made_fails_with_its_reason(
    made: Callable[[Clip], Video], clip: Clip, code: str
) -> None:
    video = made(clip)
    assert (video.status, video.error_code) == (Video.Status.FAILED, code)
    assert Run.objects.get().error_code == code


def test_an_end_after_that_of_the_file_is_noticed(made: Callable[[Clip], Video]) -> None:
    video = made(Clip(6.0, 20.0))
    assert video.release is not None
    (notice,) = video.release.notices or []
    assert notice["code"] == "clip_shortened"
    assert _numbers(video) == list(range(150, 200))
