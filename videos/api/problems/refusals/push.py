"""The refusals of push subscriptions."""

from videos.api.problems.refusal import Refusals
from videos.push.subscriptions import MOST_OF_ONE, TooMany

REFUSALS: Refusals = {
    TooMany: (
        409,
        "push_subscriptions_too_many",
        f"You have {MOST_OF_ONE} push subscriptions. Delete one that is not used any more.",
    ),
}
