"""Pictures of every kind for a release, as rows with small files, without the work."""

from __future__ import annotations

from typing import Any

from uuid_utils.compat import uuid7

from videos import keys
from videos.models import Picture, Release
from videos.storage import outputs

VTT = """WEBVTT

00:00:00.000 --> 00:00:02.000
storyboard-000.jpg#xywh=0,0,160,90

00:00:02.000 --> 01:00:00.000
storyboard-000.jpg#xywh=160,0,160,90
"""
"""A storyboard of two pictures, left and right on its only sheet."""

_Made = tuple[str, str, str, tuple[int, int] | None, dict[str, Any]]


def _all() -> list[_Made]:
    posters: list[_Made] = [
        ("candidates", f"poster-{w}.{end}", f"image/{kind}", (w, w * 9 // 16), {"time": 3.0})
        for w in (320, 640, 1280)
        for end, kind in (("jpg", "jpeg"), ("webp", "webp"))
    ]
    candidates: list[_Made] = [
        ("candidates", f"candidate-{n:02}.jpg", "image/jpeg", (320, 180), {"time": t, "score": s})
        for n, (t, s) in enumerate([(1.0, 0.25), (3.0, 0.75)])
    ]
    thumbnails: list[_Made] = [
        ("thumbnails", f"thumbnail-{name}.jpg", "image/jpeg", (320, 180), {"time": time})
        for name, time in (("begin", 0.0), ("end", 9.0), ("middle", 5.0))
    ]
    return [
        *posters,
        *candidates,
        *thumbnails,
        ("storyboard", "storyboard.vtt", "text/vtt", None, {}),
        ("storyboard", "storyboard.json", "application/json", None, {}),
        ("storyboard", "storyboard-000.jpg", "image/jpeg", (320, 90), {}),
        ("storyboard", "storyboard-000.webp", "image/webp", (320, 90), {}),
        ("preview", "preview.mp4", "video/mp4", (320, 180), {"seconds": 4.0}),
        ("preview", "preview.webp", "image/webp", (320, 180), {"seconds": 4.0}),
        ("waveform", "waveform.json", "application/json", None, {}),
        ("waveform", "waveform.png", "image/png", (1800, 280), {}),
    ]


def give_pictures(release: Release, files: dict[str, bytes] | None = None) -> None:
    """List a picture of each name, in place of those of the same name; store the given files."""
    attempt = keys.attempt_prefix(release.pk, uuid7())
    made = [
        Picture(
            release=release,
            kind=kind,
            name=name,
            key=keys.picture(attempt, name),
            bytes=len((files or {}).get(name, b"")),
            content_type=content_type,
            width=size[0] if size else None,
            height=size[1] if size else None,
            facts=facts,
        )
        for kind, name, content_type, size, facts in _all()
    ]
    for one in made:
        if files and one.name in files:
            outputs().put_bytes(one.key, files[one.name], content_type=one.content_type)
    release.pictures.filter(name__in=[one.name for one in made]).delete()
    Picture.objects.bulk_create(made)
