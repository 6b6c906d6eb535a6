"""The shapes of audit entries and invitations in the API."""

from __future__ import annotations

from typing import Any

from django.core.validators import validate_email
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts import audit_reading, invitations
from accounts.models import AuditEntry, Invitation, Role
from videos.api.fields import ChoiceField, TextField
from videos.api.strictness import StrictForm


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    """One action. It keeps the names that its actor and its target had then. What it says of videos
    is empty unless the reader is a moderator."""

    who = serializers.CharField(help_text="the email address of who acted, empty if nobody did")
    key = serializers.CharField(help_text="the beginning of the API key")
    kind = serializers.CharField(help_text="of what it was done to, such as `video`")
    target = serializers.CharField(help_text="the id of what it was done to")
    name = serializers.CharField(help_text="of what it was done to")
    details = serializers.JSONField(help_text="what was changed, such as pairs of before and after")

    class Meta:
        model = AuditEntry
        fields = audit_reading.COLUMNS
        read_only_fields = fields

    def to_representation(self, entry: AuditEntry) -> dict[str, Any]:
        """Return the entry as this reader may see it."""
        whole = audit_reading.may_see_all(self.context["request"].user)
        return audit_reading.as_dict(entry, whole=whole)


class InvitationFormSerializer(StrictForm):
    """What an invitation is to give."""

    email = TextField(
        required=False,
        allow_blank=True,
        default="",
        max_length=254,
        help_text="the only address that can use it, which then counts as confirmed; empty: any",
    )
    role = ChoiceField(
        Role.Name.choices,
        required=False,
        allow_blank=True,
        default="",
        help_text="a role with no rights that you lack; empty: none",
    )
    plan = TextField(
        required=False, allow_blank=True, default="", max_length=40, help_text="the name of a plan"
    )
    can_upload = serializers.BooleanField(required=False, default=True)
    days = serializers.IntegerField(
        required=False,
        default=invitations.DAYS,
        min_value=1,
        max_value=invitations.MOST_DAYS,
        help_text="for how many days it holds",
    )
    send = serializers.BooleanField(
        required=False, default=False, help_text="whether the link is mailed to the address"
    )

    def validate_email(self, email: str) -> str:
        """Refuse what is no address."""
        if email:
            validate_email(email)
        return email


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """An invitation, without its link, which is shown once."""

    state = serializers.SerializerMethodField()
    made_by = serializers.SerializerMethodField()
    used_by = serializers.SerializerMethodField()

    class Meta:
        model = Invitation
        fields: tuple[str, ...] = (
            *("id", "email", "role", "plan", "can_upload", "state"),
            *("made_by", "used_by", "created_at", "expires_at", "used_at", "revoked_at"),
        )
        read_only_fields: tuple[str, ...] = fields

    @extend_schema_field(serializers.ChoiceField(Invitation.State.choices))
    def get_state(self, invitation: Invitation) -> str:
        """What became of it."""
        return invitations.state_of(invitation)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_made_by(self, invitation: Invitation) -> str | None:
        """The email address of who made it; null if the operator did, or they are gone."""
        return invitation.made_by.email if invitation.made_by else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_used_by(self, invitation: Invitation) -> str | None:
        """The email address of who signed up with it."""
        return invitation.used_by.email if invitation.used_by else None


class CreatedInvitationSerializer(InvitationSerializer):
    """A new invitation with its link, which is never shown again."""

    link = serializers.SerializerMethodField()
    sent = serializers.SerializerMethodField()

    class Meta(InvitationSerializer.Meta):
        fields: tuple[str, ...] = (*InvitationSerializer.Meta.fields, "link", "sent")
        read_only_fields: tuple[str, ...] = fields

    @extend_schema_field(serializers.URLField())
    def get_link(self, invitation: Invitation) -> str:
        """The address at which the invited person signs up."""
        return str(self.context["link"])

    def get_sent(self, invitation: Invitation) -> bool:
        """Whether it was mailed; if not, pass the link on yourself."""
        return bool(self.context["sent"])
