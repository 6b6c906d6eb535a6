"""A ready video has a hover preview, short and small."""

from __future__ import annotations

import pytest
from PIL import Image as Opened
from PIL import ImageSequence

from processing.ffmpeg.encoding.preview import MOST_BYTES
from processing.ffmpeg.tests.clips import described
from videos.models import Picture, Video
from videos.storage import outputs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("every_picture")]


def test_a_short_video_is_shown_whole(ready_video: Video) -> None:
    rows = {one.name: one for one in Picture.objects.filter(kind="preview")}
    assert set(rows) == {"preview.mp4", "preview.webp"}
    paths = {name: outputs().local_path(row.key) for name, row in rows.items()}
    video, webp = paths["preview.mp4"], paths["preview.webp"]
    assert video is not None
    assert webp is not None
    media = described(video)
    assert media.video is not None
    assert not media.audio
    assert media.duration == pytest.approx(3.0, abs=0.1)
    mp4 = rows["preview.mp4"]
    assert (media.video.width, media.video.height) == (mp4.width, mp4.height) == (320, 180)
    with Opened.open(webp) as shown:
        assert shown.format == "WEBP"
        assert len(list(ImageSequence.Iterator(shown))) > 20
        assert shown.size == (rows["preview.webp"].width, rows["preview.webp"].height)
    for row in rows.values():
        assert row.facts == {"seconds": 3.0, "moments": [0.0]}
        assert 0 < row.bytes <= MOST_BYTES
    assert mp4.content_type == "video/mp4"
    assert rows["preview.webp"].content_type == "image/webp"
