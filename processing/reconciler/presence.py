"""Show this reconciler in the list of reconcilers, and remove it with its claims when it ends."""

import secrets
import socket

from django.conf import settings
from django.db.models.functions import Now

from config.version import VERSION
from processing.models import Reconciler
from processing.reconciler import claims

SEEN_EVERY_SECONDS = 3.0


def machine() -> str:
    """Return this machine's host name."""
    return socket.gethostname()


def own_name() -> str:
    """Return a random name that no other reconciler has.

    Claims on duties are held under it, and two containers may have the same host name and process
    numbers.
    """
    return f"{settings.WORKER_NAME[:90]}-{secrets.token_hex(4)}"


def show(name: str) -> None:
    """Store that the reconciler is alive. Raises ``DatabaseError``."""
    seen = {"host": machine(), "version": VERSION, "last_seen": Now()}
    Reconciler.objects.update_or_create(
        pk=name, defaults=seen, create_defaults={**seen, "started_at": Now()}
    )


def leave(name: str) -> None:
    """Remove a reconciler that ends, so that others take its duties. Raises ``DatabaseError``."""
    claims.let_go(name)
    Reconciler.objects.filter(pk=name).delete()
