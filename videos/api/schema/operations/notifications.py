"""The operations of what users are told, and of push subscriptions."""

from collections.abc import Mapping

from videos.api.schema.examples import notifications as examples
from videos.api.schema.operation import Operation

OPERATIONS: Mapping[str, Operation] = {
    "notification-choices.retrieve": Operation(
        "getNotificationChoices",
        "See what you are told",
        "By mail, and in the browsers that have a push subscription. By default it is everything.",
        answer=examples.CHOICES,
    ),
    "notification-choices.partial_update": Operation(
        "updateNotificationChoices",
        "Choose what you are told",
        "Members that are left out stay as they are. The answer has all of them.",
        request=examples.CHOICES_FORM,
        answer=examples.CHOICES,
    ),
    "push-key.retrieve": Operation(
        "getPushKey",
        "Get the key for push subscriptions",
        "Give it to `pushManager.subscribe` as `applicationServerKey`.",
        answer=examples.PUSH_KEY,
    ),
    "push-subscription.list": Operation(
        "listPushSubscriptions",
        "List your push subscriptions",
        "Returns the browsers that show messages, newest first, one page at a time.",
        answer=examples.PUSH_SUBSCRIPTION,
    ),
    "push-subscription.create": Operation(
        "createPushSubscription",
        "Subscribe a browser",
        "Takes what `PushSubscription.toJSON()` returns. It replaces an earlier subscription with "
        "the same endpoint, and ends with the log-in or the API key that made it. Messages are "
        "encrypted; they are JSON with `title`, `body`, `path` (of the page to open) and `tag` "
        "(show the same one once).",
        refusals={
            400: ("push_endpoint_forbidden",),
            409: ("push_subscriptions_too_many",),
        },
        request=examples.PUSH_FORM,
        answer=examples.PUSH_SUBSCRIPTION,
    ),
    "push-renewal.create": Operation(
        "renewPushSubscription",
        "Replace a push subscription",
        "For a service worker whose `pushsubscriptionchange` tells that the browser has another "
        "subscription. The endpoint and the secret of the old one are the proof, so no session or "
        "key is needed. What the push service ended can be replaced for 30 days; what was logged "
        "out, removed or revoked cannot (404).",
        refusals={400: ("push_endpoint_forbidden",), 404: ("not_found",)},
        request=examples.PUSH_RENEWAL,
    ),
    "push-subscription.destroy": Operation(
        "deletePushSubscription",
        "Remove a push subscription",
        "The browser gets no more messages, not even those that wait.",
    ),
}
