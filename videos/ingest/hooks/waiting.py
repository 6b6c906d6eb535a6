"""What waits to be done about the reports of generators. It knows the rows alone, so that the
reconciler can ask it."""

from django.db.models import QuerySet
from django.db.models.functions import Now

from videos.models import GeneratedImage, Generation, HookDelivery

QUEUE, ACTOR = "default", "follow_generators"
"""The queue and the name of the actor that does it."""
IMAGES_QUEUE, IMAGES_ACTOR = "ingest", "import_generated_images"
"""The same of the actor that imports images."""


def reports() -> QuerySet[HookDelivery]:
    """Return the deliveries that are to be acted upon now."""
    return HookDelivery.objects.filter(next_at__lte=Now())


def questions() -> QuerySet[Generation]:
    """Return the jobs that their generators are to be asked about now."""
    return Generation.objects.filter(next_poll_at__lte=Now())


def images() -> QuerySet[GeneratedImage]:
    """Return the images that are to be imported now."""
    return GeneratedImage.objects.filter(next_at__lte=Now())


def is_anything() -> bool:
    """Return whether there is anything to be done."""
    return reports().exists() or questions().exists()
