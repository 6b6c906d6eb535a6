"""Which known security fixes an FFmpeg lacks, judged by its version alone.

The table is short on purpose. It has flaws that let a file write outside its memory, in parts that
FFmpeg reaches from a file (parts that need a network protocol, a muxer, an encoder or a graphics
card are never used here). Each new row names its source in a comment.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

Version = tuple[int, int, int]
Part = Literal["decoder", "demuxer", "parser"]


@dataclass(frozen=True)
class Flaw:
    """One flaw. `fixed` has the first fixed release of each branch for which one is known, oldest
    first. `since` and `until` are the first and the last release with the flaw, for flaws without a
    known fix. `option` is the configure option a build must have to be affected."""

    cve: str
    part: Part
    name: str
    fixed: tuple[Version, ...]
    since: Version = (0, 0, 0)
    until: Version | None = None
    option: str = ""

    def is_in(self, version: Version) -> bool:
        """Whether a release is known to have the flaw.

        A branch without a known fix counts as having it; a branch newer than every fixed one was
        made after the fix.
        """
        if version < self.since or (self.until is not None and version > self.until):
            return False
        for first in self.fixed:
            if first[:2] == version[:2]:
                return version < first
        return not self.fixed or version < self.fixed[-1]


FLAWS = (
    # Fixed releases: Mastodon 4.6.2's release notes, jellyfin-ffmpeg issue 730, and "avcodec/
    # magicyuv: reject slice_height misaligned with chroma vshift" in the Changelog of 7.1.5.
    # Debian 12 has 5.1.9, Debian 13 has 7.1.5 ("Fixes CVE-2026-8461" in its changelog).
    Flaw(
        "CVE-2026-8461",
        "decoder",
        "magicyuv",
        ((5, 1, 10), (6, 1, 6), (7, 1, 5), (8, 0, 3), (8, 1, 2)),
    ),
    # CVE record: 4.1 up to 8.1. "avformat/mov: use 64bit in CENC subsample bounds checks" stands
    # in the Changelogs of 5.1.9 and 7.1.4.
    Flaw("CVE-2026-40962", "demuxer", "mov", ((5, 1, 9), (7, 1, 4), (8, 1, 0)), since=(4, 1, 0)),
    # CVE record: DVD subtitles in MPEG-PS. "avcodec/dvdsub_parser: Fix buf_size check" stands in
    # the Changelogs of 5.1.9 and 7.1.4 and in the list of 8.1.2's changes.
    Flaw("CVE-2026-6385", "parser", "dvdsub", ((5, 1, 9), (7, 1, 4), (8, 1, 2))),
    # CVE record: 7.1 up to 9.0.2, in the decoder of LCEVC inside H.264 and HEVC; no fixed release.
    Flaw(
        "CVE-2026-125262",
        "decoder",
        "lcevc",
        (),
        since=(7, 1, 0),
        until=(9, 0, 2),
        option="--enable-liblcevc-dec",
    ),
    # CVE records: below 8.1.3, and 9.0 below 9.0.2.
    Flaw("CVE-2026-125244", "decoder", "vvc", ((8, 1, 3), (9, 0, 2)), since=(7, 0, 0)),
    Flaw("CVE-2026-125267", "decoder", "apac", ((8, 1, 3), (9, 0, 2))),
    # CVE records: 2.7 up to 8.1.2, and everything up to 9.0.2; they name no fixed release.
    Flaw("CVE-2026-65703", "decoder", "tdsc", (), since=(2, 7, 0), until=(8, 1, 2)),
    Flaw("CVE-2026-125241", "decoder", "flic", (), until=(9, 0, 2)),
)


@dataclass(frozen=True)
class Verdict:
    """The facts about one FFmpeg: `version` is None for a build from between two releases,
    `lacking` has the flaws a file can reach, `unreachable` those in decoders that are never
    opened."""

    version: Version | None
    lacking: tuple[Flaw, ...] = ()
    unreachable: tuple[Flaw, ...] = ()

    @property
    def well(self) -> bool:
        """Whether the version is known and no relevant fix is missing."""
        return self.version is not None and not self.lacking


def parse(said: str) -> Version | None:
    """Return the release in the first line of `ffmpeg -version`; None for a build of the
    development branch ("N-118000-g1a2b3c4", "2026-06-01-git-…"), which has no number.

    Suffixes of distributions are dropped: "5.1.9-0+deb12u1" is 5.1.9, "n8.1" is 8.1.0.
    """
    found = re.match(r"(?:ff\w+ version )?n?(\d{1,2})\.(\d+)(?:\.(\d+))?(?![\d.])", said.strip())
    if found is None:
        return None
    major, minor, patch = (int(number or 0) for number in found.groups())
    return major, minor, patch


def judge(said: str, decoders: Collection[str] | None = None) -> Verdict:
    """Return the verdict on the output of `ffmpeg -version`.

    `decoders` are the only ones that are ever opened; None means any may be. A distribution may
    have put a fix into an older release, which its version does not show.
    """
    version = parse(said)
    if version is None:
        return Verdict(None)
    present = [flaw for flaw in FLAWS if flaw.is_in(version) and flaw.option in said]
    closed = [flaw for flaw in present if _is_closed(flaw, decoders)]
    return Verdict(version, tuple(f for f in present if f not in closed), tuple(closed))


def _is_closed(flaw: Flaw, decoders: Collection[str] | None) -> bool:
    # A flaw that needs a build option is inside decoders with other names.
    if flaw.part != "decoder" or flaw.option or decoders is None:
        return False
    return flaw.name not in decoders
