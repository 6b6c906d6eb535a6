"""The pictures of a video, as the API shows them; each member is null or empty until it is made."""

from typing import Any

from rest_framework import serializers

from videos.api.fields import AddressField


class FormatsSerializer(serializers.Serializer[Any]):
    """One picture as JPEG and as WebP."""

    jpeg = AddressField(allow_null=True)
    webp = AddressField(allow_null=True)
    width = serializers.IntegerField(allow_null=True, help_text="pixels; null: not known")
    height = serializers.IntegerField(allow_null=True, help_text="pixels; null: not known")


class ThumbnailSerializer(serializers.Serializer[Any]):
    """A still of a moment of the video."""

    time = serializers.FloatField(allow_null=True, help_text="seconds from the beginning")
    url = AddressField()
    width = serializers.IntegerField(allow_null=True, help_text="pixels")
    height = serializers.IntegerField(allow_null=True, help_text="pixels")


class StoryboardSerializer(serializers.Serializer[Any]):
    """Small pictures of the whole video, many in a sheet, for a player's timeline."""

    vtt = AddressField(help_text="WebVTT: which part of which sheet shows which seconds")
    json = AddressField(allow_null=True, help_text="the same as JSON")
    sheets = FormatsSerializer(many=True)


class PreviewSerializer(serializers.Serializer[Any]):
    """Some telling seconds without sound, to be shown while the pointer rests on a poster."""

    mp4 = AddressField(allow_null=True)
    webp = AddressField(allow_null=True, help_text="animated")
    width = serializers.IntegerField(allow_null=True, help_text="pixels")
    height = serializers.IntegerField(allow_null=True, help_text="pixels")
    seconds = serializers.FloatField(allow_null=True, help_text="its length")


class ImagesSerializer(serializers.Serializer[Any]):
    """What people look at before they play."""

    poster = serializers.DictField(
        child=FormatsSerializer(),
        help_text="by the width that is wanted: `320`, `640`, `1280`; a size that the video is too "
        "small for is absent",
    )
    thumbnails = ThumbnailSerializer(many=True, help_text="by time")
    storyboard = StoryboardSerializer(allow_null=True)
    preview = PreviewSerializer(allow_null=True)


class WaveformSerializer(serializers.Serializer[Any]):
    """The loudness of the audio over time."""

    json = AddressField(allow_null=True, help_text="peaks in audiowaveform's format, version 2")
    image = AddressField(allow_null=True, help_text="PNG")
    width = serializers.IntegerField(allow_null=True, help_text="pixels of the image")
    height = serializers.IntegerField(allow_null=True, help_text="pixels of the image")
