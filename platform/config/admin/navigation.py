"""The links of the admin's navigation: only to pages that the user may view. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.text import capfirst

# The groups, each with the class names of its models and their labels.
_GROUPS = (
    (
        "Videos",
        {
            "Video": "Videos",
            "Image": "Images",
            "Track": "Tracks",
            "ModerationDecision": "Decisions",
        },
    ),
    (
        "Processing",
        {
            "Run": "Jobs",
            "Task": "Steps",
            "EncodingProfile": "Encoding profiles",
            "Release": "Releases",
            "Source": "Originals",
            "Upload": "Uploads",
            "HookDelivery": "Hook deliveries",
        },
    ),
    (
        "People",
        {
            "User": "Users",
            "Plan": "Plans",
            "Group": "Groups",
            "ApiKey": "API keys",
            "Invitation": "Invitations",
            "AuditEntry": "Audit log",
        },
    ),
    (
        "Operation",
        {
            "Worker": "Workers",
            "Reconciler": "Reconcilers",
            "DutyRun": "Duties",
            "StoredObject": "Stored objects",
            "Event": "Events",
            "OutgoingMail": "Mails",
            "WebhookEndpoint": "Webhooks",
            "WebhookDelivery": "Webhook messages",
            "Notification": "Notifications",
            "PushSubscription": "Browsers",
            "PushMessage": "Messages to browsers",
            "LogEntry": "Staff actions",
        },
    ),
)


@dataclass(frozen=True)
class Link:
    """A line of the navigation."""

    label: str
    url: str
    is_here: bool
    count: int | None = None


@dataclass(frozen=True)
class Group:
    """Links under a heading."""

    label: str
    links: list[Link]


def groups(path: str, apps: Iterable[dict[str, Any]], *, waiting: int | None) -> list[Group]:
    """Return the groups for the page at ``path``, from ``apps`` as Django lists them and the number
    of videos ``waiting`` for review (None: no review link)."""
    urls = {
        model["object_name"]: (model["admin_url"], model["name"])
        for app in apps
        for model in app["models"]
        if model["admin_url"]
    }
    found = [Group("", list(_first(path, waiting)))]
    for label, names in _GROUPS:
        links = [
            Link(called, urls[name][0], path.startswith(urls[name][0]))
            for name, called in names.items()
            if name in urls
        ]
        found.append(Group(label, _only_one_here(path, links)))
    known = {name for _, names in _GROUPS for name in names}
    others = [
        Link(str(n), url, path.startswith(url)) for k, (url, n) in urls.items() if k not in known
    ]
    found.append(Group("More", others))
    return [group for group in found if group.links]


def label_of(model: type[Model]) -> str:
    """Return a model's label, in the navigation and above its list."""
    labels = {name: label for _, names in _GROUPS for name, label in names.items()}
    return labels.get(model.__name__) or capfirst(str(model._meta.verbose_name_plural))


def _first(path: str, waiting: int | None) -> Iterator[Link]:
    index = reverse("admin:index")
    yield Link("Overview", index, path == index)
    if waiting is not None:
        review = reverse("admin:videos_video_review")
        yield Link("Review", review, path.startswith(review), waiting)


def _only_one_here(path: str, links: list[Link]) -> list[Link]:
    """Clear ``is_here`` on the review page: its URL is below that of the videos' list, and it has a
    link of its own."""
    if not path.startswith(reverse("admin:videos_video_review")):
        return links
    return [Link(link.label, link.url, False) for link in links]
