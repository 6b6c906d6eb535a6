"""Delete images for good, and move those whose time is over into the trash."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts import audit
from videos import clock, objects
from videos.each_row import act_on_each
from videos.events import log
from videos.models import Image, Source

_BATCH = 100


def purge(image_id: UUID, *, only_expired: bool = False) -> bool:
    """Delete an image's rows now, and mark its objects; return False if there was nothing to
    purge. With ``only_expired``, purge only what has been in the trash for long enough."""
    with transaction.atomic():
        found = _long_in_trash() if only_expired else Image.objects.all()
        image = found.select_for_update(of=("self",)).select_related("source").filter(pk=image_id)
        one = image.first()
        if one is None:
            return False
        source = one.source
        if one.deleted_at is None:
            Image.objects.filter(pk=one.pk).update(deleted_at=Now())
            log.write_image("image.deleted", one)
        log.write_image("image.purged", one)
        audit.person_did("image.purged", one)
        objects.mark_image(one)
        one.delete()
        objects.mark_original(source.key)
        Source.objects.filter(pk=source.pk).delete()
        return True


def purge_expired() -> int:
    """Purge images that were deleted long enough ago, unless the clock has just jumped."""
    if not clock.is_steady():
        return 0
    due = _long_in_trash().order_by("deleted_at")[:_BATCH]
    return act_on_each(due, lambda one: purge(one.pk, only_expired=True), what="purge_images")


def expire() -> int:
    """Put images whose time is over into the trash, unless the clock has just jumped; return how
    many."""
    if not clock.is_steady():
        return 0
    due = Image.objects.filter(expires_at__lte=Now(), deleted_at=None)
    with transaction.atomic():
        rows = due.select_for_update(of=("self",), skip_locked=True).order_by("expires_at")
        chosen = [one.pk for one in rows[:_BATCH]]
        expired = Image.objects.filter(pk__in=chosen)
        expired.update(deleted_at=Now())
        log.write_images("image.deleted", expired)
    return len(chosen)


def _long_in_trash() -> QuerySet[Image]:
    until = Now() - timedelta(days=settings.PURGE_AFTER_DAYS)
    return Image.objects.filter(deleted_at__lt=until)
