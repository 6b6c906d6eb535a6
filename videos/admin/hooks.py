"""The reports of AI generators in the admin."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin import display
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from config.admin.base import NOTHING, chip, link
from videos.admin.filters import ByErrorCode
from videos.admin.rows import OfVideoAdmin
from videos.models import HookDelivery


@admin.register(HookDelivery)
class HookDeliveryAdmin(OfVideoAdmin):
    """What generators reported, and what was done about it."""

    empty_hint = "What generators report appears here."
    list_display = (
        *("job_id", "source", "status", "standing", "error_code", "of", "owner", "received_at"),
    )
    list_filter = ("state", "source", "status", ByErrorCode)
    list_select_related = ("owner", "video")
    search_fields = ("=job_id", "=delivery_id", "=error_code", "owner__email")
    ordering = ("-id",)
    fields = (
        *("source", "job_id", "status", "standing", "error_code", "of", "images", "whose"),
        *("delivery_id", "received_at", "tries", "next_at"),
    )
    readonly_fields = fields

    @display(description="State", ordering="state")
    def standing(self, delivery: HookDelivery) -> SafeString:
        """Return what was done about the report."""
        return chip(delivery.state, delivery.get_state_display())

    @display(description="Video")
    def of(self, delivery: HookDelivery) -> SafeString | str:
        """Return a link to the first video that came of it."""
        return link(delivery.video, viewer=cast(Any, delivery).viewed_by)

    @display(description="Images")
    def images(self, delivery: HookDelivery) -> SafeString | str:
        """Return what became of each image that it reported."""
        viewer = cast(Any, delivery).viewed_by
        told = [
            (link(one.image, viewer=viewer) if one.image else one.error_code or one.state,)
            for one in delivery.images.select_related("image")
        ]
        return format_html_join(", ", "{}", told) or NOTHING

    @display(description="Owner")
    def whose(self, delivery: HookDelivery) -> SafeString | str:
        """Return a link to the user for whom it was sent."""
        return link(delivery.owner, viewer=cast(Any, delivery).viewed_by)
