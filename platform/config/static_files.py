"""Static files under names that carry their hash, so that browsers keep them for ever."""

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # its base has no types
    """Also rewrites the imports between JavaScript modules."""

    support_js_module_import_aggregation = True


class StaticFiles(StaticFilesConfig):
    """Leaves out the second viewer of the API's schema, which no page shows: it is half of all."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "redoc"]
