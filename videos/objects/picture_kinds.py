"""Which objects are pictures of a release, and of which kind: each kind can be made again alone."""

from __future__ import annotations

from collections.abc import Collection

from videos import keys
from videos.models import Picture, Release

POSTER = "poster"
"""The kind of a poster that only its release names."""


def among(names: Collection[str]) -> dict[str, str]:
    """Return those of the keys that a release's pictures have, with their kinds."""
    # Posters are looked up by release, since their columns are not indexed.
    releases = {release for name in names if (release := keys.release_of(name)) is not None}
    rows = Release.objects.filter(pk__in=releases).values_list("poster_key", "small_poster_key")
    posters = {key for row in rows for key in row}
    kinds = dict.fromkeys(posters & set(names), POSTER)
    return kinds | dict(Picture.objects.filter(key__in=names).values_list("key", "kind"))
