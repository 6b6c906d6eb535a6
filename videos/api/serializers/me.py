"""Who asks: the account, its rights, its plan, and what it has used of that."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts import verification
from accounts.models import ApiKey, User
from accounts.profile import LONGEST_NAME
from accounts.rights import Right, may
from videos.api.fields import TitleField
from videos.api.strictness import StrictForm
from videos.quotas.standing import standings

UNITS = ("uploads", "minutes", "bytes", "seconds")


class StandingSerializer(serializers.Serializer[Any]):
    """A quota of the plan, and what is used of it, in whole numbers of its unit."""

    limit = serializers.IntegerField(allow_null=True, help_text="null: no limit")
    used = serializers.IntegerField(allow_null=True, help_text="null for limits of a single file")
    left = serializers.IntegerField(
        allow_null=True, help_text="null: no limit; for each file where the limit is of one"
    )
    unit = serializers.ChoiceField(choices=UNITS, help_text="what the numbers count")
    resets_at = serializers.DateTimeField(
        allow_null=True, help_text="when it is counted anew, of what is counted by the day"
    )


class MinutesStandingSerializer(StandingSerializer):
    """A quota of minutes, of which tenths are used."""

    used = serializers.FloatField(help_text="to a tenth")  # type: ignore[assignment]  # no count
    left = serializers.FloatField(  # type: ignore[assignment]  # no count
        allow_null=True, help_text="to a tenth; null: no limit"
    )


class StandingsSerializer(serializers.Serializer[Any]):
    """The quotas of the plan."""

    uploads_at_once = StandingSerializer(help_text="in uploads that are not finished")
    uploads_a_day = StandingSerializer(help_text="in uploads begun since midnight UTC")
    stored_minutes = MinutesStandingSerializer(
        help_text="in minutes of originals, also of those in the trash"
    )
    stored_bytes = StandingSerializer(
        help_text="in bytes of originals, also of those in the trash, and of what is arriving"
    )
    largest_file = StandingSerializer(help_text="in bytes")
    longest_video = StandingSerializer(help_text="in seconds")


class MyPlanSerializer(serializers.Serializer[Any]):
    """The plan of an account."""

    name = serializers.CharField(help_text="stable, for programs")
    label = serializers.CharField(help_text="as it is shown")  # type: ignore[assignment]  # ours
    priority = serializers.IntegerField(help_text="of new jobs; higher goes first")
    running = serializers.IntegerField(help_text="steps of jobs that run at once in each queue")
    profiles = serializers.ListField(
        child=serializers.CharField(),
        help_text="the encoding profiles that may be chosen; empty: all",
    )
    api_rate = serializers.IntegerField(
        allow_null=True, help_text="requests a minute; null: what the site allows everybody"
    )


class MyKeySerializer(serializers.Serializer[ApiKey]):
    """The API key of the request."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    scopes = serializers.ListField(
        child=serializers.CharField(), help_text="what it may do for its user"
    )
    expires_at = serializers.DateTimeField(allow_null=True, help_text="null: when it is revoked")


class MeSerializer(serializers.Serializer[Any]):
    """Who asks."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    email_verified = serializers.BooleanField()
    name = serializers.CharField(help_text="empty if none was given")
    roles = serializers.ListField(child=serializers.CharField(), help_text="the user's groups")
    rights = serializers.ListField(
        child=serializers.CharField(),
        help_text="of staff: what they may do with what is not theirs, such as "
        "`videos.moderate_video`",
    )
    can_upload = serializers.BooleanField()
    is_staff = serializers.BooleanField()
    plan = MyPlanSerializer()
    quotas = StandingsSerializer()
    key = MyKeySerializer(allow_null=True, help_text="null for somebody who is logged in")


class MeEditSerializer(StrictForm):
    """What users change of their own accounts. Members that are left out stay as they are."""

    read_only_members = tuple(MeSerializer().fields)
    set_elsewhere = {
        "email": ErrorDetail(
            "Addresses are added and chosen on the account page or at /api/v1/account/email/, and "
            "an address counts once it is confirmed.",
            code="email_needs_confirmation",
        )
    }

    name = TitleField(
        required=False,
        allow_blank=True,
        max_length=LONGEST_NAME,
        help_text="as others see it beside what is yours; empty: none",
    )


def told(user: User, key: ApiKey | None) -> dict[str, Any]:
    """Return what is told to a user about themselves, in a constant number of queries."""
    about = {
        "id": user.pk,
        "email": user.email,
        "email_verified": verification.is_verified(user),
        "name": user.get_full_name(),
        "roles": sorted(user.groups.values_list("name", flat=True)),
        "rights": [str(right) for right in Right if may(user, right)],
        "can_upload": user.can_upload,
        "is_staff": user.is_staff,
        "plan": {**vars(user.terms), "name": user.plan},
        "quotas": {str(quota): one for quota, one in standings(user).items()},
        "key": key,
    }
    return dict(MeSerializer(about).data)
