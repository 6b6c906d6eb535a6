"""Files that are lists of other files open none of them."""

from __future__ import annotations

import os
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from processing.ffmpeg import inputs
from processing.ffmpeg.errors import MediaError
from processing.ffmpeg.probing import probe
from processing.ffmpeg.probing.probe import ProbeLimits
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.ffmpeg.running.runner import Limits, run
from processing.ffmpeg.running.sandbox import Sandbox
from processing.ffmpeg.tests.clips import make
from tests import corpus

NONE = Sandbox("none")


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A real clip nobody may open; its time of reading is far in the past."""
    folder = tmp_path / "canary"
    folder.mkdir()
    path = make(folder / "secret.ts")
    os.utime(path, ns=(0, path.stat().st_mtime_ns))
    return path


def was_read(canary: Path) -> bool:
    return canary.stat().st_atime_ns > 0


@pytest.fixture
def callers() -> Iterator[tuple[str, list[str]]]:
    """An address, and everybody who called it."""
    heard: list[str] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            heard.append(str(self.client_address))

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}", heard
        server.shutdown()


LISTS = {
    "hls.mp4": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{target}\n#EXT-X-ENDLIST\n",
    "hls.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{target}\n#EXT-X-ENDLIST\n",
    "concat.mkv": "ffconcat version 1.0\nfile '{target}'\n",
    "concat.txt": "ffconcat version 1.0\nfile {target}\n",
    "dash.mpd": '<?xml version="1.0"?><MPD type="static"><Period><AdaptationSet mimeType='
    '"video/mp4"><Representation id="1"><BaseURL>{target}</BaseURL></Representation>'
    "</AdaptationSet></Period></MPD>",
    "redirect.asf": "[Reference]\nRef1={target}\n",
    "sdp.sdp": "v=0\nc=IN IP4 127.0.0.1\nm=video 18999 RTP/AVP 33\n",
}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("kind", ["file", "url"])
def test_a_list_disguised_as_media_opens_nothing(
    tmp_path: Path, canary: Path, callers: tuple[str, list[str]], name: str, kind: str
) -> None:
    address, heard = callers
    target = str(canary) if kind == "file" else f"http://{address}/secret.ts"
    disguised = tmp_path / name
    disguised.write_text(LISTS[name].format(target=target))
    with pytest.raises(MediaError):
        probe.probe(disguised, ffmpeg=FFmpeg(mode="off"), limits=ProbeLimits(wall_seconds=10))
    encode = ["ffmpeg", "-nostdin", *inputs.opened(disguised), "-f", "null", "-"]
    with pytest.raises(MediaError):
        run(encode, limits=Limits(10), sandbox=NONE, reads=[disguised], writes=None)
    assert not was_read(canary)
    assert heard == []


def test_without_the_lists_the_same_file_opens_another(tmp_path: Path, canary: Path) -> None:
    disguised = tmp_path / "concat.mkv"
    disguised.write_text(f"ffconcat version 1.0\nfile '{canary.relative_to(tmp_path)}'\n")
    run(["ffprobe", str(disguised)], limits=Limits(10), sandbox=NONE, reads=(), writes=None)
    if not was_read(canary):
        pytest.skip("this file system does not tell when a file was read")


def hostile_files() -> list[Path]:
    folders = ["playlist", "mp4", "container", "polyglot", "fuzz_corpus", "image"]
    return [
        p for folder in folders for p in sorted((corpus.HOSTILE / folder).glob("*")) if p.is_file()
    ]


@pytest.mark.corpus
@corpus.needs_corpus
def test_the_hostile_corpus_is_refused_or_read_in_bounded_time() -> None:
    limits = ProbeLimits(wall_seconds=10)
    for path in hostile_files():
        try:
            media = probe.probe(path, ffmpeg=FFmpeg(), limits=limits)
        except MediaError as error:
            assert error.code.startswith("source_"), (path, error.code)
            assert str(path.parent) not in error.log
        else:
            assert path.parent.name != "playlist", path
            assert media.duration <= limits.max_duration
