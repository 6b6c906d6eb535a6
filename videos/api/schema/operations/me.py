"""The operation of the caller's own account."""

from collections.abc import Mapping

from videos.api.schema.examples import me as examples
from videos.api.schema.operation import Operation

OPERATIONS: Mapping[str, Operation] = {
    "me.retrieve": Operation(
        "getMe",
        "Get your own account",
        "Tells who asks, what they may do, their plan, and of each of its quotas what is used and "
        "what is left. What is in the trash counts as stored until it is deleted for good.",
        answer=examples.ME,
    ),
}
