"""The manifest says what the rows say, and FFmpeg plays it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.ffmpeg.tests.clips import ffmpeg
from processing.packaging import dash
from processing.packaging.addresses import part_of
from processing.packaging.kinds import Kind
from processing.packaging.release import StoredChunk, StoredRendition
from processing.packaging.tests.ranges import served
from processing.packaging.tests.stored import Stored

NAMES = {"": "urn:mpeg:dash:schema:mpd:2011"}
SOUND = StoredRendition(
    "audio", Kind.AUDIO, "mp4a.40.2", 48000, 130_000, 128_000,
    [StoredChunk(0, "0.mp4", 900, 100, 0, 1000, [[100, 800, 1000, 0, 1]])],
)  # fmt: skip


def parsed(*renditions: StoredRendition) -> ET.Element:
    return ET.fromstring(dash.manifest(renditions))


def test_ranges_and_times_are_those_of_the_segments(stored: Stored) -> None:
    tree = parsed(*stored.renditions)
    assert tree.get("type") == "static"
    assert tree.get("mediaPresentationDuration") == "PT7.508S"
    for rendition in stored.renditions:
        found = tree.find(f".//Representation[@id='{rendition.name}']/SegmentList", NAMES)
        assert found is not None
        urls = [(u.get("media"), u.get("mediaRange")) for u in found.findall("SegmentURL", NAMES)]
        refs = rendition.refs
        assert urls == [(r.uri, f"{r.offset}-{r.offset + r.size - 1}") for r in refs]
        at = 0
        for entry in found.findall("SegmentTimeline/S", NAMES):
            assert int(entry.get("t", "")) == at
            at += int(entry.get("d", "")) * (int(entry.get("r", "")) + 1)
        assert at == sum(chunk.duration for chunk in rendition.chunks)
        init = found.find("Initialization", NAMES)
        assert init is not None
        assert init.get("range") == f"0-{rendition.init.size - 1}"


def test_segments_with_addresses_of_their_own_are_no_ranges(stored: Stored) -> None:
    mapped = [
        replace(one, chunks=[replace(chunk, mapped=True) for chunk in one.chunks])
        for one in stored.renditions
    ]
    text = dash.manifest(mapped)
    assert not re.search("[rR]ange=", text)
    for rendition, own in zip(stored.renditions, mapped, strict=True):
        told = [f'media="{ref.uri}"' in text for ref in own.refs]
        assert all(told)
        meant = [part_of(ref.uri) for ref in own.refs]
        assert meant == [(r.uri, r.offset, r.offset + r.size - 1) for r in rendition.refs]
        assert f'sourceURL="{own.init.uri}"' in text


def test_each_language_is_a_choice_and_one_is_the_default(stored: Stored) -> None:
    sets = parsed(*stored.renditions).findall("Period/AdaptationSet", NAMES)
    assert [one.get("contentType") for one in sets] == ["video", "audio", "audio"]
    assert [one.get("lang") for one in sets[1:]] == ["en", "de"]
    assert [one.findtext("Label", None, NAMES) for one in sets[1:]] == ["English", 'Deutsch "&<']
    roles = [one.find("Role", NAMES) for one in sets[1:]]
    assert [role.get("value") for role in roles if role is not None] == ["main", "alternate"]


def test_audio_alone_is_a_presentation() -> None:
    sets = parsed(SOUND).findall("Period/AdaptationSet", NAMES)
    assert [(one.get("contentType"), one.get("lang")) for one in sets] == [("audio", "und")]


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_text_breaks_the_manifest(title: str, uri: str) -> None:
    chunk = replace(SOUND.chunks[0], uri=f"https://bucket.example/{uri}?a=1&b=<2>")
    tree = parsed(replace(SOUND, title=title, chunks=[chunk]))
    assert len(tree.findall(".//SegmentURL", NAMES)) == 1
    assert len(tree.findall(".//Representation", NAMES)) == 1


@pytest.mark.parametrize("stream", ["v:0", "v:1", "a:0", "a:1"])
def test_ffmpeg_plays_all_of_it(stored: Stored, tmp_path: Path, stream: str) -> None:
    manifest = stored.folder / "manifest.mpd"
    manifest.write_text(dash.manifest(stored.renditions))
    with served(stored.folder) as address:
        log = ffmpeg("-i", f"{address}manifest.mpd", "-map", f"0:{stream}", "-f", "null", "-")
    assert not re.search(r"error|invalid|non.monoton", log, re.IGNORECASE)
    shown = re.findall(r"(?:frame|time)=\s*([\d:.]+)", log)
    assert shown[-1] == "00:00:07.50" if stream[0] == "a" else "225" in shown
