"""A video whose profile asks for AV1 and Opus too, from its file to a release that was checked."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from processing import services
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.ffmpeg.tests.clips import asked
from processing.models import AlternateRung, EncodingProfile, EncodingRung, Run
from processing.packaging.addresses import Address
from videos.models import Rendition, Video
from videos.playback import playlists
from videos.storage import outputs

pytestmark = pytest.mark.slow


@pytest.fixture
def both(db: None) -> EncodingProfile:
    """H.264 and AV1, AAC and Opus, and a file to download."""
    made = EncodingProfile.objects.create(name="both", also_opus=True, preset="ultrafast")
    sizes = {"profile": made, "short_side": 180}
    EncodingRung.objects.create(**sizes, crf=24, maxrate_kbps=600, download=True)
    AlternateRung.objects.create(**sizes, codec="av1", crf=40, preset="12", maxrate_kbps=400)
    return made


def processed(video: Video, work_off: Callable[[], None]) -> Video:
    run = services.reprocess(video, profile="both")
    work_off()
    run.refresh_from_db()
    video.refresh_from_db()
    return video


def test_it_is_made_in_all_of_them_and_right(
    ready_video: Video, both: EncodingProfile, work_off: Callable[[], None], tmp_path: Path
) -> None:
    before = ready_video.release_id
    video = processed(ready_video, work_off)
    release = video.release
    assert release is not None
    assert release.pk != before
    rows = Rendition.objects.filter(release=release)
    assert set(rows.values_list("name", "kind", "codec")) == {
        ("180p", "video", "h264"),
        ("180p-av1", "video", "av1"),
        ("audio", "audio", "aac"),
        ("audio-opus", "audio", "opus"),
    }
    said = StringIO()
    call_command("check_release", str(video.pk), "--deep", "--decode", stdout=said, no_color=True)
    verdict = "Everything is right; frames and the source were checked."
    assert said.getvalue().splitlines()[-1] == verdict

    text = playlists.render(release, "master.m3u8", address_of=Address)
    assert text.index("180p.m3u8") < text.index("180p-av1.m3u8")
    assert 'CODECS="av01.0.00M.08,opus"' in text
    assert (
        playlists.render(release, "180p-av1-iframes.m3u8", address_of=Address).count("#EXTINF") >= 1
    )
    manifest = playlists.render(release, "manifest.mpd", address_of=Address)
    assert manifest.count("<AdaptationSet") == 4

    offered = [row for row in rows if row.download_key]
    assert [row.name for row in offered] == ["180p"]
    outputs().fetch(offered[0].download_key, tmp_path / "a.mp4")
    streams = asked(tmp_path / "a.mp4", "-show_entries", "stream=codec_name")["streams"]
    assert [stream["codec_name"] for stream in streams] == ["h264", "aac"]


def test_where_ffmpeg_has_no_encoder_the_run_says_so(
    ready_video: Video,
    both: EncodingProfile,
    work_off: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = ready_video.release_id
    monkeypatch.setattr(FFmpeg, "has_encoder", lambda self, name: name != "libsvtav1")
    video = processed(ready_video, work_off)
    failed = Run.objects.get(profile__name="both")
    assert failed.error_code == "ffmpeg_incapable"
    assert "it lacks libsvtav1" in failed.error_message
    assert video.release_id == before
