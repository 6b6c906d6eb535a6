"""An FFmpeg's version tells which known security fixes it lacks."""

from __future__ import annotations

import pytest

from processing.ffmpeg import security
from processing.ffmpeg.security import Flaw, Version, judge, parse


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026", (5, 1, 9)),
        ("ffprobe version 7.1.5-0+deb13u1 Copyright (c) 2007-2026", (7, 1, 5)),
        ("ffmpeg version 6.1.1-3ubuntu5 Copyright (c)", (6, 1, 1)),
        ("ffmpeg version n8.1 Copyright (c)", (8, 1, 0)),
        ("ffmpeg version n8.1.2-7-g0123456 Copyright (c)", (8, 1, 2)),
        ("ffmpeg version 7.0.2-static https://example.org", (7, 0, 2)),
        ("ffmpeg version 8.0-essentials_build", (8, 0, 0)),
        ("7.1.1", (7, 1, 1)),
        ("ffmpeg version N-118000-g1a2b3c4d5e Copyright (c)", None),
        ("ffmpeg version 2026-06-01-git-abcdef-full_build", None),
        ("ffmpeg version git-2025-01-02", None),
        ("", None),
    ],
)
def test_a_version_is_read_whatever_a_distribution_appends(
    said: str, version: Version | None
) -> None:
    assert parse(said) == version


@pytest.mark.parametrize(
    ("version", "has_it"),
    [
        ((4, 4, 6), True),
        ((5, 1, 9), True),
        ((5, 1, 10), False),
        ((6, 0, 1), True),  # a branch without a fixed release
        ((8, 1, 1), True),
        ((8, 1, 2), False),
        ((8, 2, 0), False),
        ((9, 0, 0), False),
    ],
)
def test_a_branch_is_fixed_from_its_own_release_on(version: Version, has_it: bool) -> None:
    flaw = Flaw("CVE", "demuxer", "mov", ((5, 1, 10), (8, 1, 2)))
    assert flaw.is_in(version) == has_it


def test_a_release_from_before_the_flaw_has_not_got_it() -> None:
    flaw = Flaw("CVE", "decoder", "vvc", (), since=(7, 0, 0), until=(9, 0, 2))
    assert not flaw.is_in((6, 1, 5))
    assert flaw.is_in((9, 0, 2))


def test_nothing_is_said_of_releases_after_the_last_that_is_known_to_have_it() -> None:
    flaw = Flaw("CVE", "decoder", "vvc", (), until=(9, 0, 2))
    assert not flaw.is_in((9, 0, 3))
    assert judge("ffmpeg version 99.1").well


def test_debian_12_lacks_the_fix_of_magicyuv_and_debian_13_has_it() -> None:
    old = judge("ffmpeg version 5.1.9-0+deb12u1")
    assert "CVE-2026-8461" in {flaw.cve for flaw in old.lacking}
    assert not old.well
    new = judge("ffmpeg version 7.1.5-0+deb13u1")
    assert "CVE-2026-8461" not in {flaw.cve for flaw in (*new.lacking, *new.unreachable)}


def test_a_flaw_in_a_decoder_that_is_never_opened_is_told_apart() -> None:
    verdict = judge("ffmpeg version 5.1.9-0+deb12u1", {"h264", "hevc", "aac"})
    assert verdict.well
    assert "magicyuv" in {flaw.name for flaw in verdict.unreachable}
    opened = judge("ffmpeg version 5.1.9-0+deb12u1", {"h264", "magicyuv"})
    assert [flaw.name for flaw in opened.lacking] == ["magicyuv"]


def test_a_flaw_in_a_demuxer_is_reached_whatever_decoders_are_opened() -> None:
    verdict = judge("ffmpeg version 6.1.1-3ubuntu5", {"h264"})
    assert {flaw.name for flaw in verdict.lacking} == {"mov", "dvdsub"}


def test_a_flaw_of_an_optional_library_counts_only_in_builds_with_it() -> None:
    plain, built = "ffmpeg version 7.1.5", "ffmpeg version 7.1.5\n --enable-liblcevc-dec"
    assert judge(plain, {"h264"}).well
    assert [flaw.name for flaw in judge(built, {"h264"}).lacking] == ["lcevc"]


def test_a_development_build_cannot_be_judged() -> None:
    verdict = judge("ffmpeg version N-118000-g1a2b3c4d5e")
    assert verdict.version is None
    assert not verdict.well


def test_the_table_names_each_flaw_once_and_its_branches_in_order() -> None:
    names = [flaw.cve for flaw in security.FLAWS]
    assert len(names) == len(set(names))
    for flaw in security.FLAWS:
        assert list(flaw.fixed) == sorted(flaw.fixed)
        assert len({first[:2] for first in flaw.fixed}) == len(flaw.fixed)
