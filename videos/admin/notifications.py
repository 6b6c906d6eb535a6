"""Notifications, the browsers that show messages, and the messages to them, in the admin."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin import display
from django.utils.safestring import SafeString

from accounts import agents
from accounts.models import PushMessage, PushSubscription
from config.admin.base import ReadOnlyAdmin, chip, link
from videos.admin.rows import OfVideoAdmin
from videos.models import Notification, Video
from videos.notifications import wording

_STATES = {"ready": "ready", "failed": "failed", "approved": "ready", "rejected": "failed"}


@admin.register(Notification)
class NotificationAdmin(OfVideoAdmin):
    """What owners are to be told: by mail and in their browsers, or already told."""

    empty_hint = "What becomes of a video appears here when its owner is to be told of it."
    video_path = "video_id"
    outlives_video = True

    list_display = ("what", "of", "owner", "created_at", "mail_due", "push_due")
    list_filter = ("kind", "mail_due", "push_due")
    list_select_related = ("owner",)
    search_fields = ("=video_id", "owner__email")
    ordering = ("-id",)
    fields = ("what", "of", "owner", "code", "message", "created_at", "mail_due", "push_due")
    readonly_fields = fields

    @display(description="What happened", ordering="kind")
    def what(self, one: Notification) -> SafeString:
        """Return what happened to the video."""
        return chip(_STATES[one.kind], wording.STATES[one.kind])

    @display(description="Video")
    def of(self, one: Notification) -> SafeString | str:
        """Return the video's title as it was, as a link."""
        return link(
            Video(pk=one.video_id), wording.title(one.title), viewer=cast(Any, one).viewed_by
        )


@admin.register(PushSubscription)
class PushSubscriptionAdmin(ReadOnlyAdmin):
    """The browsers that show messages. Endpoints are not shown: who knows one can send to it."""

    empty_hint = "A browser appears here when its user turns on messages on the account page."
    list_display = ("browser", "user", "created_at", "last_used_at", "failures", "expires_at")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    ordering = ("-id",)
    fields = ("browser", "user", "key", "created_at", "last_used_at", "failures", "expires_at")
    readonly_fields = fields

    @display(description="Browser")
    def browser(self, one: PushSubscription) -> str:
        """Return how the browser calls itself."""
        return agents.name_of(one.user_agent)


@admin.register(PushMessage)
class PushMessageAdmin(ReadOnlyAdmin):
    """Messages to browsers: sent, waiting, or given up. What they say is for their reader."""

    empty_hint = "Messages appear here once a browser is to show some."
    list_display = ("to", "state", "tries", "error", "created_at", "sent_at", "next_at")
    list_filter = (("sent_at", admin.EmptyFieldListFilter),)
    list_select_related = ("subscription__user",)
    search_fields = ("subscription__user__email",)
    ordering = ("-id",)
    fields = list_display
    readonly_fields = fields

    @display(description="To")
    def to(self, message: PushMessage) -> str:
        """Return whose browser it is for."""
        return message.subscription.user.email

    @display(description="State")
    def state(self, message: PushMessage) -> SafeString:
        """Whether the message is sent, given up or waiting."""
        if message.sent_at is not None:
            return chip("done", "Sent")
        if message.next_at is None:
            return chip("failed", "Given up")
        return chip("queued", "Waiting")

    def title_of(self, row: PushMessage) -> str:
        """Return a heading without what the message says."""
        return f"Message to {row.subscription.user.email}"
