"""Outgoing webhooks and their messages in the admin."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin import SimpleListFilter, display
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import User
from accounts.rights import Right, may
from config.admin.acts import Act, ActingAdmin, Doing
from config.admin.base import NOTHING, ReadOnlyAdmin, chip, link, listing
from videos import access
from videos.models import WebhookDelivery, WebhookEndpoint
from videos.webhooks import addresses, endpoints, replays, waiting

_OFF = "is off."
_CHIPS = {"delivered": "ready", "failed": "failed", "dropped": "canceled", "sending": "processing"}
_RIGHTS = (Right.CHANGE_WEBHOOKS,)


def _turn_off(doing: Doing) -> None:
    endpoints.turn_off_by_staff(doing.row.pk)


def _turn_on(doing: Doing) -> None:
    endpoints.turn_on(doing.row.pk)


def _replay_all(doing: Doing) -> None:
    replays.replay(doing.row.pk, replays.Span())


def _send_again(doing: Doing) -> None:
    replays.send_again(doing.row)


def _explained(code: str) -> SafeString | str:
    if code == addresses.FORBIDDEN:
        return format_html("<code>{}</code> {}", code, addresses.LEADS_ASTRAY)
    return format_html("<code>{}</code>", code) if code else NOTHING


class ByState(SimpleListFilter):
    """Filters webhooks by whether they are on and take what is sent."""

    title = "state"
    parameter_name = "stands"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("on", "On"), ("failing", "On, but failing"), ("off", "Off")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]
    ) -> QuerySet[WebhookEndpoint]:
        """Return those that are so."""
        on = queryset.filter(disabled_at=None)
        if self.value() == "failing":
            return on.filter(failing_since__isnull=False)
        if self.value() == "off":
            return queryset.filter(disabled_at__isnull=False)
        return on if self.value() == "on" else queryset


class ByDue(SimpleListFilter):
    """Filters messages by whether their time has come."""

    title = "time"
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choice."""
        return [("yes", "Due now")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]
    ) -> QuerySet[WebhookDelivery]:
        """Return those that are due to webhooks that are on."""
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=waiting.outstanding().values("pk"))


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ActingAdmin, ReadOnlyAdmin):
    """The webhooks of all users. Their secrets are not shown."""

    empty_hint = "Users make webhooks on their account page or by the API; each then appears here."
    list_display = (
        *("name", "owner", "standing", "all_videos", "last_at", "last_status", "last_error"),
    )
    list_filter = (ByState, "all_videos", "disabled_reason")
    list_select_related = ("owner",)
    search_fields = ("url", "description", "owner__email")
    ordering = ("-id",)
    fields = (
        *("shown_url", "description", "whose", "standing", "wanted", "all_videos"),
        *("last_at", "last_status", "failure", "last_ms", "failing_since", "paused_until"),
        *("disabled_at", "disabled_reason", "previous_until", "messages_sent", "created_at"),
    )
    readonly_fields = fields
    acts = (
        Act(
            "turn_off",
            "Turn off",
            "Nothing is sent to them until they are turned on, and they do not hear of what "
            "happens meanwhile.",
            "turned off",
            _RIGHTS,
            _turn_off,
            applies=lambda row: row.is_on,
            is_dangerous=True,
        ),
        Act(
            "turn_on",
            "Turn on",
            "They hear of what happens from now on.",
            "turned on",
            _RIGHTS,
            _turn_on,
            applies=lambda row: not row.is_on,
        ),
        Act(
            "replay",
            "Replay",
            f"The oldest {replays.MOST_REPLAYED:,} events that are kept are sent again, as new "
            "messages.",
            "replayed",
            _RIGHTS,
            _replay_all,
            refusals={replays.WebhookOff: _OFF},
            applies=lambda row: row.is_on,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEndpoint]:
        """Return the webhooks that are not deleted."""
        found: QuerySet[WebhookEndpoint] = super().get_queryset(request)
        return found.filter(deleted_at=None)

    @display(description="Webhook")
    def name(self, endpoint: WebhookEndpoint) -> str:
        """Return what it is called."""
        return str(endpoint)

    @display(description="Address")
    def shown_url(self, endpoint: WebhookEndpoint) -> str:
        """Return its address without parameters, which may hold a secret."""
        return endpoints.shown(endpoint)

    @display(description="State")
    def standing(self, endpoint: WebhookEndpoint) -> SafeString:
        """Return whether it is on and takes what is sent."""
        if not endpoint.is_on:
            return chip("canceled", "Off")
        return chip("failed", "Failing") if endpoint.failing_since else chip("ready", "On")

    @display(description="Last error")
    def failure(self, endpoint: WebhookEndpoint) -> SafeString | str:
        """Return the code of the last error, and what to do about it."""
        return _explained(endpoint.last_error)

    @display(description="Events")
    def wanted(self, endpoint: WebhookEndpoint) -> str:
        """Return what it hears of."""
        return ", ".join(endpoint.events) or "all"

    @display(description="Owner")
    def whose(self, endpoint: WebhookEndpoint) -> SafeString | str:
        """Return a link to its owner."""
        return link(endpoint.owner, viewer=cast(Any, endpoint).viewed_by)

    @display(description="Messages")
    def messages_sent(self, endpoint: WebhookEndpoint) -> SafeString | str:
        """Return a link to its messages."""
        viewer = cast(Any, endpoint).viewed_by
        return listing(WebhookDelivery, "Show them", viewer=viewer, endpoint=endpoint.pk)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ActingAdmin, ReadOnlyAdmin):
    """The messages to webhooks, with what was answered."""

    empty_hint = "A message appears here when something happens of which a webhook hears."
    narrowed_by_links = ("endpoint",)
    list_display = (
        *("event", "to", "standing", "status", "error", "tries", "duration_ms", "created_at"),
    )
    list_filter = (ByDue, "state", "kind")
    list_select_related = ("endpoint",)
    search_fields = ("=event", "=error", "endpoint__url")
    ordering = ("-id",)
    fields = (
        *("event", "kind", "to", "standing", "next_at", "tries", "status", "failure"),
        *("duration_ms", "created_at", "ended_at", "headers", "sent", "answered", "tried"),
    )
    readonly_fields = fields
    acts = (
        Act(
            "send_again",
            "Send again",
            "They are sent at once, and tried again as at first if that fails.",
            "will be sent again",
            _RIGHTS,
            _send_again,
            refusals={
                replays.WebhookOff: "has a webhook that is off.",
                replays.OnItsWay: "is being sent at the moment.",
                WebhookEndpoint.DoesNotExist: "has a webhook that was deleted.",
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookDelivery]:
        """Return the messages, without those about videos and images that the user may not see."""
        found: QuerySet[WebhookDelivery] = super().get_queryset(request)
        user = cast(User, request.user)
        if may(user, *Right.moderation(), Right.VIEW_IMAGES):
            return found
        seen = access.seen_by_staff(user).values("pk")
        return found.filter(Q(about_id__in=seen) | Q(kind=WebhookDelivery.Kind.TEST))

    @display(description="Webhook")
    def to(self, delivery: WebhookDelivery) -> SafeString | str:
        """Return a link to the webhook."""
        return link(delivery.endpoint, viewer=cast(Any, delivery).viewed_by)

    @display(description="State", ordering="state")
    def standing(self, delivery: WebhookDelivery) -> SafeString:
        """Return how far it is."""
        return chip(_CHIPS.get(delivery.state, "waiting"), delivery.get_state_display())

    @display(description="Error")
    def failure(self, delivery: WebhookDelivery) -> SafeString | str:
        """Return the code of the error, and what to do about it."""
        return _explained(delivery.error)

    @display(description="Request headers")
    def headers(self, delivery: WebhookDelivery) -> SafeString | str:
        """Return the headers of the last request."""
        lines = delivery.request_headers.items()
        return format_html_join("", "<div><code>{}: {}</code></div>", lines) or NOTHING

    @display(description="Request body")
    def sent(self, delivery: WebhookDelivery) -> SafeString:
        """Return the body of the request."""
        return format_html("<code>{}</code>", delivery.body)

    @display(description="Answer")
    def answered(self, delivery: WebhookDelivery) -> SafeString | str:
        """Return the beginning of the answer."""
        return format_html("<code>{}</code>", delivery.answer) if delivery.answer else NOTHING

    @display(description="Tries")
    def tried(self, delivery: WebhookDelivery) -> SafeString | str:
        """Return each try."""
        lines = (
            (one["at"][:19], one["status"] or "no answer", one["error"], one["duration_ms"])
            for one in delivery.attempts
        )
        return format_html_join("", "<div>{}: {} {} ({} ms)</div>", lines) or NOTHING
