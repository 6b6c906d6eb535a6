"""Show this reconciler in the list, and keep its claims while its duties run."""

import secrets
import socket

from django.conf import settings
from django.db.models.functions import Now

from config.version import VERSION
from processing.models import Reconciler
from processing.reconciler import claims

SEEN_EVERY_SECONDS = 3.0


def machine() -> str:
    """The machine this is."""
    return socket.gethostname()


def own_name() -> str:
    """A name no other reconciler has: claims on duties hang on it, and two containers may have the
    same host and process numbers."""
    return f"{settings.WORKER_NAME[:90]}-{secrets.token_hex(4)}"


def show(name: str) -> None:
    """Say that it lives; raises ``DatabaseError``."""
    seen = {"host": machine(), "version": VERSION, "last_seen": Now()}
    Reconciler.objects.update_or_create(
        pk=name, defaults=seen, create_defaults={**seen, "started_at": Now()}
    )


def leave(name: str) -> None:
    """It ends by its own will: others take its duties at once; raises ``DatabaseError``."""
    claims.let_go(name)
    Reconciler.objects.filter(pk=name).delete()
