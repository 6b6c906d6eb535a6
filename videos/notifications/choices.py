"""What users want to be told, and how: by default everything, by every channel.

A browser gets messages only after its user allowed that, so push needs no switch to be safe.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from accounts import audit
from accounts.models import NotificationSettings, User
from videos.models import Notification

CHANNELS: tuple[str, ...] = ("mail", "push")
KINDS: tuple[str, ...] = tuple(Notification.Kind.values)
DIGESTS: Mapping[int, str] = {
    10: "At most one mail in 10 minutes",
    60: "At most one mail in an hour",
    1440: "At most one mail in a day",
}
"""How often mails may come, in minutes, in words."""


@dataclass(frozen=True)
class Choices:
    """What a user wants: by channel and kind, and in how many minutes at most one mail."""

    wanted: Mapping[str, Mapping[str, bool]]
    digest_minutes: int

    def wants(self, channel: str, kind: str) -> bool:
        """Return whether the user wants to be told of this kind by this channel."""
        return self.wanted[channel].get(kind, True)


def of(user: User) -> Choices:
    """Return the choices of a user."""
    row = NotificationSettings.objects.filter(user=user).first()
    return chosen_in(row or NotificationSettings(user=user))


def chosen_in(row: NotificationSettings) -> Choices:
    """Return the choices in a row."""
    wanted = {
        channel: {kind: bool(row.switched.get(f"{channel}.{kind}", True)) for kind in KINDS}
        for channel in CHANNELS
    }
    return Choices(wanted, row.digest_minutes)


def change(
    user: User,
    wanted: Mapping[str, Mapping[str, bool]],
    *,
    digest_minutes: int | None = None,
) -> Choices:
    """Change some choices, leave the others, and return all."""
    with transaction.atomic():
        row = locked(user)
        before = chosen_in(row)
        for channel, kinds in wanted.items():
            for kind, is_on in kinds.items():
                row.switched[f"{channel}.{kind}"] = is_on
        row.switched = {name: on for name, on in row.switched.items() if not on}
        if digest_minutes is not None:
            row.digest_minutes = digest_minutes
        after = chosen_in(row)
        if after != before:
            row.save(update_fields=["switched", "digest_minutes"])
            audit.record("notifications.changed", user, by=user, details=_told(after))
    return after


def switch_off(user: User, channel: str, kinds: Iterable[str]) -> Choices:
    """Stop telling a user of some kinds by a channel."""
    return change(user, {channel: dict.fromkeys(kinds, False)})


def locked(user: User) -> NotificationSettings:
    """Return the row of a user, locked until the transaction ends; create it if there is none."""
    NotificationSettings.objects.bulk_create(
        [NotificationSettings(user=user)], ignore_conflicts=True
    )
    return NotificationSettings.objects.select_for_update().get(user=user)


def _told(choices: Choices) -> dict[str, object]:
    off = [f"{c}.{k}" for c in CHANNELS for k in KINDS if not choices.wants(c, k)]
    return {"off": off, "digest_minutes": choices.digest_minutes}
