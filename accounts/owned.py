"""What a user owns that keeps the account from being deleted, told with links into the admin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import User

# How what is owned is deleted for good, by its name; its plural is the relation of users.
_OWNED = {
    "video": "Choose the videos there and delete them for good.",
    "image": "The images are deleted for good by their owner, or through the API by staff who may.",
}


def links(users: Sequence[User]) -> SafeString | str:
    """Return links to the users' videos and images, deleted ones included; empty if there are
    none."""
    return _joined([link for kind in _OWNED for link in _of(users, kind)])


def kept_by(users: Sequence[User]) -> list[SafeString]:
    """Return what to do about the users' videos and images before the users can be deleted."""
    owned = {kind: list(_of(users, kind)) for kind in _OWNED}
    if not any(owned.values()):
        return []
    said = format_html(
        "{}. {} Then the account can be deleted. To keep them, clear Active instead: then nobody "
        "can log in with it.",
        _joined([link for found in owned.values() for link in found]),
        " ".join(advice for kind, advice in _OWNED.items() if owned[kind]),
    )
    return [said]


def _of(users: Sequence[User], kind: str) -> Iterator[tuple[str, str, str]]:
    """Yield the URL of each user's rows of a kind, their number, and the user's email address."""
    named = User.objects.filter(pk__in=[user.pk for user in users]).order_by("email")
    page = reverse(f"admin:videos_{kind}_changelist")
    for email, count in named.annotate(n=Count(f"{kind}s")).values_list("email", "n"):
        if count:
            query = urlencode({"q": email, "deleted": "all"})
            yield f"{page}?{query}", f"{count} {kind}{'' if count == 1 else 's'}", email


def _joined(found: list[tuple[str, str, str]]) -> SafeString:
    return format_html_join(", ", '<a href="{}">{} of {}</a>', found)
