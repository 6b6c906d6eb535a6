"""Describe what is answered outside Django's views: tus, and the addresses of delegated uploads.

The names and the order of headers are those of the protocols; ``tests/described.py`` holds every
answer of their tests against this.
"""

from videos.api.schema.protocols import addresses, tus
from videos.api.schema.protocols.spoken import Spoken

PROTOCOLS: tuple[Spoken, ...] = (*tus.SPOKEN, *addresses.SPOKEN)
