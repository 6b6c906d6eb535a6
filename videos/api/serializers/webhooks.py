"""The shapes of webhooks and their deliveries in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from videos.api.fields import MomentField, TextField, TitleField
from videos.api.strictness import StrictForm
from videos.events import cursors, log
from videos.events.kinds import KINDS
from videos.models import WebhookDelivery, WebhookEndpoint
from videos.models.webhook import LONGEST_URL
from videos.webhooks import addresses
from videos.webhooks.replays import Span
from videos.webhooks.wanted import UnknownEvent, groups, require_known

MOST_EVENTS = 50


class HealthSerializer(serializers.Serializer[WebhookEndpoint]):
    """How the receiver has answered lately."""

    last_at = serializers.DateTimeField(
        allow_null=True, help_text="when it last answered, or failed to"
    )
    last_status = serializers.IntegerField(
        allow_null=True, help_text="the status of that answer; null if there was none"
    )
    last_error = serializers.CharField(help_text="the code of that failure; empty for a success")
    failing_since = serializers.DateTimeField(
        allow_null=True, help_text="when the failures began that no success has ended"
    )
    paused_until = serializers.DateTimeField(
        allow_null=True, help_text="the receiver asked for nothing to be sent until then"
    )


class WebhookSerializer(serializers.ModelSerializer[WebhookEndpoint]):
    """A webhook: an address of yours that hears of events."""

    events = serializers.ListField(
        child=serializers.CharField(), help_text="the events it hears of; empty: all"
    )
    enabled = serializers.BooleanField(source="is_on", help_text="whether anything is sent to it")
    disabled_reason = serializers.ChoiceField(
        ("", *WebhookEndpoint.Disabled.values), help_text="why it is off; empty while it is on"
    )
    health = HealthSerializer(source="*")
    previous_secret_until = serializers.DateTimeField(
        source="previous_until",
        allow_null=True,
        help_text="until when the secret before the last rotation signs too",
    )

    class Meta:
        model = WebhookEndpoint
        fields: tuple[str, ...] = (
            *("id", "url", "description", "events", "all_videos", "enabled", "disabled_reason"),
            *("disabled_at", "health", "previous_secret_until", "created_at"),
        )
        read_only_fields = fields


class SecretSerializer(serializers.Serializer[Any]):
    """A new secret. It is shown this once."""

    secret = serializers.CharField(
        help_text="verify signatures with it; it begins with `whsec_` and is not shown again"
    )


class CreatedWebhookSerializer(WebhookSerializer):
    """A new webhook with its secret, which is shown this once."""

    secret = serializers.SerializerMethodField()

    class Meta(WebhookSerializer.Meta):
        fields = (*WebhookSerializer.Meta.fields, "secret")
        read_only_fields = fields

    def get_secret(self, endpoint: WebhookEndpoint) -> str:
        """Verify signatures with it; it begins with `whsec_` and is not shown again."""
        return str(self.context["secret"])


@extend_schema_field({"type": "string", "format": "uri", "maxLength": LONGEST_URL})
class WebhookUrlField(TextField):
    """The URL of a receiver."""

    default_error_messages = {**addresses.SENTENCES}

    def to_internal_value(self, data: Any) -> str:
        """Return the URL, if messages may be sent to it."""
        url = super().to_internal_value(data)
        try:
            addresses.require_allowed(url)
        except addresses.UrlRefused as error:
            self.fail(error.code)
        return url


@extend_schema_field(
    {
        "type": "array",
        "items": {"type": "string", "enum": [*KINDS, *groups()]},
        "maxItems": MOST_EVENTS,
    }
)
class EventsField(serializers.ListField):
    """The names of events."""

    default_error_messages = {"unknown_event": "There is no event called {name}."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=TextField(max_length=64), max_length=MOST_EVENTS, **kwargs)

    def to_internal_value(self, data: Any) -> list[str]:
        """Return the names, each once."""
        names = list(dict.fromkeys(super().to_internal_value(data)))
        try:
            require_known(names)
        except UnknownEvent as error:
            self.fail("unknown_event", name=error.name)
        return names


class WebhookFormSerializer(StrictForm):
    """What a request says about a new webhook."""

    read_only_members = WebhookSerializer.Meta.fields

    url = WebhookUrlField(help_text="where messages are sent: an https:// address")
    description = TitleField(
        required=False, max_length=200, allow_blank=True, help_text="for people"
    )
    events = EventsField(
        required=False,
        help_text="what it hears of, such as `video.ready` or `video.*`; all if left out or empty",
    )
    all_videos = serializers.BooleanField(
        required=False, help_text="whether it hears of everybody's videos; for staff only"
    )


class WebhookEditSerializer(WebhookFormSerializer):
    """What a request may change of a webhook."""

    url = WebhookUrlField(required=False, help_text="where messages are sent")
    enabled = serializers.BooleanField(
        required=False,
        help_text="whether anything is sent to it; it does not hear of what happens while it is "
        "off, unless that is replayed",
    )


class AttemptSerializer(serializers.Serializer[Any]):
    """One try to send a message."""

    at = serializers.DateTimeField(help_text="when it ended")
    status = serializers.IntegerField(allow_null=True, help_text="null if there was no answer")
    error = serializers.CharField(help_text="a code; empty for a success")
    duration_ms = serializers.IntegerField()


class WebhookDeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    """A message to a webhook, and how sending it went."""

    webhook_id = serializers.CharField(
        help_text="the header `webhook-id`, the same in all tries of this message"
    )
    next_at = serializers.SerializerMethodField()
    video_or_image = serializers.UUIDField(
        source="about_id", allow_null=True, help_text="what the event is about"
    )

    class Meta:
        model = WebhookDelivery
        fields: tuple[str, ...] = (
            *("id", "webhook_id", "kind", "event", "video_or_image", "state", "tries", "next_at"),
            *("status", "error", "duration_ms", "created_at", "ended_at"),
        )
        read_only_fields = fields

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_next_at(self, delivery: WebhookDelivery) -> Any:
        """When it is tried next; null while it is being sent and when that is over."""
        waits = delivery.state == WebhookDelivery.State.PENDING
        field = serializers.DateTimeField()
        return field.to_representation(delivery.next_at) if waits and delivery.next_at else None


class WebhookDeliveryDetailSerializer(WebhookDeliverySerializer):
    """A message to a webhook with its request and answer."""

    body = serializers.CharField(help_text="of the request, as it was signed")
    request_headers = serializers.DictField(
        child=serializers.CharField(), help_text="of the last request"
    )
    answer = serializers.CharField(help_text="the first 2 KB of the last answer's body")
    attempts = AttemptSerializer(many=True, help_text="the last twenty, the oldest first")

    class Meta(WebhookDeliverySerializer.Meta):
        fields = (
            *WebhookDeliverySerializer.Meta.fields,
            *("body", "request_headers", "answer", "attempts"),
        )
        read_only_fields = fields


class SinceField(TextField):
    """A cursor of the event log, as its position."""

    default_error_messages = {
        "invalid_cursor": "This is not a cursor of this site.",
        "expired_cursor": "Events behind this cursor were deleted for their age. Leave it out.",
    }

    def to_internal_value(self, data: Any) -> Any:
        """Return the position; fail for a cursor that names none, or one that is gone."""
        try:
            position = cursors.decode(super().to_internal_value(data))
        except cursors.BadCursor:
            self.fail("invalid_cursor")
        if log.is_ahead(position):
            self.fail("invalid_cursor")
        if log.is_expired(position):
            self.fail("expired_cursor")
        return position


class ReplayFormSerializer(StrictForm):
    """Which events to send again. Without any member, all that are kept."""

    to = MomentField(required=False, help_text="no event after this time")
    since = SinceField(required=False, help_text="no event up to this cursor, such as `next`")

    def get_fields(self) -> dict[str, Any]:
        """Return the fields with ``from``, which Python does not let be an attribute."""
        begins = MomentField(required=False, help_text="no event before this time")
        return {"from": begins, **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a span that ends before it begins."""
        if "from" in attrs and "to" in attrs and attrs["from"] > attrs["to"]:
            wrong = ErrorDetail("It must be later than `from`.", code="invalid")
            raise serializers.ValidationError({"to": [wrong]})
        return attrs

    def span(self) -> Span:
        """Return the span that was asked for."""
        asked = self.validated_data
        return Span(asked.get("since", 0), asked.get("from"), asked.get("to"))


class ReplayedSerializer(serializers.Serializer[Any]):
    """What is sent again."""

    deliveries = serializers.IntegerField(help_text="how many messages were queued")
    next = serializers.CharField(
        allow_null=True,
        help_text="if there is more, the cursor to go on from with `since`; null if that was all",
    )
