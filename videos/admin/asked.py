"""What the admin's search of videos asks for: ids, addresses of owners, and words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from accounts.models import User

_LONGEST = 200
"""The most characters that are searched for."""


@dataclass(frozen=True)
class Asked:
    """A search, by kinds of words; all that is asked must hold."""

    ids: tuple[UUID, ...]
    addresses: tuple[str, ...]
    text: str

    @classmethod
    def read(cls, term: str) -> Self:
        """Read what was typed; a word with an at sign is a part of an address."""
        ids, addresses, rest = [], [], []
        for word in term.replace("\0", "")[:_LONGEST].split():
            if (found := _id(word)) is not None:
                ids.append(found)
            elif "@" in word:
                addresses.append(word)
            else:
                rest.append(word)
        return cls(tuple(ids), tuple(addresses), " ".join(rest))


def owners_named(text: str) -> QuerySet[User]:
    """Return the users whose address contains a text, in any case."""
    if connection.vendor == "sqlite" and not text.isascii():
        return User.objects.filter(email__iregex=re.escape(text))
    return User.objects.filter(email__icontains=text)


def _id(word: str) -> UUID | None:
    try:
        return UUID(word)
    except ValueError:
        return None
