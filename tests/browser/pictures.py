"""Small pictures that can be told apart, given to a video of a running site."""

from __future__ import annotations

import subprocess
from pathlib import Path

from PIL import Image as Pillow

from tests.browser.people import Person
from tests.pictured import VTT

_WIDTHS = (320, 640, 1280)
_GIVE = """
from pathlib import Path
from tests.pictured import give_pictures
from videos.events import log
from videos.models import Video
video = Video.objects.select_related("release").get(pk={video!r})
files = {{one.name: one.read_bytes() for one in Path({folder!r}).iterdir()}}
give_pictures(video.release, files)
log.write("video.image.ready", video, kind="candidates")
"""


def give(person: Person, video: str, folder: Path) -> None:
    """Give a video a poster in teal, a preview, and a storyboard of red and then blue; tell the
    feed."""
    folder.mkdir(exist_ok=True)
    for width in _WIDTHS:
        picture = Pillow.new("RGB", (width, width * 9 // 16), "teal")
        picture.save(folder / f"poster-{width}.jpg")
        picture.save(folder / f"poster-{width}.webp")
    for name in ("candidate-00.jpg", "candidate-01.jpg", "thumbnail-middle.jpg"):
        Pillow.new("RGB", (320, 180), "olive").save(folder / name)
    sheet = Pillow.new("RGB", (320, 90), "red")
    sheet.paste("blue", (160, 0, 320, 90))
    sheet.save(folder / "storyboard-000.jpg")
    sheet.save(folder / "storyboard-000.webp")
    (folder / "storyboard.vtt").write_text(VTT)
    _preview(folder / "preview.mp4")
    person.site.manage("shell", "--command", _GIVE.format(video=video, folder=str(folder)))


def _preview(path: Path) -> None:
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi"]
    command += ["-i", "testsrc2=s=320x180:r=12:d=3", "-c:v", "libx264", "-preset", "ultrafast"]
    command += ["-pix_fmt", "yuv420p", "-movflags", "+faststart", str(path)]
    subprocess.run(command, check=True)
