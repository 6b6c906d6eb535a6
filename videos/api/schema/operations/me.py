"""The operations of the caller's own account."""

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
    "me.partial_update": Operation(
        "updateMe",
        "Change your own account",
        "Changes the name that others see beside what is yours. Addresses are changed at "
        "`/api/v1/account/email/`, which mails a link to confirm them, and what you are told at "
        "`/api/v1/me/notifications/`.",
        refusals={400: ("email_needs_confirmation",), 412: ("precondition_failed",)},
        request=examples.ME_FORM,
        answer=examples.ME,
    ),
}
