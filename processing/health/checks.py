"""The list of checks. A new check needs a function, a line here, and its kinds in the catalogue."""

from processing.health import (
    bucket,
    database,
    disk,
    mail,
    notifications,
    redis,
    site,
    sites,
    speech,
    tools,
    walls,
    webhooks,
    work,
)
from processing.health.diagnosis import Check

START: tuple[Check, ...] = (tools.ffmpeg_fixes, walls.sandbox)
DOCTOR: tuple[Check, ...] = (
    tools.product,
    tools.python,
    tools.machine,
    tools.ffmpeg,
    tools.other_codecs,
    tools.ffmpeg_fixes,
    walls.sandbox,
    database.database,
    redis.redis,
    bucket.original_objects,
    bucket.output_objects,
    bucket.bucket_for_browsers,
    disk.disk,
    disk.stored_files,
    work.storage_owner,
    site.static_files,
    site.address,
    site.imports,
    sites.imports_from_sites,
    speech.transcription,
    mail.mail,
    notifications.notifications,
    work.workers,
    work.reconciler,
    work.budgets,
    webhooks.webhooks,
)
GATE: Check = database.database
GATED: frozenset[Check] = frozenset(
    {
        disk.stored_files,
        notifications.notifications,
        work.storage_owner,
        work.workers,
        work.reconciler,
        work.budgets,
        webhooks.webhooks,
    }
)
"""Checks that query the database; they are not run if `GATE` finds it at fault."""
