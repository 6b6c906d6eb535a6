"""Pictures of every kind show what a reference decode of the source shows at the same time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pictures import patches
from tests.pictures.checked import wrong
from tests.pictures.films import ALWAYS, FILMS
from tests.pictures.patches import ACROSS, DOWN
from tests.pictures.reference import Reference
from videos.models import Video

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("every_picture"),
    pytest.mark.slow,
]

_EACH = [pytest.param(n, marks=[] if n == ALWAYS else pytest.mark.thorough) for n in FILMS]


@pytest.mark.parametrize("name", _EACH)
def test_every_picture_shows_the_frame_of_its_time(
    take_in: Callable[[Path], Video], work_off: Callable[[], None], tmp_path: Path, name: str
) -> None:
    film = FILMS[name]
    source = patches.write(tmp_path / f"a{film.suffix}", film)
    video = take_in(source)
    work_off()
    across, down = (DOWN, ACROSS) if film.rotate in (90, 270) else (ACROSS, DOWN)
    reference = Reference(source, across, down, edges=True, worst=film.worst)
    video = Video.objects.select_related("release", "source", "owner").get(pk=video.pk)
    seconds = [0.5] if name == ALWAYS else [0.5, 2.2]
    assert list(wrong(video, reference, seconds)) == []
