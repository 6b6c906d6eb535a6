"""Count the lengths of sources that were measured and not counted: the release before does not."""

from django.db.models import FloatField, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from videos.models import Source

_BATCH = 500
_LASTS = Cast(Coalesce(KT("facts__duration"), KT("media__duration")), FloatField())
_MEASURED = Q(facts__isnull=False) | Q(media__isnull=False)


def count_lengths() -> int:
    """Count some of them; return how many."""
    rows = Source.objects.filter(_MEASURED, seconds=None).order_by("pk")
    ids = list(rows.values_list("pk", flat=True)[:_BATCH])
    if not ids:
        return 0
    return Source.objects.filter(pk__in=ids, seconds=None).update(seconds=Coalesce(_LASTS, 0.0))
