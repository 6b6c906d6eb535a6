"""Serializers of a job's plan: what the job makes, and why."""

from typing import Any

from rest_framework import serializers

from processing.ffmpeg.planning.plan import EncodePlan
from videos.api import shown

PLANNED_KINDS = ("video", "audio")


class PlannedRenditionSerializer(serializers.Serializer[Any]):
    """A rung or an audio track that the job makes; members that do not apply are null."""

    name = serializers.CharField()
    kind = serializers.ChoiceField(PLANNED_KINDS)
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    max_bitrate = serializers.IntegerField(help_text="bits/s")
    language = serializers.CharField(allow_null=True)
    kept = serializers.BooleanField(
        help_text="whether it is the source's own stream, repackaged without encoding"
    )


class PlanSerializer(serializers.Serializer[Any]):
    """What a job makes of its source, as decided from the probe's results."""

    frame_rate = serializers.FloatField(
        allow_null=True, help_text="frames per second of all rungs; null without video"
    )
    frames = serializers.IntegerField(
        allow_null=True, help_text="the number of frames, accurate to one"
    )
    duration = serializers.FloatField(help_text="seconds")
    segment_duration = serializers.FloatField(help_text="seconds")
    parts = serializers.IntegerField(help_text="the number of parts that are encoded in parallel")
    renditions = PlannedRenditionSerializer(many=True)
    reasons = serializers.ListField(
        child=serializers.CharField(), help_text="why it was planned so, in sentences"
    )


def told(stored: dict[str, Any]) -> Any:
    """Return a job's stored plan as the API shows it."""
    plan = EncodePlan.from_json(stored)
    about = {
        "frame_rate": shown.frame_rate(plan.grid.rate) if plan.grid else None,
        "frames": plan.grid.frames if plan.grid else None,
        "duration": round(plan.seconds, 3),
        "segment_duration": round(float(plan.segment_seconds), 3),
        "parts": plan.spans,
        "renditions": [*_rungs(plan), *_tracks(plan)],
        "reasons": plan.reasons,
    }
    return PlanSerializer(about).data


def _rungs(plan: EncodePlan) -> list[dict[str, Any]]:
    return [
        {
            "name": rung.name,
            "kind": "video",
            "width": rung.width,
            "height": rung.height,
            "max_bitrate": rung.maxrate,
            "language": None,
            "kept": rung.name in plan.passthrough,
        }
        for rung in plan.rungs
    ]


def _tracks(plan: EncodePlan) -> list[dict[str, Any]]:
    return [
        {
            "name": track.name,
            "kind": "audio",
            "width": None,
            "height": None,
            "max_bitrate": plan.bitrate_of(track),
            "language": track.language,
            "kept": track.name in plan.passthrough,
        }
        for track in plan.tracks
    ]
