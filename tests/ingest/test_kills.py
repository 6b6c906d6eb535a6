"""Whatever process is killed in the middle of a way in, nothing is lost, stuck or left over."""

from __future__ import annotations

import io
import secrets
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image as Pillow

from tests.chaos.inputs import padded
from tests.ingest import ways
from tests.ingest.conftest import StartSite
from tests.ingest.site import VICTIMS, Film, Site
from tests.servers.s3 import S3, running_moto

pytestmark = [pytest.mark.thorough, pytest.mark.alone, pytest.mark.timeout(600)]

_MIB = 1024**2
EVERYTHING = (*VICTIMS, "encode")
# How long after the last bytes are on their way (s).
MOMENTS = (0.02, 0.1, 0.3)


@pytest.fixture(scope="module", params=["disk", "bucket"])
def s3(request: pytest.FixtureRequest) -> Iterator[S3 | None]:
    """Where the product stores: on disk, or in a bucket."""
    if request.param == "disk":
        yield None
        return
    with running_moto() as server:
        yield server


@pytest.fixture(scope="module")
def site(s3: S3 | None, start_site: StartSite) -> Site:
    """A product whose processes are killed."""
    return start_site(s3)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A second of video that is quickly encoded."""
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    argv = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=64x36:rate=5:duration=1"]
    subprocess.run([*argv, "-pix_fmt", "yuv420p", str(path)], check=True)
    return path.read_bytes()


@pytest.fixture(scope="module")
def picture() -> bytes:
    """A small JPEG."""
    file = io.BytesIO()
    Pillow.effect_noise((400, 300), 90).convert("RGB").save(file, "JPEG")
    return file.getvalue()


def _begun(site: Site, s3: S3 | None, clip: bytes, picture: bytes) -> list[tuple[Film, ways.Steps]]:
    """Each way with a client that comes back, and with one that does not."""
    found = []
    for way in (*ways.VIDEOS, *ways.IMAGES, *([ways.bucket] if s3 else [])):
        for returns in (True, False):
            title = f"{way.__name__} {'again' if returns else 'once'} {secrets.token_hex(4)}"
            size = (9 if way is ways.bucket else 3) * _MIB
            data = picture + secrets.token_bytes(64) if way in ways.IMAGES else padded(clip, size)
            film = Film(title, data, returns)
            found.append((film, way(site, film)))
            if way in ways.ALONE:
                break
    return found


@pytest.mark.parametrize("victims", [*[(name,) for name in VICTIMS], EVERYTHING], ids="-".join)
def test_killed_in_the_middle_of_the_bytes(
    site: Site, s3: S3 | None, clip: bytes, picture: bytes, victims: tuple[str, ...]
) -> None:
    begun = _begun(site, s3, clip, picture)
    with ThreadPoolExecutor(len(begun)) as clients:
        list(clients.map(lambda one: next(one[1]), begun))
        site.kill(victims)
        for film, way in begun:
            if not film.returns:
                way.close()
        list(clients.map(lambda one: list(one[1]), [one for one in begun if one[0].returns]))
    assert site.judged([film for film, _ in begun if film.returns]) == []


@pytest.mark.parametrize("seconds", MOMENTS)
@pytest.mark.parametrize("victims", [*[(name,) for name in VICTIMS], EVERYTHING], ids="-".join)
def test_killed_when_the_last_bytes_are_on_their_way(
    site: Site,
    s3: S3 | None,
    clip: bytes,
    picture: bytes,
    victims: tuple[str, ...],
    seconds: float,
) -> None:
    begun = _begun(site, s3, clip, picture)
    with ThreadPoolExecutor(len(begun)) as clients:
        for _ in range(2):
            list(clients.map(lambda one: next(one[1]), begun))
        ends = [clients.submit(list, way) for _, way in begun]
        time.sleep(seconds)  # the moment is what is tried
        site.kill(victims)
        for end in ends:
            end.result()
    assert site.judged([film for film, _ in begun if film.returns]) == []
