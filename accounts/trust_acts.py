"""The acts by which moderators trust owners, in the admin."""

from typing import cast

from accounts import trust
from accounts.models import User
from accounts.rights import Right
from config.admin.acts import Act

_MODERATING = ("accounts.view_user", *Right.moderation())

TRUST = Act(
    name="trust",
    label="Trust",
    asks="Their new videos no longer wait for a moderator, unless everybody's do.",
    done="trusted",
    rights=_MODERATING,
    do=lambda doing: trust.give(doing.row, by=cast(User, doing.request.user)),
    refusals={
        trust.NothingToChange: "is trusted already.",
        trust.OwnTrust: "is you: another moderator has to do it.",
    },
    applies=lambda user: user.trusted_at is None,
)
WITHDRAW_TRUST = Act(
    name="withdraw_trust",
    label="Withdraw trust",
    asks="All their new videos wait for a moderator from now on, whatever the settings.",
    done="no longer trusted",
    rights=_MODERATING,
    do=lambda doing: trust.withdraw(doing.row, by=cast(User, doing.request.user)),
    refusals={trust.NothingToChange: "is not trusted."},
    applies=lambda user: not user.is_watched,
    is_dangerous=True,
)
