"""Pages with videos, and programs in the place of yt-dlp."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.bad_server import Asked, BadServer, Wire, whole

VIDEO = '<video src="{url}"></video>'
PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:2,\n{url}\n#EXT-X-ENDLIST\n"

APART = """#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="en",DEFAULT=YES,URI="/a.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=400000,CODECS="avc1.64000d,mp4a.40.2",AUDIO="a"
/v.m3u8
"""

# Fetches the URL as it is, with reports, through the proxy that it was told.
GETS = """
import json, sys, urllib.request
proxy = sys.argv[sys.argv.index("--proxy") + 1]
get = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy})).open
told = {"title": "Sea / lake", "uploader": "Ann", "webpage_url": sys.argv[-1]}
print("found", json.dumps(told), flush=True)
done = 0
with get(sys.argv[-1]) as answer, open("video.mp4", "wb") as file:
    while block := answer.read1(65536):
        done += file.write(block)
        print("at", done, answer.headers["Content-Length"] or "NA", flush=True)
print("file", json.dumps({"filepath": "/elsewhere/video.mp4"}))
"""


def page(body: str, title: str = "Sea") -> Callable[[Asked, Wire], None]:
    """Answer with a page."""
    text = f"<!doctype html><html><head><title>{title}</title></head><body>{body}</body></html>"
    return whole(text.encode(), Content_Type="text/html")


def film(site: BadServer, clip: Path, title: str = "Sea") -> str:
    """Put a page with a video on a site, and return its URL."""
    site.at("/clip.mp4", whole(clip.read_bytes(), Content_Type="video/mp4"))
    return site.at("/film", page(VIDEO.format(url="/clip.mp4"), title)) + "?v=7"


def leading_to(url: str) -> Callable[[Asked, Wire], None]:
    """Answer with a redirect."""

    def answer(asked: Asked, wire: Wire) -> None:
        wire.answer(302, Location=url)

    return answer


def endless(asked: Asked, wire: Wire) -> None:
    """Answer with a video without an end."""
    wire.answer(200, length="", Content_Type="video/mp4")
    while not wire.over.is_set():
        wire.send(bytes(256 * 1024))


def instead(folder: Path, program: str, version: str = "2026.01.02") -> Path:
    """Write a program that is found in the place of yt-dlp; return the folder for the settings."""
    package = folder / "other" / "yt_dlp"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "version.py").write_text(f"__version__ = {version!r}\n")
    (package / "__main__.py").write_text(program)
    return package.parent


def programs_in(folder: Path) -> list[str]:
    """Return the command lines that name a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found
