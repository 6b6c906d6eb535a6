"""Check files of certificates that are trusted in addition to the system's."""

import ssl
from pathlib import Path


def why_not(file: str) -> str | None:
    """Return why the file cannot be used, as the end of a sentence; None if it can be used."""
    try:
        if not Path(file).is_file():
            return "no such file can be read"
        ssl.create_default_context(cafile=file)
    except ssl.SSLError:
        return "that holds no certificates in PEM"
    except (OSError, ValueError):
        return "no such file can be read"
    return None
