"""The duties, the most urgent first. A new duty needs a line here and in docs/operations.md."""

from datetime import timedelta

from django.conf import settings

from accounts.audit_reading import prune_audit
from accounts.invitations import prune_invitations
from accounts.issued_keys import end_outgrown
from accounts.outbox import prune_mail
from accounts.sessions import prune_sessions
from processing.chaptering import renew_downloads
from processing.pipeline import attempt, reconcile, retention
from processing.reconciler.duty import Duty
from processing.reconciler.hooks import wake_hooks
from processing.reconciler.mail import wake_mail, wake_push
from processing.reconciler.webhooks import wake_webhooks
from processing.sounding import make_sounds
from processing.workers import temp_files
from videos import (
    dropping,
    idempotency,
    image_purge,
    installation,
    measurements,
    objects,
    purge,
    trash,
)
from videos.events import log
from videos.events.retention import prune_events
from videos.ingest.closing import expire_uploads
from videos.ingest.direct import leftovers
from videos.ingest.hooks.retention import prune_hooks
from videos.ingest.receiving import complete_arrived
from videos.ingest.retention import prune_uploads
from videos.notifications import mails, pushes
from videos.notifications import retention as notified
from videos.objects import unknown
from videos.playback.frames import sweeping as pictures
from videos.push.outbox import prune_push
from videos.quotas.lengths import count_lengths
from videos.tracks.services import forget_orphans
from videos.webhooks import sweeping

_BEAT = timedelta(seconds=settings.RECONCILE_SECONDS)
_STEP = timedelta(seconds=10)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)

DUTIES = (
    Duty("wake_queues", _BEAT, reconcile.wake_queues, "database"),
    Duty("rescue_tasks", _BEAT, reconcile.rescue_tasks, "database"),
    Duty("adopt_tasks", _BEAT, reconcile.adopt_tasks, "database"),
    Duty("advance_jobs", _BEAT, reconcile.advance_finished, "database"),
    Duty("place_events", _BEAT, log.sequence, "database"),
    Duty("wake_hooks", _BEAT, wake_hooks, "database"),
    Duty("write_mails", _BEAT, mails.write_due, "database"),
    Duty("write_pushes", _BEAT, pushes.write_due, "database"),
    Duty("wake_push", _BEAT, wake_push, "database"),
    Duty("wake_mail", _BEAT, wake_mail, "database"),
    Duty("wake_webhooks", _BEAT, wake_webhooks, "database"),
    Duty("expire_uploads", _STEP, expire_uploads, "database"),
    Duty("expire_videos", _STEP, trash.expire, "database"),
    Duty("drop_originals", _STEP, dropping.drop_originals, "database"),
    Duty("purge_videos", _STEP, purge.purge_expired, "database"),
    Duty("expire_images", _STEP, image_purge.expire, "database"),
    Duty("purge_images", _STEP, image_purge.purge_expired, "database"),
    Duty("sweep_releases", _BEAT, purge.sweep_releases, "database"),
    Duty("sweep_sources", _STEP, purge.sweep_sources, "database"),
    Duty("mark_abandoned", _BEAT, attempt.mark_abandoned, "database"),
    Duty("mark_ownerless", _STEP, objects.mark_ownerless, "database"),
    Duty("forget_measurements", _HOUR, measurements.forget_measurements, "database"),
    Duty("count_lengths", _MINUTE, count_lengths, "database"),
    Duty("forget_tracks", _HOUR, forget_orphans, "database"),
    Duty("renew_downloads", _MINUTE, renew_downloads, "database"),
    Duty("make_sounds", _STEP, make_sounds, "database"),
    Duty("forget_gone", _MINUTE, reconcile.forget_gone, "database"),
    Duty("prune_events", _STEP, prune_events, "database"),
    Duty("prune_jobs", _STEP, retention.prune_jobs, "database"),
    Duty("slim_jobs", _STEP, retention.slim_jobs, "database"),
    Duty("prune_uploads", _STEP, prune_uploads, "database"),
    Duty("prune_keys", _STEP, idempotency.prune_keys, "database"),
    Duty("prune_hooks", _STEP, prune_hooks, "database"),
    Duty("drop_webhooks", _BEAT, sweeping.drop_unwanted, "database"),
    Duty("prune_webhooks", _STEP, sweeping.prune_webhooks, "database"),
    Duty("prune_sessions", _STEP, prune_sessions, "database"),
    Duty("prune_mail", _STEP, prune_mail, "database"),
    Duty("forget_invitations", _HOUR, prune_invitations, "database"),
    Duty("end_outgrown_keys", _HOUR, end_outgrown, "database"),
    Duty("prune_audit", _STEP, prune_audit, "database"),
    Duty("prune_push", _STEP, prune_push, "database"),
    Duty("prune_notifications", _STEP, notified.prune_notifications, "database"),
    Duty("keep_identity", _MINUTE, installation.keep, "storage"),
    Duty("settle_direct_uploads", _STEP, leftovers.settle_direct_uploads, "storage"),
    Duty("abort_direct_uploads", _MINUTE, leftovers.abort_direct_uploads, "storage"),
    Duty("abort_unknown_parts", _HOUR, leftovers.abort_unknown_parts, "storage"),
    Duty("delete_objects", _BEAT, objects.delete_marked, "storage"),
    Duty("find_unknown", _STEP, unknown.look_for_unknown, "storage"),
    Duty("complete_arrived", _STEP, complete_arrived, "storage", "machine"),
    Duty("sweep_pictures", _MINUTE, pictures.sweep, "storage", "machine"),
    Duty("remove_temp_files", _STEP, temp_files.remove, "storage", "machine"),
)
