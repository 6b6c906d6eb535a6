"""The admin's list of images."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin import display
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.admin.base import ReadOnlyAdmin, link
from videos.admin.filters import Deleted
from videos.models import Image
from videos.pages import words
from videos.playback import images


@admin.register(Image)
class ImageAdmin(ReadOnlyAdmin):
    """Images; their owners change them."""

    empty_hint = "Images come in by the API, and from AI generators."
    list_display = ("picture", "title", "owner", "format", "measures", "created_at", "deleted_at")
    list_display_links = ("title",)
    list_filter = ("format", Deleted)
    list_select_related = ("owner", "source")
    search_fields = ("title", "source__filename", "owner__email", "=id")
    search_help_text = "Title, file name, owner's address, or id"
    ordering = ("-id",)
    fields = (
        *("picture", "title", "whose", "format", "measures", "original", "external_id", "tags"),
        *("provenance", "created_at", "expires_at", "deleted_at"),
    )
    readonly_fields = fields

    @display(description="Picture")
    def picture(self, image: Image) -> SafeString:
        """Return the thumbnail."""
        if image.deleted_at is not None:
            return format_html("")
        address = images.thumbnail_url(image)
        return format_html('<img src="{}" alt="" width="120" loading="lazy">', address)

    @display(description="Owner")
    def whose(self, image: Image) -> SafeString | str:
        """Return a link to the owner."""
        return link(image.owner, viewer=cast(Any, image).viewed_by)

    @display(description="Pixels")
    def measures(self, image: Image) -> str:
        """Return the width and height."""
        return f"{image.width} × {image.height}"  # noqa: RUF001  # the sign

    @display(description="Original")
    def original(self, image: Image) -> SafeString:
        """Return a link that saves the original, with its size."""
        if image.deleted_at is not None:
            return format_html("{}", image.source.filename)
        return format_html(
            '<a href="{}">{}</a>, {}',
            images.original_url(image),
            image.source.filename,
            words.size(image.source.size),
        )
