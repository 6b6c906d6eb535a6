"""The forms of the pages of webhooks."""

from __future__ import annotations

from datetime import UTC
from itertools import islice
from typing import Any

from django import forms
from django.forms.boundfield import BoundWidget

from accounts.models import User
from videos.events.kinds import KINDS
from videos.models import WebhookEndpoint
from videos.webhooks import addresses, hearing
from videos.webhooks.replays import Span
from videos.webhooks.wanted import groups

_MOMENT = {"type": "datetime-local", "step": "1"}


def _choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return all names by their first word, each group before its events."""
    names = sorted({*groups(), *KINDS}, key=lambda name: (name.split(".")[0], name))
    firsts = dict.fromkeys(name.split(".")[0] for name in names)
    return [
        (first, [(name, name) for name in names if name.split(".")[0] == first]) for first in firsts
    ]


class WebhookForm(forms.Form):
    """What somebody says of a webhook, new or not."""

    url = forms.CharField(
        label="Address",
        max_length=2000,
        help_text="Where messages are sent, such as https://example.org/hooks/videos.",
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    description = forms.CharField(
        label="What it is for",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    all_videos = forms.BooleanField(
        label="Hears of everybody’s videos",  # noqa: RUF001  # as it is printed
        required=False,
    )
    events = forms.MultipleChoiceField(
        label="Events",
        required=False,
        choices=_choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="If you choose none, it hears of all events. A name with * stands for all that"
        " begin so.",
    )

    def __init__(self, user: User, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if not hearing.may_hear_everybody(user):
            del self.fields["all_videos"]

    def events_by_subject(self) -> list[tuple[str, list[BoundWidget]]]:
        """Return the boxes of the events, by what the events are about."""
        boxes = iter(self["events"])
        return [(about, list(islice(boxes, len(names)))) for about, names in _choices()]

    def clean_url(self) -> str:
        """Return the address, if messages may be sent to it."""
        url: str = self.cleaned_data["url"]
        try:
            addresses.require_allowed(url)
        except addresses.UrlRefused as error:
            raise forms.ValidationError(error.message, code=error.code) from error
        return url

    @classmethod
    def of(cls, endpoint: WebhookEndpoint) -> WebhookForm:
        """Return the form with what is known of an endpoint."""
        names = ("url", "description", "events", "all_videos")
        return cls(endpoint.owner, initial={name: getattr(endpoint, name) for name in names})


class ReplayForm(forms.Form):
    """Between which times events are sent again."""

    begins = forms.DateTimeField(
        label="From (UTC)", widget=forms.DateTimeInput(attrs=_MOMENT, format="%Y-%m-%dT%H:%M:%S")
    )
    ends = forms.DateTimeField(
        label="To (UTC)",
        required=False,
        widget=forms.DateTimeInput(attrs=_MOMENT, format="%Y-%m-%dT%H:%M:%S"),
        help_text="Until now if you leave it out.",
    )
    after = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Refuse a span that ends before it begins."""
        cleaned = super().clean() or {}
        begins, ends = cleaned.get("begins"), cleaned.get("ends")
        if begins and ends and begins > ends:
            self.add_error("ends", "It must be later than the beginning.")
        return cleaned

    def span(self) -> Span:
        """Return the span that was asked for."""
        asked = self.cleaned_data
        ends = asked["ends"]
        return Span(
            asked["after"] or 0,
            asked["begins"].astimezone(UTC),
            ends.astimezone(UTC) if ends else None,
        )
