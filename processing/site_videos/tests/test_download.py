"""yt-dlp fetches the video of a page from a site on this machine, through our proxy alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from processing.ffmpeg import inputs
from processing.ffmpeg.probing.probe import probe
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.ffmpeg.running.runner import Limits
from processing.site_videos.download import SiteVideo
from processing.site_videos.tests.sites import (
    APART,
    PLAYLIST,
    VIDEO,
    film,
    leading_to,
    page,
)
from tests.bad_server import BadServer, whole
from videos.fetching import addresses
from videos.fetching.errors import FetchFailed
from videos.fetching.pace import Speed

pytestmark = pytest.mark.slow
Fetch = Callable[..., SiteVideo]


def _code(fetch: Fetch, url: str, **options: object) -> str:
    with pytest.raises(FetchFailed) as caught:
        fetch(url, **options)
    return caught.value.code


def _files(folder: Path) -> list[str]:
    """Return the names of a folder's files, but those of the pages that were read."""
    return [path.name for path in folder.iterdir() if path.suffix != ".dump"]


def test_the_video_of_a_page_is_fetched_and_its_title_is_no_path_and_no_option(
    site: BadServer, fetch: Fetch, clip: Path, folder: Path
) -> None:
    title = "../../../--exec 'touch pwned' %(id)s $(touch pwned)"
    url = film(site, clip, title)
    speeds: list[Speed] = []
    video = fetch(url, report=speeds.append)
    assert video.path.read_bytes() == clip.read_bytes()
    assert video.size == clip.stat().st_size
    assert (video.page.title, video.page.url) == (title, url)
    assert speeds[-1].total == clip.stat().st_size
    assert video.path == folder / "video.mp4"
    assert _files(folder) == ["video.mp4"]
    assert not list(folder.parent.rglob("pwned"))


def test_the_parts_of_a_stream_become_one_file(site: BadServer, fetch: Fetch, clip: Path) -> None:
    body = clip.read_bytes()
    site.at("/part.ts", whole(body))
    listed = PLAYLIST.format(url="/part.ts").encode()
    site.at("/film.m3u8", whole(listed, Content_Type="application/vnd.apple.mpegurl"))
    source = '<video><source src="/film.m3u8" type="application/x-mpegurl"></video>'
    assert fetch(site.at("/film", page(source))).path.read_bytes() == body


@pytest.mark.thorough
def test_a_playlist_that_still_grows_is_a_live_stream(
    site: BadServer, fetch: Fetch, clip: Path
) -> None:
    site.at("/part.ts", whole(clip.read_bytes()))
    listed = PLAYLIST.format(url="/part.ts").replace("#EXT-X-ENDLIST\n", "").encode()
    site.at("/film.m3u8", whole(listed, Content_Type="application/vnd.apple.mpegurl"))
    source = '<video><source src="/film.m3u8" type="application/x-mpegurl"></video>'
    assert _code(fetch, site.at("/film", page(source))) == "site_live"


def test_a_picture_and_a_sound_that_come_apart_are_joined(
    site: BadServer, fetch: Fetch, clip: Path, folder: Path, tmp_path: Path
) -> None:
    for kind in "va":
        part = tmp_path / f"{kind}.ts"
        take = [*inputs.opened(clip), "-map", f"0:{kind}", "-c", "copy", "-f", "mpegts", str(part)]
        FFmpeg().run(["ffmpeg", *take], limits=Limits(60), reads=[clip], writes=tmp_path)
        site.at(f"/{kind}.ts", whole(part.read_bytes()))
        site.at(f"/{kind}.m3u8", whole(PLAYLIST.format(url=f"/{kind}.ts").encode()))
    site.at("/both.m3u8", whole(APART.encode(), Content_Type="application/x-mpegurl"))
    source = '<video><source src="/both.m3u8" type="application/x-mpegurl"></video>'
    video = fetch(site.at("/film", page(source)))
    assert _files(folder) == [video.path.name] == ["joined.mp4"]
    found = probe(video.path, ffmpeg=FFmpeg())
    assert (found.video is not None, len(found.audio)) == (True, 1)


@pytest.mark.thorough
def test_a_playlist_is_given_to_no_other_program(site: BadServer, fetch: Fetch, clip: Path) -> None:
    """yt-dlp leaves what it does not know to FFmpeg, which opens whatever a playlist names."""
    listed = PLAYLIST.format(url="/part.ts").replace("#EXTINF", "#EXT-X-KEY:METHOD=X\n#EXTINF")
    site.at("/odd.m3u8", whole(listed.encode(), Content_Type="application/x-mpegurl"))
    site.at("/part.ts", whole(clip.read_bytes()))
    source = '<video><source src="/odd.m3u8" type="application/x-mpegurl"></video>'
    assert _code(fetch, site.at("/film", page(source))) == "site_failed"
    assert "/part.ts" not in [asked.path for asked in site.asked]


def test_a_page_leads_to_no_address_of_ours(site: BadServer, fetch: Fetch) -> None:
    url = site.at("/film", leading_to("http://169.254.169.254/latest/meta-data/"))
    assert _code(fetch, url) == "fetch_forbidden_address"


def test_a_video_lies_at_no_address_of_ours(site: BadServer, fetch: Fetch) -> None:
    url = site.at("/film", page(VIDEO.format(url="http://127.0.0.2:9/clip.mp4")))
    assert _code(fetch, url) == "fetch_forbidden_address"


@pytest.mark.thorough
def test_a_page_leads_to_no_other_site(
    site: BadServer, fetch: Fetch, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film(site, clip)
    url = site.at("/elsewhere", leading_to(site.url("/film", host="other.example")))
    found = lambda host, port, **_: [(2, 1, 6, "", ("127.0.0.1", port))]  # noqa: E731 short
    monkeypatch.setattr(addresses, "socket", SimpleNamespace(getaddrinfo=found, SOCK_STREAM=1))
    assert _code(fetch, url) == "site_not_allowed"
    assert "/clip.mp4" not in [asked.path for asked in site.asked if "range" not in asked.headers]


@pytest.mark.thorough
def test_a_page_of_many_videos_is_refused_whatever_their_number(
    site: BadServer, fetch: Fetch
) -> None:
    many = "".join(VIDEO.format(url=f"/{number}.mp4") for number in range(1000))
    assert _code(fetch, site.at("/films", page(many))) == "site_several_videos"
    assert {asked.path for asked in site.asked} == {"/films"}


@pytest.mark.parametrize(
    ("path", "code"), [("/text", "site_no_video"), ("/nothing", "site_unavailable")]
)
def test_a_page_without_a_video_says_so(
    site: BadServer, fetch: Fetch, path: str, code: str
) -> None:
    site.at("/text", page("Nothing to see"))
    assert _code(fetch, site.url(path)) == code
