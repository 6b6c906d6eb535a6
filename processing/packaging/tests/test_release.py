"""A whole release on disk, played through its multivariant playlist by FFmpeg."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from processing.ffmpeg.tests.clips import Made, encoded, ffmpeg, flash_and_beep, frames
from processing.packaging import hls
from processing.packaging.kinds import Kind
from processing.packaging.release import StoredRendition, measured
from processing.packaging.release_checks import check_release
from processing.packaging.segments import Segment, group
from processing.packaging.tests.stored import described
from processing.packaging.track import Track


def segments_of(track: Track) -> tuple[Segment, ...]:
    return group(track.fragments, 4 * track.timescale)


def refs_of(name: str, track: Track) -> list[hls.MediaSegmentRef]:
    return [
        hls.MediaSegmentRef(f"{name}.mp4", s.offset, s.size, s.duration / track.timescale)
        for s in segments_of(track)
    ]


def publish(made: Made) -> Path:
    """Write the playlists beside the files; the multivariant one's path."""
    variants = []
    sound = hls.bandwidths(refs_of("audio", made.track("audio")))
    for name in made.names:
        track = made.track(name)
        refs = refs_of(name, track)
        init = hls.InitRef(f"{name}.mp4", 0, track.init_size)
        text = hls.media_playlist(init, refs, complete=True)
        (made.folder / f"{name}.m3u8").write_text(text)
        if name != "audio":
            peak, average = hls.bandwidths(refs)
            variants.append(
                hls.Variant(
                    f"{name}.m3u8", peak + sound[0], average + sound[1],
                    f"{track.codecs},mp4a.40.2", track.width, track.height, Fraction(25),
                )
            )  # fmt: skip
    audio = hls.AudioRendition("audio.m3u8", "Sound", "en", 2, True)
    master = made.folder / "master.m3u8"
    master.write_text(hls.multivariant_playlist(variants, [audio]))
    return master


def rendition(name: str, made: Made) -> StoredRendition:
    one = described(name, [made.folder / f"{name}.mp4"])
    return measured(replace(one, frame_rate=Fraction(25) if one.kind == Kind.VIDEO else None))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("release")
    short, long = flash_and_beep(folder / "short.mp4", "-s", "640x360"), folder / "long.mp4"
    ffmpeg("-stream_loop", "3", "-i", short, "-t", "11", "-c", "copy", long)
    return encoded(long, folder / "out")


def test_it_passes_the_checker(made: Made) -> None:
    every = [rendition(rung.name, made) for rung in made.rungs] + [rendition("audio", made)]
    assert len(every) == 3
    assert check_release(every, duration=made.media.duration) == []


def test_it_decodes_whole_without_a_word(made: Made) -> None:
    master = publish(made)
    for number in range(len(made.rungs)):
        log = ffmpeg("-i", master, "-map", f"0:v:{number}", "-map", "0:a:0", "-f", "null", "-")
        decoded = [int(count) for count in re.findall(r"frame=\s*(\d+)", log)]
        assert abs(decoded[-1] - 275) <= 1
        assert not re.search(r"error|invalid|non.monoton", log, re.IGNORECASE)


def test_every_segment_plays_by_itself(made: Made, tmp_path: Path) -> None:
    """What a player does after a seek; FFmpeg 5.1 cannot seek in any fMP4 playlist."""
    for rung in made.rungs:
        track, data = made.track(rung.name), (made.folder / rung.filename).read_bytes()
        for segment in segments_of(track):
            alone = tmp_path / "alone.mp4"
            alone.write_bytes(track.init + data[segment.offset :][: segment.size])
            assert frames(alone) == segment.frames
