"""How far the work on a video is, and its newest job."""

from typing import Any

from rest_framework import serializers

from processing.models import Run
from videos.api.vocabulary import STAGES


class DownloadProgressSerializer(serializers.Serializer[Any]):
    """How much of the file of an import has arrived."""

    received = serializers.IntegerField(help_text="bytes so far")
    size = serializers.IntegerField(
        allow_null=True, help_text="all bytes; null if the server does not tell"
    )
    bytes_a_second = serializers.IntegerField(
        allow_null=True, help_text="lately; null until it is measured"
    )
    eta_seconds = serializers.IntegerField(
        allow_null=True, help_text="seconds until the file is there; null when that is not known"
    )


class ProgressSerializer(serializers.Serializer[Any]):
    """The progress of the current job."""

    percent = serializers.FloatField(help_text="of the work, 0 to 100")
    eta_seconds = serializers.IntegerField(
        allow_null=True, help_text="seconds until it is done; null when that is not known"
    )
    stage = serializers.ChoiceField(
        STAGES, help_text="what is being done at the moment, else the status"
    )
    place = serializers.IntegerField(
        allow_null=True,
        help_text="the number of tasks before it in the queue; null when it does not wait",
    )
    download = DownloadProgressSerializer(
        allow_null=True, help_text="until the file of an import has arrived; null for all others"
    )


class CurrentJobSerializer(serializers.Serializer[Any]):
    """The newest job of a video."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(Run.Kind.choices)
    status = serializers.ChoiceField(Run.Status.choices)
