"""The operations of outgoing webhooks."""

from collections.abc import Mapping

from videos.api.schema.examples import webhooks as examples
from videos.api.schema.operation import Operation

_URL = ("webhook_bad_url", "webhook_forbidden_address", "webhook_needs_https", "unknown_event")

OPERATIONS: Mapping[str, Operation] = {
    "webhook.list": Operation(
        "listWebhooks",
        "List your webhooks",
        "Returns your webhooks with their health, newest first, one page at a time.",
        answer=examples.WEBHOOK,
    ),
    "webhook.create": Operation(
        "createWebhook",
        "Create a webhook",
        "It hears of what happens from now on, by POST requests signed as Standard Webhooks are. "
        "The `secret` that verifies them is shown in this answer only. With `all_videos` it hears "
        "of everybody's videos that you may see as staff, as long as you may.",
        refusals={
            400: _URL,
            403: ("email_not_verified", "webhook_for_staff"),
            409: ("too_many_webhooks",),
        },
        request=examples.WEBHOOK_FORM,
        answer=examples.CREATED_WEBHOOK,
    ),
    "webhook.retrieve": Operation(
        "getWebhook",
        "Get a webhook",
        "Returns what it hears of, whether it is on, and how it answered lately.",
        answer=examples.WEBHOOK,
    ),
    "webhook.partial_update": Operation(
        "updateWebhook",
        "Change a webhook",
        "Changes its address, description and events, or turns it on or off. What waits to be "
        "sent goes to the new address. While it is off, nothing is queued for it.",
        refusals={
            400: _URL,
            403: ("webhook_for_staff", "webhook_off_by_staff"),
            412: ("precondition_failed",),
        },
        request=examples.WEBHOOK_EDIT,
        answer=examples.EDITED_WEBHOOK,
    ),
    "webhook.destroy": Operation(
        "deleteWebhook",
        "Delete a webhook",
        "Nothing is sent to it once this has answered, and its deliveries are deleted.",
    ),
    "webhook.rotate": Operation(
        "rotateWebhookSecret",
        "Give a webhook a new secret",
        "The new secret is shown in this answer only. For 24 hours messages are signed with both, "
        "so that the receiver can change over without losing any.",
        answer=examples.SECRET,
    ),
    "webhook.test": Operation(
        "testWebhook",
        "Send a test event",
        "Queues an event `webhook.test` to be sent at once. Read the delivery at `Location` to see "
        "the answer.",
        refusals={409: ("webhook_off",)},
        answer=examples.DETAILED_DELIVERY,
    ),
    "webhook.replay": Operation(
        "replayWebhook",
        "Send the events of a time span again",
        "Queues the events that the webhook wants as new messages, each with a `webhook-id` of its "
        "own, so that receivers which have seen an event take it again. One request looks at up to "
        "1,000 events; go on with `since` and the `next` of the answer.",
        refusals={400: ("invalid_cursor", "expired_cursor"), 409: ("webhook_off",)},
        request=examples.REPLAY_FORM,
        answer=examples.REPLAYED,
    ),
    "webhook-delivery.list": Operation(
        "listWebhookDeliveries",
        "List the messages to a webhook",
        "Returns what was or will be sent, newest first, one page at a time.",
        refusals={404: ("not_found",)},
        answer=examples.DELIVERY,
    ),
    "webhook-delivery.retrieve": Operation(
        "getWebhookDelivery",
        "Get a message to a webhook",
        "Returns the last request and its answer, and when it was tried.",
        answer=examples.DETAILED_DELIVERY,
    ),
    "webhook-delivery.send_again": Operation(
        "sendWebhookAgain",
        "Send a message again",
        "Queues it to be sent at once, under the same `webhook-id`. If that fails, it is tried "
        "again as at first.",
        refusals={409: ("webhook_off", "webhook_on_its_way")},
        answer=examples.DETAILED_DELIVERY,
    ),
}
