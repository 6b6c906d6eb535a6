"""The refusals of invitations."""

from accounts.invitations import MayNotGive, NoSuchPlan, NotOpen, TakenAddress
from videos.api.problems.refusal import Refusals

REFUSALS: Refusals = {
    NotOpen: (409, "invitation_over", "This invitation is not open any more."),
    MayNotGive: (
        403,
        "role_not_allowed",
        "This role has rights that you do not have. Ask somebody who has them.",
    ),
    NoSuchPlan: (400, "plan_unknown", "There is no plan of this name."),
    TakenAddress: (409, "address_taken", "Somebody with this address has an account already."),
}
