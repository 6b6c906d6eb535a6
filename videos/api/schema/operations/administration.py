"""The operations of administrators."""

from collections.abc import Mapping

from videos.api.schema.examples import administration as examples
from videos.api.schema.operation import Operation

_NOT_ALLOWED = {403: ("permission_denied",)}

OPERATIONS: Mapping[str, Operation] = {
    "audit.list": Operation(
        "listAuditEntries",
        "List the audit log",
        "Returns who did what, to what, when and from where, newest first, one page at a time. It "
        "takes the permission to view audit entries, which operators and administrators have.",
        refusals=_NOT_ALLOWED,
        answer=examples.ENTRY,
    ),
    "invitation.list": Operation(
        "listInvitations",
        "List the invitations",
        "Returns all invitations with what became of them, newest first, one page at a time.",
        refusals=_NOT_ALLOWED,
        answer=examples.INVITATION,
    ),
    "invitation.create": Operation(
        "createInvitation",
        "Invite somebody to sign up",
        "Makes an invitation, which works once, in every mode of sign-up. Its `link` is shown only "
        "in this answer: pass it on, or let it be mailed with `send`.",
        refusals={
            400: ("plan_unknown",),
            403: ("permission_denied", "role_not_allowed"),
            409: ("address_taken",),
        },
        request=examples.INVITATION_FORM,
        answer=examples.CREATED,
    ),
    "invitation.destroy": Operation(
        "revokeInvitation",
        "Revoke an invitation",
        "Its link stops working at once. One that is over is refused with 409.",
        refusals={403: ("permission_denied",), 409: ("invitation_over",)},
    ),
}
