"""Static files under names that carry their hash, so that browsers keep them for ever."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

_READABLE = {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755}


class ModuleStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # its base has no types
    """Also rewrites the imports between JavaScript modules. Another server, with a user of its own,
    may have to read the files."""

    support_js_module_import_aggregation = True

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **(_READABLE | options))

    def post_process(self, *args: Any, **options: Any) -> Iterator[tuple[str, str, bool]]:
        """What is compressed has the same rights as what it was made of."""
        for name, made, processed in super().post_process(*args, **options):
            if processed is True and isinstance(made, str):
                Path(self.path(made)).chmod(self.file_permissions_mode)
            yield name, made, processed
