"""Dramatiq over Redis. A message only wakes a queue's workers; the state is in the database."""

from config.settings.base import ENV

REDIS_URL = ENV.redis_url
WORKER_NAME = ENV.worker_name
WORKER_QUEUES = ENV.worker_queues

DRAMATIQ_BROKER = {
    "BROKER": "processing.pipeline.broker.WaitingRedisBroker",
    "OPTIONS": {
        "url": REDIS_URL,
        # Only maintenance hands back the messages of dead workers, so it always runs.
        "maintenance_chance": 1_000_000,
    },
    # No Retries and no AdminMiddleware: attempts and results are in the task rows. No
    # TimeLimit: the runner has its own watchdog. The processing app adds its presence.
    "MIDDLEWARE": ["django_dramatiq.middleware.DbConnectionsMiddleware"],
}
DRAMATIQ_AUTODISCOVER_MODULES = ("actors",)

# Seconds: a task's lease, how often it is renewed, how often reconcilers look at leases, jobs
# and queues.
TASK_LEASE_SECONDS = 30.0
TASK_HEARTBEAT_SECONDS = 1.0
RECONCILE_SECONDS = 3.0

# Days that history is kept: events, finished jobs with their tasks, finished uploads, the audit
# log.
KEEP_EVENTS_DAYS = ENV.keep_events_days
KEEP_JOBS_DAYS = ENV.keep_jobs_days
KEEP_UPLOADS_DAYS = ENV.keep_uploads_days
KEEP_AUDIT_DAYS = ENV.keep_audit_days
