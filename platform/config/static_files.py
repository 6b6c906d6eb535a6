"""Static files under names that carry their hash, so that browsers keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # its base has no types
    """Also rewrites the imports between JavaScript modules."""

    support_js_module_import_aggregation = True
