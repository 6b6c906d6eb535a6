"""What was measured of releases, and its end."""

from django.db.models import Exists, OuterRef

from videos.models import ContentFacts, Release, SceneHash


def forget_measurements() -> int:
    """Delete what was measured of releases that are gone; return how many rows that were. Only the
    previous version, which does not know these tables, deletes releases without them."""
    is_gone = ~Exists(Release.objects.filter(pk=OuterRef("release_id")))
    return sum(model._default_manager.filter(is_gone).delete()[0] for model in _MEASURED)


_MEASURED = (ContentFacts, SceneHash)
