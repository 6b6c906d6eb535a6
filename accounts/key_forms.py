"""The form of a new API key, on the account page and in the admin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts import key_addresses
from accounts.api_keys import Terms
from accounts.models import ApiKey
from accounts.scopes import ALL, MEANINGS, Scope, in_order

_LIVES = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "1 year", "": "Never"}
_AT_FIRST = (Scope.READ, Scope.UPLOAD, Scope.WRITE)


class KeyForm(forms.ModelForm):  # type: ignore[type-arg]  # no class at run time
    """What a key is for, what it may do, for how long, and from where."""

    allowed = forms.MultipleChoiceField(
        label="What it may do",
        choices=[(name, MEANINGS[name]) for name in in_order(ALL)],
        initial=[str(scope) for scope in _AT_FIRST],
        widget=forms.CheckboxSelectMultiple,
    )
    lives = forms.ChoiceField(
        label="Ends by itself after", choices=list(_LIVES.items()), initial="365", required=False
    )
    places = forms.CharField(
        label="Only from these addresses",
        required=False,
        max_length=4000,
        help_text="IP addresses and networks, one a line, such as 192.0.2.7 or 2001:db8::/48. "
        "Empty: from everywhere.",
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocomplete": "off"}),
    )

    class Meta:
        model = ApiKey
        fields: tuple[str, ...] = ("name",)
        labels = {"name": "What the key is for"}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "off"})}

    def clean_places(self) -> list[str]:
        """Return the addresses; refuse what is none."""
        entries = self.cleaned_data["places"].replace(",", " ").split()
        if len(entries) > key_addresses.MOST:
            raise forms.ValidationError(f"A key has at most {key_addresses.MOST} of them.")
        try:
            return key_addresses.normal(entries)
        except key_addresses.BadAddressList as error:
            wrong = f"“{error.entry}” is neither an IP address nor a network."
            raise forms.ValidationError(wrong) from error

    def terms(self) -> Terms:
        """Return the terms of the new key."""
        said: dict[str, Any] = self.cleaned_data
        days = said["lives"]
        until = timezone.now() + timedelta(days=int(days)) if days else None
        return Terms(in_order(said["allowed"]), until, said["places"])
