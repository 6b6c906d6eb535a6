"""Pictures of real films show what a reference decode of them shows at the same time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from processing.models import EncodingRung
from tests import corpus
from tests.pictures.checked import wrong
from tests.pictures.reference import Reference
from videos.models import Video

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.corpus, corpus.needs_corpus]

_FILMS = (
    "derived/ntsc_480i_h264_bff.mp4",
    "derived/odd_853x481_vp9.webm",
    "derived/pal_dv.dv",
    "derived/rot90_matrix_720p.mp4",
    "geometry/sar_2x1_640x360.mp4",
    "geometry/sar_3x2_1280x1080.mp4",
    "geometry/vfr_rot180_10.5fps.mp4",
    "hdr_10bit/bt709_fullrange_720p.mp4",
    "hdr_10bit/hdr10_av1_720x1280.mp4",
    "hdr_10bit/vp9_profile2_10bit.webm",
    "phone_rotation/iphone_hlg_dovi_1080p_rot-90_editlist.mp4",
    "phone_rotation/portrait.MOV",
    "phone_rotation/rotate_and_mirror.mp4",
    "phone_rotation/rot180_720p_5s.mp4",
    "realworld/sintel_trailer_720p24_52s.mp4",
    "realworld/world_480x270_30s.mp4",
)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", _FILMS)
def test_every_picture_shows_the_frame_of_its_time(
    take_in: Callable[[Path], Video], work_off: Callable[[], None], name: str
) -> None:
    EncodingRung.objects.exclude(short_side=360).delete()  # larger posters are made of the source
    source = corpus.VIDEOS / name
    video = take_in(source)
    work_off()
    shape = Reference(source, 1, 1).shape
    across, down = (16, max(1, round(16 / shape))) if shape > 1 else (max(1, round(16 * shape)), 16)
    # Sharp edges of strong colours in small pictures are blurred.
    reference = Reference(source, across, down, mean=5, worst=32)
    video = Video.objects.select_related("release", "source", "owner").get(pk=video.pk)
    assert list(wrong(video, reference, [0.5])) == []
