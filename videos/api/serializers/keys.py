"""Serializers of API keys."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts import key_addresses
from accounts.api_keys import Terms
from accounts.models import ApiKey
from accounts.scopes import Scope, in_order
from videos.api.strictness import StrictForm
from videos.api.video_settings import ExpiryField

SCOPES = [str(scope) for scope in Scope]
_SCOPES_HELP = "what it may do"
_ADDRESSES_HELP = "the addresses and networks it may be used from; none: from everywhere"


class KeySerializer(serializers.ModelSerializer[ApiKey]):
    """An API key, without its secret: `hint` is how that begins."""

    scopes = serializers.ListField(child=serializers.ChoiceField(SCOPES), help_text=_SCOPES_HELP)
    addresses = serializers.ListField(child=serializers.CharField(), help_text=_ADDRESSES_HELP)
    last_used_from = serializers.IPAddressField(allow_null=True)

    class Meta:
        model = ApiKey
        fields = (
            "id",
            "name",
            "hint",
            "scopes",
            "addresses",
            "created_at",
            "expires_at",
            "last_used_at",
            "last_used_from",
        )
        read_only_fields = fields


class NewKeySerializer(KeySerializer):
    """A new API key with its secret, which no other answer contains."""

    secret = serializers.SerializerMethodField()

    class Meta(KeySerializer.Meta):
        fields = (*KeySerializer.Meta.fields, "secret")  # type: ignore[assignment]  # one more
        read_only_fields = fields  # type: ignore[assignment]  # one more

    def get_secret(self, key: ApiKey) -> str:
        """The key itself, as it is sent: keep it now."""
        return str(self.context["secret"])


class KeyFormSerializer(StrictForm):
    """A new API key: what it is for, what it may do, until when, and from where."""

    name = serializers.CharField(max_length=100, help_text="what it is for")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(SCOPES), allow_empty=False, help_text=_SCOPES_HELP
    )
    expires_at = ExpiryField(
        required=False, allow_null=True, default=None, help_text="when it ends by itself"
    )
    addresses = serializers.ListField(
        child=serializers.CharField(max_length=49),
        required=False,
        default=list,
        max_length=key_addresses.MOST,
        help_text=_ADDRESSES_HELP,
    )

    def validate_addresses(self, value: list[str]) -> list[str]:
        """Refuse what is no address and no network."""
        try:
            return key_addresses.normal(value)
        except key_addresses.BadAddressList as error:
            raise serializers.ValidationError(
                f'"{error.entry}" is no IP address and no network, such as 192.0.2.0/24.',
                code="address_invalid",
            ) from error

    def terms(self) -> Terms:
        """Return the terms of the new key."""
        said: dict[str, Any] = self.validated_data
        return Terms(in_order(said["scopes"]), said["expires_at"], said["addresses"])
