"""Static files with a hash in their names, so that browsers can cache them for ever."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

_READABLE = {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755}


class ModuleStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # its base has no types
    """Storage that also rewrites the imports between JavaScript modules, and makes the files
    readable for all users, since another server may run as a different user."""

    support_js_module_import_aggregation = True

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **(_READABLE | options))

    def post_process(self, *args: Any, **options: Any) -> Iterator[tuple[str, str, bool]]:
        """Give compressed files the same permissions as the files they were made of."""
        for name, made, processed in super().post_process(*args, **options):
            if processed is True and isinstance(made, str):
                Path(self.path(made)).chmod(self.file_permissions_mode)
            yield name, made, processed
