"""Write into ``table.txt`` what is missing there: lines of new routes, and columns of new roles.

Run it by its name (``pytest tests/routes/recording.py``), then read what it wrote: it says what is
answered, and not what should be. It changes no answer that the table tells.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from tests.routes.listing import protocol_routes, routes
from tests.routes.test_table import ROLES, TABLE, answers, populate, visitor
from videos.models import Video

# The roles of the columns of a line from before there were more.
_BEFORE = ("anonymous", "stranger", "owner", "viewer", "moderator", "superuser")


def test_record(video: Video, owner: User) -> None:
    """Ask every route that lacks an answer, as those whose answer it lacks."""
    populate(video, owner)
    lines = [line for line in TABLE.read_text().splitlines() if line]
    told = _told(line for line in lines if not line.startswith("#"))
    known = {str(route) for route in (*routes(), *protocol_routes())}
    told = {name: codes for name, codes in told.items() if name in known}
    told |= {str(route): {} for route in routes() if str(route) not in told}
    for role in ROLES:
        lacking = {name for name, codes in told.items() if role not in codes}
        with transaction.atomic():
            for name, code in answers(visitor(role, owner), lacking):
                told[name][role] = code
            transaction.set_rollback(True)
    heading = [line for line in lines if line.startswith("#")]
    written = [_line(name, codes) for name, codes in told.items()]
    TABLE.write_text("\n".join([*heading, *written]) + "\n")


def _told(lines: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return the answers by route. Of two lines of one route, as a merge may leave them, the later
    one counts; the other one adds roles to it unless they differ."""
    told: dict[str, dict[str, int]] = {}
    for line in lines:
        name, codes = _name(line), _codes(line)
        before = told.get(name, {})
        agree = all(before.get(role, code) == code for role, code in codes.items())
        told[name] = before | codes if agree else codes
    return told


def _name(line: str) -> str:
    return " ".join(line.split()[:2])


def _codes(line: str) -> dict[str, int]:
    codes = [int(code) for code in line.split()[2:]]
    roles = ROLES if len(codes) == len(ROLES) else _BEFORE
    return dict(zip(roles, codes, strict=True))


def _line(name: str, codes: dict[str, int]) -> str:
    """Return a line. What is answered outside Django's views is not asked here: there a new role
    gets what the table tells of one that is like it."""
    like = {"no_upload": "owner"}
    whole = [codes.get(role, codes[like.get(role, "viewer")]) for role in ROLES]
    return f"{name:<65} {' '.join(map(str, whole))}"
