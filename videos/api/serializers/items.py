"""What videos and images have in common in the library."""

from videos.api.fields import IdField, TitleField
from videos.api.strictness import StrictForm
from videos.api.video_settings import ExpiryField, MetadataField, TagsField


class ItemEditSerializer(StrictForm):
    """The members of a video or an image that its owner may change."""

    title = TitleField(required=False, allow_blank=True, max_length=200)
    folder = IdField(required=False, allow_null=True, source="folder_id")
    tags = TagsField(required=False)
    metadata = MetadataField(required=False)
    external_id = TitleField(required=False, allow_blank=True, max_length=200)
    expires_at = ExpiryField(required=False, allow_null=True)
