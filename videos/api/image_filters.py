"""The filters of the image list."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from videos import search
from videos.api.filters import LibraryFilter
from videos.models import Image


class ImageFilter(LibraryFilter):
    """The filters of the image list."""

    search = filters.CharFilter(
        method="named",
        label="text that the title contains, in upper or lower case",
        max_length=200,
    )

    class Meta:
        model = Image
        fields = ("format",)

    def named(self, images: QuerySet[Image], _: str, text: str) -> QuerySet[Image]:
        """Return the images whose title contains the text."""
        return search.images_titled(images, text)
