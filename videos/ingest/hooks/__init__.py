"""Videos from AI generators that report by webhook. A generator is one file and a line here.

A report is verified and kept before it is acknowledged (``deliveries``), then acted upon by a
worker (``acting``), so that a burst loses nothing and no generator waits for an import.
"""

from collections.abc import Mapping

from videos.ingest.hooks.generator import Generator
from videos.ingest.hooks.generic import Generic
from videos.ingest.hooks.replicate import Replicate

GENERATORS: Mapping[str, Generator] = {
    generator.name: generator
    for generator in (
        Replicate(),
        Generic(),
    )
}
"""The generators by name, as they stand in addresses: ``/api/v1/hooks/<name>/``."""
