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

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("every_picture"),
    pytest.mark.corpus,
    corpus.needs_corpus,
]

_FILMS = (
    "derived/ntsc_480i_h264_bff.mp4",
    "derived/odd_853x481_vp9.webm",
    "derived/pal_dv.dv",
    "derived/rot90_matrix_720p.mp4",
    "geometry/sar_2x1_640x360.mp4",
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
    reference = Reference(source, across, down, mean=5, worst=40)
    video = Video.objects.select_related("release", "source", "owner").get(pk=video.pk)
    assert list(wrong(video, reference, [0.5])) == []
