"""The filters of the image list."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from videos import search, tags
from videos.api.filters import AT_THE_TOP, CreatedFilter, PlaceFilter
from videos.models import Image


class ImageFilter(CreatedFilter):
    """The filters of the image list."""

    search = filters.CharFilter(
        method="named",
        label="text that the title contains, in upper or lower case",
        max_length=200,
    )
    folder = PlaceFilter(label=f"the folder it lies in, or `{AT_THE_TOP}` for the top")
    tags = filters.CharFilter(
        method="tagged", label="tags with commas between; it has all of them", max_length=2600
    )
    external_id = filters.CharFilter(label="your own name for it", max_length=200)

    class Meta:
        model = Image
        fields = ("format",)

    def named(self, images: QuerySet[Image], _: str, text: str) -> QuerySet[Image]:
        """Return the images whose title contains the text."""
        return search.images_titled(images, text)

    def tagged(self, images: QuerySet[Image], _: str, text: str) -> QuerySet[Image]:
        """Return the images that have all of these tags."""
        wanted = tags.asked(text)
        return tags.having(images, wanted) if wanted else images.none()
