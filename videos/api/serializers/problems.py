"""An error of the API, as RFC 9457 describes it."""

from typing import Any

from rest_framework import serializers

from videos.quotas import Quota

QUOTAS = tuple(str(quota) for quota in Quota)


class FieldErrorSerializer(serializers.Serializer[Any]):
    """What is wrong with one member of the request."""

    field = serializers.CharField(
        help_text="the name of the member; nested names are joined by dots"
    )
    code = serializers.CharField(help_text="stable, for programs")
    detail = serializers.CharField(help_text="a sentence for people")
    line = serializers.IntegerField(
        required=False, help_text="only of captions: the line of the file, counted from 1"
    )


class ProblemSerializer(serializers.Serializer[Any]):
    """An error as RFC 9457 describes it, with a stable code. New codes are added as the API
    grows: treat a code that you do not know by its status."""

    type = serializers.URLField(help_text="always `about:blank`; the `code` says what went wrong")
    title = serializers.CharField(help_text="the status in words")
    status = serializers.IntegerField(min_value=400, max_value=599)
    code = serializers.CharField(help_text="stable, for programs")
    detail = serializers.CharField(help_text="a sentence for people")
    instance = serializers.CharField(allow_null=True, help_text="the path of the request")
    request_id = serializers.CharField(allow_null=True, help_text="the id to tell the operator")
    video = serializers.UUIDField(
        required=False, help_text="only with the code `duplicate`: the video of the same bytes"
    )
    revision = serializers.IntegerField(
        required=False, help_text="only with the code `track_changed`: what the track has now"
    )
    cursor = serializers.CharField(
        required=False,
        help_text="only with the code `cursor_expired`: where to go on, before the oldest event "
        "that is kept",
    )
    quota = serializers.ChoiceField(
        choices=QUOTAS,
        required=False,
        help_text="only with the code `quota_exceeded`, as all that follow: what is exceeded",
    )
    limit = serializers.IntegerField(
        required=False, allow_null=True, help_text="what the plan allows; null for `profiles`"
    )
    used = serializers.FloatField(
        required=False,
        allow_null=True,
        help_text="what is used, whole but for minutes; null for limits of a single file",
    )
    asked = serializers.FloatField(
        required=False,
        allow_null=True,
        help_text="what this needs, whole but for minutes and seconds; null: nobody knows yet",
    )
    unit = serializers.CharField(required=False, help_text="what the numbers count")
    resets_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="when a day's quota begins anew"
    )
    profiles = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="the profiles that the plan has, if another one was asked for; otherwise empty",
    )
    errors = FieldErrorSerializer(  # type: ignore[assignment]  # a member, no result of checking
        many=True, required=False, help_text="one entry for each wrong member"
    )
