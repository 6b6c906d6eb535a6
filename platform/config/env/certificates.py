"""Files of certificates that are trusted besides the system's."""

import ssl
from pathlib import Path


def why_not(file: str) -> str | None:
    """What keeps the file from being used, as the end of a sentence; None when it can be."""
    try:
        if not Path(file).is_file():
            return "no such file can be read"
        ssl.create_default_context(cafile=file)
    except ssl.SSLError:
        return "that holds no certificates in PEM"
    except (OSError, ValueError):
        return "no such file can be read"
    return None
