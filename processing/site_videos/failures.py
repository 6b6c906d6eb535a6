"""Why the video of a page could not be fetched, as people are told it.

What yt-dlp says is only ever used to choose among these: a page can make it say anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from videos.fetching import errors
from videos.fetching.errors import FetchFailed

_SENTENCES = {
    "site_not_allowed": "The page lies on a site from which nothing is imported here, or leads to "
    "one. Ask the operator to allow it, or upload the file.",
    "site_no_video": "No video was found on the page. Check that it has one, or upload the file.",
    "site_several_videos": "The page has several videos, such as a playlist or a channel. Import "
    "the page of one video.",
    "site_live": "The video is a live stream, or has not begun yet. Import it when it is over.",
    "site_login": "The site shows the video only to people who are logged in, or asks for a proof "
    "that a person is watching. Upload the file, or ask the operator for cookies of the site.",
    "site_region": "The site does not show the video in the country of this server. Upload the "
    "file.",
    "site_unavailable": "The site does not have the video (any more), or does not show it. Check "
    "that it plays without an account.",
    "site_protected": "The video is copy-protected, and cannot be imported.",
    "site_failed": "The video of the page could not be fetched. Try again later, or upload the "
    "file; the site may need a newer yt-dlp on this server.",
    "site_tool_missing": "This server has no yt-dlp, which imports from sites need. Tell its "
    "operator, or upload the file.",
    "site_tool_too_old": "The yt-dlp of this server is too old. Tell its operator, or upload the "
    "file.",
}
CODES = tuple(_SENTENCES)
"""The codes of all failures that only imports from sites have."""

# In this order: the more telling words first. They are those of yt-dlp's common parts, and of its
# extractors for the largest sites.
_WORDS: Mapping[str, Sequence[str]] = {
    "site_protected": ("DRM.protected", "known to use DRM"),
    "site_region": (
        "geo.?restrict",
        "geo.?block",
        "in your (country|location|region)",
        "from your (country|location|region)",
    ),
    "site_live": (
        "live event will begin",
        "premieres? in",
        "live.?stream",
        "is offline",
        "not currently live",
    ),
    "site_login": (
        "--cookies",
        "--username",
        "log.?in (is )?required",
        "sign in",
        "registered users",
        "account credentials",
        "password.protected",
        "private video",
        "members.only",
        "HTTP Error 401",
    ),
    "site_no_video": (
        "Unsupported URL",
        "No video could be found",
        "There's no video",
        "No video formats found",
        "Requested format is not available",
        "is not a valid URL",
    ),
    "site_unavailable": (
        "not available",
        "unavailable",
        "no longer available",
        "has been (removed|deleted)",
        "account .{0,40}terminated",
        "does(n't| not) exist",
        "HTTP Error 4(03|04|10)",
    ),
    "fetch_unreachable": (
        "Unable to connect to proxy",
        "Connection (refused|reset)",
        "HTTP Error 50[234]",
        "timed out",
    ),
}
_PATTERNS = {code: re.compile("|".join(words), re.IGNORECASE) for code, words in _WORDS.items()}


_NAMES = re.compile(r"https?://\S+|(?<=\] )\S+(?=: )")


def without_names(log: str) -> str:
    """Return yt-dlp's errors for the log, without addresses and names of videos, which may be
    secret."""
    said = (line for line in log.splitlines() if line.startswith("ERROR:"))
    return _NAMES.sub("…", "\n".join(said))


def of(code: str) -> FetchFailed:
    """Return the failure with one of our codes."""
    return FetchFailed(code, _SENTENCES[code])


def of_words(log: str) -> FetchFailed:
    """Return the failure that yt-dlp's errors tell of."""
    said = "\n".join(line for line in log.splitlines() if line.startswith("ERROR:"))
    for code, pattern in _PATTERNS.items():
        if pattern.search(said):
            return errors.unreachable() if code == "fetch_unreachable" else of(code)
    return of("site_failed")
