"""The shapes of what users are told, and of the browsers that show messages, in the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from accounts.models import PushSubscription
from videos.api.fields import ChoiceField, TextField
from videos.api.strictness import StrictForm
from videos.notifications import choices
from videos.push.subscriptions import Offered

_LONGEST_ENDPOINT = 2000
_LONGEST_KEY = 100
_SENTENCES = {
    "ready": "when a video is ready",
    "failed": "when a video could not be processed",
    "approved": "when a moderator approved a video",
    "rejected": "when a moderator did not approve a video",
}


class ToldKindsSerializer(serializers.Serializer[Any]):
    """Whether one is told of each kind of occurrence by one channel."""

    def get_fields(self) -> dict[str, Any]:
        """Return a member for each kind."""
        return {
            kind: serializers.BooleanField(help_text=_SENTENCES[kind]) for kind in choices.KINDS
        }


class NotificationChoicesSerializer(serializers.Serializer[Any]):
    """What one is told, and how."""

    mail = ToldKindsSerializer(help_text="by mail")
    push = ToldKindsSerializer(help_text="in the browsers that have a push subscription")
    digest_minutes = serializers.ChoiceField(
        tuple(choices.DIGESTS), help_text="at most one mail in so many minutes"
    )


class KindsFormSerializer(StrictForm):
    """Of which kinds of occurrence one wants to be told by one channel."""

    def get_fields(self) -> dict[str, Any]:
        """Return a member for each kind."""
        return {
            kind: serializers.BooleanField(required=False, help_text=_SENTENCES[kind])
            for kind in choices.KINDS
        }


class NotificationChoicesFormSerializer(StrictForm):
    """What one wants to be told, and how. Members that are left out stay as they are."""

    mail = KindsFormSerializer(required=False, help_text="by mail")
    push = KindsFormSerializer(
        required=False, help_text="in the browsers that have a push subscription"
    )
    digest_minutes = ChoiceField(
        tuple(choices.DIGESTS),
        required=False,
        help_text="at most one mail in so many minutes; it tells all that happened meanwhile",
    )


class PushKeySerializer(serializers.Serializer[Any]):
    """The key that browsers subscribe for."""

    public_key = serializers.CharField(help_text="the `applicationServerKey`, in base64url")


class PushKeysSerializer(StrictForm):
    """The keys of a subscription, in base64url."""

    p256dh = TextField(max_length=_LONGEST_KEY, help_text="the browser's public key")
    auth = TextField(max_length=_LONGEST_KEY, help_text="the browser's secret")


class PushFormSerializer(StrictForm):
    """A browser's subscription, as ``PushSubscription.toJSON()`` returns it."""

    endpoint = TextField(
        max_length=_LONGEST_ENDPOINT, help_text="where its push service takes messages"
    )
    expirationTime = serializers.IntegerField(  # as browsers call it
        required=False,
        allow_null=True,
        min_value=0,
        max_value=2**45,
        help_text="when it ends, in milliseconds since 1970; null: it does not",
    )
    keys = PushKeysSerializer()


class PushProofSerializer(StrictForm):
    """What a browser's subscription was."""

    endpoint = TextField(max_length=_LONGEST_ENDPOINT, help_text="as it was sent to subscribe")
    auth = TextField(max_length=_LONGEST_KEY, help_text="its secret, of `keys`")


class PushRenewalFormSerializer(StrictForm):
    """What a browser's subscription was, and what it is now."""

    old = PushProofSerializer()
    new = PushFormSerializer(help_text="as `PushSubscription.toJSON()` returns it")


class PushSubscriptionSerializer(serializers.ModelSerializer[PushSubscription]):
    """A browser that shows messages. Its endpoint is not told: who knows it can send there."""

    class Meta:
        model = PushSubscription
        fields = ("id", "endpoint_sha256", "user_agent", "created_at", "last_used_at", "expires_at")
        read_only_fields = fields
        extra_kwargs = {
            "endpoint_sha256": {"help_text": "of the endpoint, in hexadecimal"},
            "user_agent": {"help_text": "of the browser that subscribed"},
            "expires_at": {"help_text": "as the browser said; null: it does not"},
        }


def offered(sent: Mapping[str, Any], user_agent: str = "") -> Offered:
    """Return the subscription in the validated data of its form."""
    return Offered(
        endpoint=sent["endpoint"],
        p256dh=sent["keys"]["p256dh"].rstrip("="),
        auth=sent["keys"]["auth"].rstrip("="),
        expires_at=_moment(sent.get("expirationTime")),
        user_agent=user_agent,
    )


def _moment(milliseconds: int | None) -> datetime | None:
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
