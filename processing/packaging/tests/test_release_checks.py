"""Each thing that can be wrong with a whole release is found, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from processing.packaging import release, report
from processing.packaging.checker import Violation
from processing.packaging.kinds import Kind
from processing.packaging.release import StoredRendition
from processing.packaging.release_checks import check_release
from processing.packaging.stored_checks import check_stored
from processing.packaging.tests.stored import Stored, read

Change = Callable[[StoredRendition], StoredRendition]


def wrong(findings: list[Violation]) -> set[str]:
    return {finding.code for finding in findings if finding.must}


def noted(findings: list[Violation]) -> set[str]:
    return {finding.code for finding in findings if not finding.must}


def with_chunk(place: int, /, **changes: Any) -> Change:
    def change(rendition: StoredRendition) -> StoredRendition:
        chunks = list(rendition.chunks)
        chunks[place] = replace(chunks[place], **changes)
        return replace(rendition, chunks=chunks)

    return change


def with_row(place: int, value: Any) -> Change:
    """Another value in the row of the second chunk's first segment."""

    def change(rendition: StoredRendition) -> StoredRendition:
        rows = [list(row) for row in rendition.chunks[1].rows]
        rows[0][place] = value(rows[0][place]) if callable(value) else value
        return with_chunk(1, rows=rows)(rendition)

    return change


def with_fields(**changes: Any) -> Change:
    return lambda rendition: replace(rendition, **changes)


def changed(stored: Stored, name: str, change: Change) -> list[StoredRendition]:
    return [change(one) if one.name == name else one for one in stored.renditions]


def test_a_good_release_has_no_findings(stored: Stored) -> None:
    assert check_release(stored.renditions, target=4, duration=7.5) == []
    audio_tracks = [one for one in stored.renditions if one.kind == Kind.AUDIO]
    assert check_release(audio_tracks, target=4) == []


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("120p", with_fields(chunks=()), "empty"),
        ("120p", with_chunk(1, number=2), "chunk_missing"),
        ("120p", with_chunk(1, start=0), "not_continuous"),
        ("120p", with_chunk(2, duration=1), "not_continuous"),
        ("120p", with_row(3, 60061), "not_continuous"),
        ("120p", with_row(2, 0), "not_continuous"),
        ("120p", with_chunk(1, size=1), "ranges"),
        ("120p", with_row(0, 1), "ranges"),
        ("120p", with_row(1, lambda size: size - 1), "ranges"),
        ("120p", with_row(5, [1, 1, 120120]), "keyframe_ranges"),
        ("120p", with_row(5, [735, 10, 60060]), "keyframe_ranges"),
        ("120p", with_row(4, 118), "frame_rate"),
        ("120p", with_fields(frame_rate=Fraction(25)), "frame_rate"),
        ("120p", with_fields(frame_rate=Fraction(100)), "frame_rate"),
        ("120p", with_fields(frame_rate=None), "frame_rate"),
        ("120p", with_fields(bandwidth=100), "bandwidth"),
        ("120p", with_fields(average_bandwidth=900_000), "average_bandwidth"),
        ("120p", with_fields(iframe_bandwidth=900_000), "iframe_bandwidth"),
        ("120p", with_fields(codecs="avc1"), "codecs"),
        ("audio-en", with_fields(codecs="mp4a.40.34"), "codecs"),
        ("audio-en", with_fields(channels=0), "channels"),
        ("120p", with_fields(width=161), "picture_size"),
        ("60p", with_fields(timescale=15000), "not_aligned"),
        ("audio-de", with_fields(timescale=44100), "length"),
    ],
)
def test_what_is_wrong_with_a_release_is_found(
    stored: Stored, name: str, change: Change, expected: str
) -> None:
    assert expected in wrong(check_release(changed(stored, name, change), target=4))


def test_what_could_be_better_is_noted_and_hides_nothing(stored: Stored) -> None:
    def found(name: str, change: Change) -> list[Violation]:
        return check_release(changed(stored, name, change), target=4)

    narrow = found("60p", with_fields(width=60))
    assert (wrong(narrow), noted(narrow)) == (set(), {"aspect_ratio"})
    without = check_release(
        [
            replace(
                one,
                chunks=[replace(c, rows=[r[:5] for r in c.rows]) for c in one.chunks],
                iframe_bandwidth=0,
            )
            for one in stored.renditions
        ]
    )
    assert (wrong(without), noted(without)) == (set(), {"no_keyframes"})
    alone = [replace(stored.rendition("120p"), width=640, height=480)]
    assert "single_rung" in noted(check_release(alone, target=4))


def test_a_length_that_is_not_the_sources_is_found(stored: Stored) -> None:
    assert wrong(check_release(stored.renditions, duration=20)) == {"length"}
    assert wrong(check_release([])) == {"empty"}


def test_a_segment_over_the_target_is_found(stored: Stored) -> None:
    assert wrong(check_release(stored.renditions, target=2)) >= {"overlong"}


@pytest.mark.parametrize(
    ("playlist", "before", "after"),
    [
        ("multivariant_playlist", "#EXT-X-INDEPENDENT-SEGMENTS\n", ""),
        ("multivariant_playlist", "AVERAGE-BANDWIDTH", "AVERAGE"),
        ("multivariant_playlist", "CODECS", "CODEC"),
        ("multivariant_playlist", "FRAME-RATE", "RATE"),
        ("multivariant_playlist", 'LANGUAGE="de",', ""),
        ("multivariant_playlist", "DEFAULT=NO", "DEFAULT=YES"),
        ("multivariant_playlist", 'NAME="English"', 'NAME="Deutsch \'&<"'),
        ("multivariant_playlist", 'AUDIO="audio"', 'AUDIO="other"'),
        ("multivariant_playlist", "60p.m3u8", "30p.m3u8"),
        ("multivariant_playlist", "INF:BANDWIDTH=2", "INF:BANDWIDTH=9"),
        ("media_playlist", "#EXT-X-MAP", "#EXT-X-MAPS"),
        ("media_playlist", "#EXT-X-PLAYLIST-TYPE:VOD\n", ""),
        ("media_playlist", "#EXT-X-ENDLIST", ""),
        ("media_playlist", "#EXTINF:2.0", "#EXTINF:2.1"),
        ("media_playlist", "TARGETDURATION:4", "TARGETDURATION:3"),
        ("media_playlist", "#EXT-X-BYTERANGE", "#EXT-X-RANGE"),
        ("media_playlist", "120p/00000/735-", "120p/00000/736-"),
        ("media_playlist", "120p/00001/", "120p/00002/"),
        ("media_playlist", 'MAP:URI="120p/00000/0-', 'MAP:URI="120p/00001/0-'),
        ("iframe_playlist", "@735", "@9999999"),
        ("iframe_playlist", "#EXT-X-INDEPENDENT-SEGMENTS\n", ""),
    ],
)
def test_what_is_wrong_with_a_playlist_is_found(
    stored: Stored, monkeypatch: pytest.MonkeyPatch, playlist: str, before: str, after: str
) -> None:
    render: Callable[..., str | None] = getattr(release, playlist)

    def falsified(*args: Any, **options: Any) -> str | None:
        text = render(*args, **options)
        assert text is None or before in text or playlist != "multivariant_playlist"
        return text and text.replace(before, after)

    monkeypatch.setattr(release, playlist, falsified)
    assert wrong(check_release(stored.renditions, target=4))


def test_what_is_stored_is_what_the_rows_tell(stored: Stored) -> None:
    for rendition in stored.renditions:
        for chunk, path in zip(rendition.chunks, stored.paths[rendition.name], strict=True):
            assert check_stored(rendition, chunk, read(path)) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (with_fields(init_sha256="0"), "init"),
        (with_fields(codecs="avc1.640029"), "init"),
        (with_fields(width=320), "picture_size"),
        (with_chunk(1, init_size=1), "init"),
        (with_chunk(1, start=0), "not_continuous"),
        (with_row(0, 736), "segments"),
        (with_row(1, 5), "segments"),
        (with_row(2, 60060), "segments"),
        (with_row(4, 119), "frame_count"),
        (with_row(5, [735, 1, 60060, 800, 1, 60060]), "segments"),
    ],
)
def test_rows_that_tell_something_else_are_found(
    stored: Stored, change: Change, expected: str
) -> None:
    told = change(stored.rendition("120p"))
    found = check_stored(told, told.chunks[1], read(stored.paths["120p"][1]))
    assert expected in wrong(found)
    assert all(finding.message.startswith("120p, chunk 1: ") for finding in found)


def test_the_file_of_another_chunk_is_found(stored: Stored) -> None:
    rung = stored.rendition("120p")
    other = stored.paths["120p"][2]
    assert {"not_continuous", "segments"} <= wrong(check_stored(rung, rung.chunks[1], read(other)))


def test_a_report_can_be_kept_and_read(stored: Stored) -> None:
    found = [
        Violation("peaky", "It could be better.", must=False),
        Violation("codecs", "It is bad."),
    ]
    kept = json.loads(json.dumps(report.report(found, stored.renditions, target=4)))
    assert (kept["ok"], kept["checked"], kept["seconds"]) == (False, "rows", 7.509)
    assert [finding["code"] for finding in kept["findings"]] == ["codecs", "peaky"]
    text = report.lines(kept)
    assert text[0].startswith("120p         160x120")
    assert text[-3:] == [
        "wrong It is bad.",
        "note  It could be better.",
        "1 thing is wrong; rows were checked.",
    ]
    good = report.report([], stored.renditions)
    assert report.lines(good)[-1] == "Everything is right; rows were checked."
