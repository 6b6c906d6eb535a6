"""`manage.py check_release`: what was made is looked at again, down to the bytes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from processing.models import Task
from videos.models import Chunk, Release, Rendition, Source, Video
from videos.storage import originals, outputs

pytestmark = pytest.mark.slow


@pytest.fixture
def chunk(ready_video: Video) -> Path:
    """The file of a chunk of frames."""
    key = Chunk.objects.filter(rendition__name="180p").order_by("number")[0].key
    path = outputs().local_path(key)
    assert path is not None
    return path


def check(video: Video, *options: str) -> str:
    out = StringIO()
    call_command("check_release", str(video.pk), *options, stdout=out, no_color=True)
    return out.getvalue()


def refused(video: Video, *options: str) -> list[str]:
    with pytest.raises(SystemExit) as caught:
        check(video, *options)
    assert caught.value.code == 1
    release = Release.objects.get()
    assert release.report is not None
    assert release.report["ok"] is False
    return [finding["code"] for finding in release.report["findings"] if finding["must"]]


def test_a_good_release_passes_and_its_report_is_kept(ready_video: Video) -> None:
    kept = Release.objects.get().report
    assert kept is not None
    assert (kept["ok"], kept["checked"]) == (True, "rows")
    text = check(ready_video, "--decode")
    assert "180p         320x180" in text
    assert "audio" in text
    assert text.splitlines()[-1] == "Everything is right; frames were checked."
    kept = Release.objects.get().report
    assert kept is not None
    assert kept["checked"] == "frames"
    assert {one["name"] for one in kept["renditions"]} == {"180p", "audio"}


def test_a_row_that_tells_something_else_is_found(ready_video: Video) -> None:
    Rendition.objects.filter(name="180p").update(peak_bitrate=1)
    assert refused(ready_video) == ["bandwidth"]


def test_bytes_that_changed_are_found_by_a_deep_look_only(ready_video: Video, chunk: Path) -> None:
    data = bytearray(chunk.read_bytes())
    at = data.index(b"tfdt") + 12
    data[at + 3] ^= 1
    chunk.write_bytes(data)
    check(ready_video)
    assert "not_continuous" in refused(ready_video, "--deep")


def test_a_file_cut_short_or_gone_is_found(ready_video: Video, chunk: Path) -> None:
    chunk.write_bytes(chunk.read_bytes()[:-100])
    assert {"size", "malformed"} <= set(refused(ready_video, "--deep"))
    chunk.unlink()
    assert refused(ready_video, "--deep") == ["missing"]


def test_frames_that_cannot_be_decoded_are_found(ready_video: Video, chunk: Path) -> None:
    data = bytearray(chunk.read_bytes())
    begin = data.index(b"mdat") + 4 + 1500
    data[begin : begin + 1500] = bytes(1500)
    chunk.write_bytes(data)
    assert "decoding" in refused(ready_video, "--decode")


def draw(path: Path, pictures: str, sound: str) -> Path:
    """Three seconds of 25 frames, as the clip."""
    argv = [
        "ffmpeg",
        "-v",
        "error",
        "-y",
        "-f",
        "lavfi",
        "-i",
        pictures,
        "-f",
        "lavfi",
        "-i",
        sound,
    ]
    argv += ["-t", "3", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    subprocess.run([*argv, "-c:a", "aac", str(path)], check=True)
    return path


MOVING, FROZEN = "testsrc2=size=320x180:rate=25", "smptebars=size=320x180:rate=25"
TONE, SILENCE = "sine=frequency=440", "anullsrc=r=44100:cl=mono"


def replace_original(path: Path) -> None:
    """As if the release had been made of something else than it was."""
    stored = originals().local_path(Source.objects.get().key)
    assert stored is not None
    stored.unlink()
    stored.write_bytes(path.read_bytes())


def test_a_deep_look_decodes_the_source_again(ready_video: Video) -> None:
    said = check(ready_video, "--deep")
    assert said.splitlines()[-1] == "Everything is right; bytes and the source were checked."
    assert "note " not in "".join(said.splitlines()[2:])


def test_other_frames_than_the_sources_are_found(ready_video: Video, tmp_path: Path) -> None:
    replace_original(draw(tmp_path / "a.mp4", FROZEN, TONE))
    assert refused(ready_video, "--deep") == ["source_pictures"]


def test_frames_that_were_lost_are_found(
    tmp_path: Path, take_in: Callable[[Path], Video], work_off: Callable[[], None]
) -> None:
    video = take_in(draw(tmp_path / "a.mp4", FROZEN, TONE))
    work_off()
    flicker = f"{FROZEN},eq=brightness='0.03*mod(n,2)':eval=frame"
    replace_original(draw(tmp_path / "b.mp4", flicker, TONE))
    assert refused(video, "--deep") == ["source_distinct"]


def test_audio_that_was_lost_is_found(
    tmp_path: Path, take_in: Callable[[Path], Video], work_off: Callable[[], None]
) -> None:
    video = take_in(draw(tmp_path / "a.mp4", MOVING, SILENCE))
    work_off()
    replace_original(draw(tmp_path / "b.mp4", MOVING, TONE))
    assert refused(video, "--deep") == ["source_sound"]


def test_a_source_that_is_gone_is_noted(ready_video: Video) -> None:
    stored = originals().local_path(Source.objects.get().key)
    assert stored is not None
    stored.unlink()
    said = check(ready_video, "--deep")
    assert "note  The original is not stored, so nothing was held against it." in said


def test_what_no_notice_says_is_noted(ready_video: Video) -> None:
    task = Task.objects.get(kind="encode", number=0)
    Task.objects.filter(pk=task.pk).update(counted={**(task.counted or {}), "frames": 3})
    assert "source_frames" in refused(ready_video, "--deep")


def test_a_release_that_grows_is_not_checked(ready_video: Video) -> None:
    Release.objects.update(state=Release.State.GROWING)
    with pytest.raises(CommandError, match="no complete release"):
        check(ready_video)
    with pytest.raises(CommandError, match="no video"):
        call_command("check_release", "0190a2b4-0000-7000-8000-000000000000")
