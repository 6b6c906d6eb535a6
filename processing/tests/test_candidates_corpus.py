"""Real films: no poster is black, a fade or a flash where the film has anything else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from PIL import Image as Opened
from PIL import ImageStat

from processing.models import EncodingRung
from tests import corpus
from videos.models import Picture, Video
from videos.storage import outputs

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.corpus,
    corpus.needs_corpus,
    pytest.mark.usefixtures("every_picture"),
]

_FILMS = (
    "reports/black_14s_intro.mp4",
    "videos/realworld/sintel_trailer_720p24_52s.mp4",
    "videos/realworld/cups_720p2997_10s.mp4",
    "videos/realworld/people_768x432_10fps_139s.mp4",
    "videos/realworld/world_480x270_30s.mp4",
    "videos/phone_rotation/portrait.MOV",
    "videos/phone_rotation/iphone_hdr_rot-90.mov",
    "videos/geometry/sar_2x1_640x360.mp4",
    "videos/geometry/one_frame_av1_64x64.mp4",
)


@pytest.mark.timeout(900)
def test_no_poster_is_black_or_a_fade_where_there_is_anything_else(
    take_in: Callable[[Path], Video], work_off: Callable[[], None], tmp_path: Path
) -> None:
    EncodingRung.objects.exclude(short_side=360).delete()  # larger sizes are made of the source
    for name in _FILMS:
        take_in(corpus.CORPUS / name)
    work_off()
    for video in Video.objects.select_related("release"):
        candidates = Picture.objects.filter(release=video.release, name__startswith="candidate-")
        clear = candidates.filter(facts__fade=False, facts__flash=False, facts__score__gt=0.2)
        assert video.release is not None
        poster = Picture.objects.get(key=video.release.poster_key)
        path = outputs().local_path(poster.key)
        assert path is not None
        with Opened.open(path) as shown:
            light = ImageStat.Stat(shown.convert("L"))
        chosen = candidates.filter(facts__chosen=True).first()
        if clear.exists():
            assert light.mean[0] > 20, video.pk
            assert light.stddev[0] > 20, video.pk
            assert chosen is None or not (chosen.facts["fade"] or chosen.facts["flash"])
    call_command("contact_sheet", "--all", "--out", str(tmp_path))
    assert len(list(tmp_path.glob("*.jpg"))) == len(_FILMS)
