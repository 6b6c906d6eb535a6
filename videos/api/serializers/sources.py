"""The original of a video."""

from typing import Any

from rest_framework import serializers

from videos.api import shown


class FrameRateField(serializers.FloatField):
    """An exact frame rate, given as a number."""

    def to_representation(self, value: Any) -> float:  # type: ignore[override]  # stubs say text
        """Return the rate in frames per second."""
        return shown.frame_rate(value)


class SourceSerializer(serializers.Serializer[Any]):
    """The original file. The probe's results are null until it has run. The name, the hash and when
    it was dropped are shown only to the owner and staff; others read null."""

    filename = serializers.CharField(allow_null=True)
    size = serializers.IntegerField(help_text="bytes")
    sha256 = serializers.CharField(allow_null=True)
    container = serializers.CharField(
        allow_null=True,
        help_text="in one word: `mp4` also for QuickTime and 3GP, `matroska` also for WebM",
    )
    duration = serializers.FloatField(
        allow_null=True, help_text="seconds; once the video is ready, the length of its release"
    )
    width = serializers.IntegerField(allow_null=True, help_text="pixels, as displayed")
    height = serializers.IntegerField(allow_null=True, help_text="pixels, as displayed")
    frame_rate = FrameRateField(
        allow_null=True, help_text="frames/s, as measured; the average where it varies"
    )
    variable_frame_rate = serializers.BooleanField(allow_null=True)
    video_codec = serializers.CharField(allow_null=True)
    audio_codec = serializers.CharField(allow_null=True)
    bitrate = serializers.IntegerField(allow_null=True, help_text="bits/s")
    dropped_at = serializers.DateTimeField(
        allow_null=True,
        help_text="when it was deleted because of `original: drop`; such a video cannot be "
        "processed again",
    )


class OriginalSerializer(serializers.Serializer[Any]):
    """Where the untouched original can be downloaded."""

    url = serializers.URLField(help_text="saves the file; whoever has it needs no key")
    expires_at = serializers.DateTimeField(help_text="when the address ends at the latest")
    filename = serializers.CharField(help_text="the name under which it is saved")
    size = serializers.IntegerField(help_text="bytes")
