"""Show the plan of a run in the admin."""

from collections.abc import Iterator
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from processing.ffmpeg.planning.plan import EncodePlan


def shown(stored: dict[str, Any] | None) -> SafeString | str:
    """Return a list of the renditions that are made, and the reasons."""
    if stored is None:
        return "Not planned yet: the file has not been inspected."
    plan = EncodePlan.from_json(stored)
    made = format_html_join("", "<li>{}</li>", ((line,) for line in _made(plan)))
    why = format_html_join("", "<p>{}</p>", ((reason,) for reason in plan.reasons))
    return format_html("<ul>{}</ul>{}", made, why)


def _made(plan: EncodePlan) -> Iterator[str]:
    for rung in plan.rungs:
        size = f"{rung.name}: {rung.width} × {rung.height}"  # noqa: RUF001  # the sign for it
        at_most = f"CRF {rung.crf}, at most {rung.maxrate / 1000:.0f} kbit/s"
        yield f"{size}, {_kept(plan, rung.name) or at_most}"
    for track in plan.tracks:
        called = " ".join(filter(None, (track.title, f"({track.language})")))
        at_most = f"{plan.bitrate_of(track) / 1000:.0f} kbit/s"
        yield f"{track.name}: {called}, {_kept(plan, track.name) or at_most}"


def _kept(plan: EncodePlan, name: str) -> str:
    return "copied without encoding" if name in plan.passthrough else ""
