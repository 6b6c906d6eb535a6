"""Serializers of cues and of changes of them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from processing.captions import document, limits, markup, settings
from videos.api.fields import SecondsField, TextField
from videos.api.strictness import StrictForm

_MS = 1000


class CueSerializer(StrictForm):
    """A text that is shown for some seconds."""

    start = serializers.FloatField(help_text="seconds from the beginning of the video")
    end = serializers.FloatField(help_text="seconds; more than `start`")
    text = TextField(
        max_length=limits.MOST_CHARACTERS,
        trim_whitespace=False,
        help_text="with WebVTT's own tags; everything else is shown as it stands",
    )
    settings = TextField(
        required=False,
        allow_blank=True,
        max_length=255,
        help_text="a WebVTT cue settings list, such as `line:0 align:start`",
    )
    identifier = TextField(required=False, allow_blank=True, max_length=limits.LONGEST_NAME)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the cue with whole milliseconds, its text sanitized."""
        start, end = (_milliseconds(attrs[name]) for name in ("start", "end"))
        if start is None or end is None:
            raise serializers.ValidationError(
                "Times are seconds from the beginning of the video.", code="cue_time_invalid"
            )
        if end <= start:
            raise serializers.ValidationError(
                "The cue ends before it begins. Correct one of its times.", code="cue_time_reversed"
            )
        text = markup.sanitize(attrs["text"], start=start, end=end).text
        if not markup.plain(text).strip():
            raise serializers.ValidationError(
                "A cue has some text. Leave it out if nothing is to be shown.", code="cue_empty"
            )
        shown, dropped = settings.read(attrs.get("settings", ""), self.context.get("regions", ()))
        if dropped:
            raise serializers.ValidationError(
                "Write settings as WebVTT knows them, such as `line:0 align:start`.",
                code="cue_settings_invalid",
            )
        identifier = " ".join(attrs.get("identifier", "").replace("-->", " ").split())
        return {"cue": document.Cue(start, end, text, shown, identifier)}


class CuesFormSerializer(StrictForm):
    """All cues of a track, in place of those that it has."""

    revision = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="the revision that you have read: if the track has another one by now, nothing "
        "is changed and 409 says so",
    )
    cues = serializers.ListField(child=CueSerializer(), max_length=limits.MOST_CUES)


class ShiftSerializer(StrictForm):
    """How far all cues of a track, or the later ones, are moved in time."""

    revision = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="as for the replacement of cues",
    )
    shift = SecondsField(
        min_value=-limits.MOST_MS / _MS,
        max_value=limits.MOST_MS / _MS,
        help_text="seconds: later if positive, earlier if negative",
    )
    after = SecondsField(
        required=False,
        min_value=0,
        max_value=limits.MOST_MS / _MS,
        help_text="only cues that start at this second or later are moved",
    )


class ShownCueSerializer(serializers.Serializer[Any]):
    """A text that is shown for some seconds."""

    start = serializers.FloatField(help_text="seconds from the beginning of the video")
    end = serializers.FloatField(help_text="seconds")
    text = serializers.CharField(help_text="with WebVTT's own tags")
    settings = serializers.CharField(allow_blank=True, help_text="a WebVTT cue settings list")
    identifier = serializers.CharField(allow_blank=True)


class CuesSerializer(serializers.Serializer[Any]):
    """The cues of a track by their start."""

    revision = serializers.IntegerField(help_text="send it back with a change")
    cues = ShownCueSerializer(many=True)


def _milliseconds(seconds: float) -> int | None:
    """Return whole milliseconds; None for what is no time within a video."""
    if not 0 <= seconds <= limits.MOST_MS / _MS:  # false for NaN too
        return None
    return round(seconds * _MS)
