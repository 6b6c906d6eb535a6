"""Serializers of transcripts."""

from typing import Any

from rest_framework import serializers


class SpokenWordSerializer(serializers.Serializer[Any]):
    """A word and when it is said."""

    start = serializers.FloatField(help_text="seconds from the beginning")
    end = serializers.FloatField(help_text="seconds")
    text = serializers.CharField()


class SpokenSegmentSerializer(serializers.Serializer[Any]):
    """What is said in some seconds."""

    start = serializers.FloatField(help_text="seconds from the beginning")
    end = serializers.FloatField(help_text="seconds")
    text = serializers.CharField()
    speaker = serializers.CharField(allow_blank=True, help_text="empty if it is not known")
    words = SpokenWordSerializer(many=True, help_text="empty if their times are not known")


class TranscriptSerializer(serializers.Serializer[Any]):
    """What is said in a video."""

    track = serializers.UUIDField(help_text="the track that it is made of")
    language = serializers.CharField(allow_blank=True, help_text="BCP 47; empty: not known")
    revision = serializers.IntegerField(help_text="of the track")
    segments = SpokenSegmentSerializer(many=True)
