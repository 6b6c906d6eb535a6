"""What a video contains, and which others are like it, as the admin's page of it shows them."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import User
from videos import access
from videos.models import ContentFacts, Video
from videos.moderation import alike
from videos.playback import services as playback

_MOST_SHOWN = 10


def facts(video: Video) -> SafeString:
    """Return a line for each kind of fact; empty if nothing was measured."""
    found = ContentFacts.objects.filter(release=video.release_id).first()
    return format_html_join("", "<p>{}: {}</p>", _lines(found) if found else ())


def _lines(found: ContentFacts) -> Iterator[tuple[str, str]]:
    for said, name in (("Black", "black"), ("Frozen", "frozen"), ("Silent", "silent")):
        stretches = getattr(found, name)
        if stretches is not None:
            yield said, _stretches(stretches, more=name in found.truncated)
    if found.cuts is not None:
        more = "more than " if "cuts" in found.truncated else ""
        yield "Scene cuts", f"{more}{len(found.cuts)}"
    if found.loudness is not None:
        yield "Loudness", f"{found.loudness:.1f} LUFS, range {found.loudness_range or 0:.1f} LU"
    if found.true_peak is not None:
        yield "True peak", f"{found.true_peak:.1f} dBTP"


def _stretches(stretches: list[list[float]], *, more: bool) -> str:
    if not stretches:
        return "never"
    shown = ", ".join(f"{_clock(begin)} to {_clock(end)}" for begin, end in stretches[:_MOST_SHOWN])
    left = len(stretches) - _MOST_SHOWN
    if left <= 0:
        return shown
    return f"{shown} and {'more than ' if more else ''}{left} more"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)}:{rest:04.1f}"


def alike_to(video: Video, viewer: User) -> SafeString:
    """Return a poster with a link for each video that is like it; empty if there are none, or the
    viewer is no moderator."""
    if not access.may_compare(video, viewer):
        return SafeString()
    return format_html_join(
        "", "<p>{}</p>", ((_alike(one, viewer),) for one in alike.to(video, viewer))
    )


def _alike(found: alike.Alike, viewer: User) -> SafeString:
    video = found.video
    poster = playback.small_poster_url(video, viewer, held=True) or playback.poster_url(
        video, viewer, held=True
    )
    picture = (
        format_html(
            '<img class="thumb" src="{}" alt="" width="96" height="54" loading="lazy"> ', poster
        )
        if poster
        else ""
    )
    return format_html(
        '{}<a href="{}">{}</a>: {} % of its scenes are here, {} % of these are there',
        picture,
        reverse("admin:videos_video_change", args=[video.pk]),
        video.title or "Untitled",
        round(100 * found.share_of_other),
        round(100 * found.share),
    )
