"""The refusals of outgoing webhooks."""

from videos.api.problems.refusal import Refusals
from videos.webhooks.endpoints import (
    MOST_OF_ONE,
    EverybodysRefused,
    OffByStaff,
    TooManyWebhooks,
)
from videos.webhooks.replays import OnItsWay, WebhookOff

REFUSALS: Refusals = {
    TooManyWebhooks: (
        409,
        "too_many_webhooks",
        f"You have {MOST_OF_ONE} webhooks, and cannot have more. Delete one first.",
    ),
    EverybodysRefused: (
        403,
        "webhook_for_staff",
        "Only staff who may view all videos and change webhooks can hear of everybody's videos.",
    ),
    OffByStaff: (
        403,
        "webhook_off_by_staff",
        "Staff of this site turned this webhook off. Ask them to turn it on.",
    ),
    WebhookOff: (409, "webhook_off", "This webhook is off. Turn it on first."),
    OnItsWay: (
        409,
        "webhook_on_its_way",
        "This message is being sent at the moment. Look at its state in a few seconds.",
    ),
}
