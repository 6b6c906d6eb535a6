"""The command line of yt-dlp, and what its output says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.site_videos import command, playlists
from processing.site_videos.command import Page, Told

FOUND = b'found {"title": "Sea", "webpage_url": "https://a.example/", "extractor_key": "Films"}\n'


def _told(*parts: bytes) -> tuple[Told, list[Page]]:
    pages: list[Page] = []
    told = Told(pages.append)
    for part in parts:
        told.write(part)
    return told, pages


def test_a_page_is_told_once_its_line_is_whole() -> None:
    told, pages = _told(FOUND[:20])
    assert pages == []
    told.write(FOUND[20:])
    assert pages == [Page("https://a.example/", "Sea", "", "Films", is_live=None)]


def test_the_bytes_of_two_streams_are_counted_together() -> None:
    told, _ = _told(b"at 10 100\nat 100 100\n", b"at 5 30.5\n")
    assert (told.received, told.size) == (105, 130)


def test_what_is_not_known_is_none() -> None:
    told, _ = _told(b"at 10 NA\n")
    assert (told.received, told.size) == (10, None)


def test_pages_that_count_their_videos_in_titles_are_understood() -> None:
    page = command.page_of({"title": "Sea (1)", "extractor_key": "HTML5MediaEmbed"})
    assert (page.title, page.site) == ("Sea", "")
    assert command.page_of({"title": "Sea (1)", "extractor_key": "Films"}).title == "Sea (1)"


def test_the_channel_stands_for_an_uploader_without_a_name() -> None:
    assert command.page_of({"channel": "Ann", "uploader": None}).uploader == "Ann"


@given(st.lists(st.binary() | st.sampled_from([b"at ", b"found {", b"file [1]", b"\n", FOUND])))
def test_no_output_is_an_error(parts: list[bytes]) -> None:
    told, pages = _told(*parts)
    assert told.received >= 0
    assert all(isinstance(page.title, str) for page in pages)


def test_a_line_without_an_end_takes_no_memory() -> None:
    told = Told(lambda page: None)
    for _ in range(100):
        told.write(bytes(65536))
    assert len(told._rest) < 10**6


def test_what_was_fetched_is_one_file_or_a_picture_and_its_sound() -> None:
    told, _ = _told(b'file {"filepath": "/a/video.mp4"}\nparts NA\n')
    assert told.files == ["/a/video.mp4"]
    told.write(b'parts ["video.f1.mp4", "video.f2.m4a"]\n')
    assert told.files == ["video.f1.mp4", "video.f2.m4a"]


def test_options_name_cookies_only_where_there_are_some() -> None:
    assert "--cookies" not in command.options(Path("/a"), cookies=None)
    assert {"--cookies", "/c"} <= set(command.options(Path("/a"), cookies=Path("/c")))


@pytest.mark.parametrize(
    ("told", "is_live"),
    [
        ({"is_live": True}, True),
        ({"live_status": "is_upcoming"}, True),
        ({"live_status": "was_live"}, False),
        ({"is_live": False}, False),
        ({"is_live": None, "live_status": None}, None),
    ],
)
def test_whether_it_is_live_is_known_or_not(told: dict[str, object], is_live: bool | None) -> None:
    assert command.page_of(told).is_live is is_live


@pytest.mark.parametrize(
    ("text", "is_live"),
    [
        ("#EXTM3U\n#EXTINF:2,\na.ts\n", True),
        ("#EXTM3U\n#EXTINF:2,\na.ts\n#EXT-X-ENDLIST\n", False),
        ("#EXTM3U\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:2,\na.ts\n", False),
        ("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n", False),
        ("#EXTM3U\n" + "#EXTINF:2,\na.ts\n" * 20_000 + "#EXT-X-ENDLIST\n", False),
        ("<html>#EXTM3U #EXTINF", False),
        ("", False),
    ],
)
def test_a_playlist_without_an_end_is_live(tmp_path: Path, text: str, is_live: bool) -> None:
    (tmp_path / "a.dump").write_text(text)
    assert playlists.has_live_one(tmp_path) is is_live
