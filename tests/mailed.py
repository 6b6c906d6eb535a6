"""Every mail with made-up contents, as it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from videos.notifications import wording
from videos.notifications.wording import Kind, Told

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# Mails that processes of the release before have queued, which end with it.
_OF_BEFORE = {"mail/video_approved", "mail/video_rejected"}
MAILS = sorted(
    name
    for folder in ("account/email", "mail", "mfa/email")
    for file in (TEMPLATES / folder).glob("*_message.txt")
    if not file.name.startswith("base_")
    and (name := str(file.relative_to(TEMPLATES)).removesuffix("_message.txt")) not in _OF_BEFORE
)
"""The names of all mails, as their templates begin."""
_SITE = "https://vod.example.org"
_REJECTED = "The sound belongs to somebody else. Upload the film again without it."


class _Request:
    scheme = "https"

    def get_host(self) -> str:
        return _SITE.partition("://")[2]


CONTEXT: Mapping[str, Any] = {
    "email": "<b>@example.org",
    "activate_url": f"{_SITE}/accounts/confirm-email/Mg:1xX7Iq:FV0tcqQO5VfH0ZBEQ4Y1nCkK2o/",
    "password_reset_url": f"{_SITE}/accounts/password/reset/key/2-d3bq7p-0b5f0b8e2b5e/",
    "signup_url": f"{_SITE}/accounts/signup/",
    "link": f"{_SITE}/accounts/invitation/4fQb0yX3Qm0c1rGkq1nV/",
    "request": _Request(),
    "timestamp": timezone.now(),
    "expires_at": timezone.now(),
    "ip": "192.0.2.7",
    "user_agent": "Firefox on Linux",
    "url": "https://hooks.example.org/videos",
    "current_site": {"domain": "vod.example.org"},
    "site": "vod.example.org",
    "from_email": "ada@example.com",
    "to_email": "ada@home.example",
    "deleted_email": "ada@home.example",
}
"""What the mails may show, but for the notifications."""

_READY = Told(Kind.READY, "Light on water", wording.said(Kind.READY, "", waits=False))
_FAILED = Told(
    Kind.FAILED,
    "Cut short",
    "The file is cut off: its index is missing.",
    "The end of the file is missing: copy it again and upload that.",
)
_TOLD: Mapping[str, list[Told]] = {
    "ready": [_READY],
    "failed": [_FAILED],
    "rejected": [Told(Kind.REJECTED, "Test card", wording.said("rejected", _REJECTED, waits=True))],
    "several": [
        _FAILED,
        _READY,
        Told(Kind.READY, "A walk across the Alps, from Lake Geneva to the sea", _READY.said),
        Told(Kind.READY, "مرحبا بكم في الميناء", wording.said(Kind.READY, "", waits=True)),
    ],
}


def write_all(folder: Path) -> None:
    """Write every mail as HTML and as text, with its subject, into a folder."""
    for name, template, context in _all():
        subject = render_to_string(f"{template}_subject.txt", context)
        text = render_to_string(f"{template}_message.txt", context)
        page = render_to_string(f"{template}_message.html", context)
        (folder / f"{name}.html").write_text(page)
        (folder / f"{name}.txt").write_text(f"{' '.join(subject.split())}\n\n{text}")


def _all() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for template in MAILS:
        name = template.rpartition("/")[2].replace("_", "-")
        if template == "mail/notifications":
            for which, told in _TOLD.items():
                yield f"{name}-{which}", template, notifications(told)
        else:
            yield name, template, CONTEXT


def notifications(told: list[Told]) -> dict[str, Any]:
    """Return what the mail about these videos shows."""
    return {
        "subject": wording.subject(told),
        "heading": wording.heading(told),
        "sections": [
            {"kind": kind, "state": wording.STATES[kind], "videos": videos, "more": 0}
            for kind in wording.ORDER
            if (videos := [_line(one) for one in told if one.kind == kind])
        ],
        "alone": len(told) == 1,
        "library": _SITE,
        "settings": f"{_SITE}/account/notifications/",
        "unsubscribe": f"{_SITE}/notifications/off/Ag.failed.ready:0b5f0b8e2b5e/",
        "site": _SITE.partition("://")[2],
    }


def _line(told: Told) -> dict[str, Any]:
    return {
        "kind": told.kind,
        "title": told.title,
        "isolated": wording.isolated(told.title),
        "said": told.said,
        "advice": told.advice,
        "link": f"{_SITE}/watch/01a22052-390a-7159-8ac2-1d5676fa30ef/",
    }
