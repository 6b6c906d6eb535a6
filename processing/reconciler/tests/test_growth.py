"""Passes stay short however much there is: 100,000 videos and a million tasks."""

import re
import time
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from processing.models import Task
from processing.reconciler.duties import DUTIES

_VIDEOS = 100_000
_TASKS_OF_A_RUN = 10
_LONGEST_SECONDS = 0.05
# On a machine that has much to do besides, as many times what the simplest query takes.
_LONGEST_QUERIES = 50
_PASSES = 5
_NOBODY = UUID(int=0)
_LARGE = (
    "processing_task|processing_run|videos_event|videos_video|videos_upload|django_session"
    "|videos_storedobject|videos_source|videos_release"
)
_SCANS = re.compile(rf"Seq Scan on ({_LARGE})\b")

# Every second row is a year old, and every tenth video has an older run without a release.
_ROWS = """
CREATE TEMPORARY TABLE n AS
    SELECT i, ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid AS id,
        ('00000000-0000-7000-7000-' || lpad(to_hex(i), 12, '0'))::uuid AS older,
        now() - CASE WHEN i % 2 = 0 THEN interval '1 year' ELSE interval '1 hour' END AS at
    FROM generate_series(1, {videos}) i;
INSERT INTO videos_source (id, owner_id, key, filename, size, sha256, origin, origin_url,
        provenance, created_at)
    SELECT id, '{owner}', id, 'x', 1, '0', 'command', '', '{{}}', at FROM n;
INSERT INTO videos_release (id, state, revision, available_seconds, poster_key, created_at,
        completed_at, swept_at, target_duration)
    SELECT id, 'complete', 0, 1, '', at, at, now(), 0 FROM n;
INSERT INTO videos_video (id, owner_id, title, description, media_type, status, visibility,
        moderation, playback_id, source_id, release_id, playable, error_code, error_message,
        created_at, folder, tags, metadata)
    SELECT id, '{owner}', '', '', 'video', 'ready', 'private', 'approved', i::text, id, id, true,
        '', '', at, '', '[]', '{{}}' FROM n;
INSERT INTO videos_upload (id, owner_id, video_id, key, filename, received, created_at,
        expires_at, finished_at)
    SELECT id, '{owner}', id, id, 'x', 1, at, at, at FROM n;
INSERT INTO processing_run (id, video_id, source_id, release_id, kind, status, profile, priority,
        whole, error_code, error_message, created_at, finished_at)
    SELECT id, id, id, id, 'first', 'succeeded', '{{}}'::jsonb, 0, false, '', '', at, at FROM n
    UNION ALL
    SELECT older, id, id, NULL, 'first', 'failed', '{{}}'::jsonb, 0, false, 'x', '', at, at FROM n
    WHERE i % 10 < 2;
INSERT INTO processing_task (id, run_id, owner_id, kind, number, input, essential, state, queue,
        priority, cost, weight, attempts, crashes, worker, progress, error_code, error_message,
        argv, log_tail, created_at, finished_at)
    SELECT gen_random_uuid(), r.id, '{owner}', 'encode', t, '{{}}', true, 'done', 'encode', 0, 1, 1,
        1, 0, 'w', 1, '', '', '["ffmpeg"]', 'said', r.created_at, r.created_at
    FROM processing_run r, generate_series(1, {tasks}) t;
INSERT INTO videos_event (id, position, type, owner_id, video_id, payload, created_at)
    SELECT gen_random_uuid(), row_number() OVER (ORDER BY at, i), 'video.ready', '{owner}', id,
        '{{}}', at FROM n, generate_series(1, 5);
INSERT INTO django_session (session_key, session_data, expire_date)
    SELECT i::text, '', at FROM n;
INSERT INTO videos_storedobject (storage, key, role, release_id, source_id, bytes, state)
    SELECT 'originals', id::text, 'original', NULL::uuid, id, 1, 'stored' FROM n
    UNION ALL
    SELECT 'outputs', id || '/' || t, 'chunk', id, NULL::uuid, 1, 'stored'
    FROM n, generate_series(1, {tasks}) t;
INSERT INTO accounts_auditentry (id, at, actor_email, via, key_hint, action, target_kind,
        target_id, target_name, details)
    SELECT id, at, '', 'system', '', 'video.updated', 'video', id::text, '', '{{}}' FROM n;
INSERT INTO accounts_outgoingmail (id, to_id, template, context, created_at, tries, error)
    SELECT id, '{owner}', 'x', '{{}}', at, 1, '' FROM n;
INSERT INTO videos_notification (id, owner_id, kind, event_id, video_id, title, code, message,
        waits, created_at, mail_due, push_due)
    SELECT id, '{owner}', 'ready', id, id, '', '', '', false, at, false, false FROM n;
INSERT INTO videos_webhookendpoint (id, owner_id, url, description, events, all_videos, secret,
        previous_secret, starts_after, disabled_reason, last_error, created_at)
    VALUES ('{owner}', '{owner}', 'https://x.com/', '', '[]', false, '', '', 0, '', '', now());
INSERT INTO videos_webhookdelivery (id, endpoint_id, kind, event, needs, body, state, tries, error,
        answer, request_headers, attempts, created_at)
    SELECT older, '{owner}', 'event', 'video.ready', '[]', '', 'delivered', 1, '', '', '{{}}', '[]',
        now() - make_interval(days => {videos} - i)
    FROM n;
ANALYZE;
"""
# Those of which there are no rows here.
_NOTHING_TO_PRUNE = {"prune_keys", "prune_hooks", "prune_push"}


@pytest.fixture
def _many_rows(owner: User) -> None:
    """In the test's transaction: nobody else meets these rows."""
    if connection.vendor != "postgresql":
        pytest.skip("the rows are made by PostgreSQL")
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(videos=_VIDEOS, tasks=_TASKS_OF_A_RUN, owner=owner.pk))
    assert Task.objects.count() >= _VIDEOS * _TASKS_OF_A_RUN


@pytest.mark.thorough
@pytest.mark.timeout(1200)
@pytest.mark.usefixtures("_many_rows")
def test_every_pass_is_short() -> None:
    duties = [duty for duty in DUTIES if duty.needs == "database" or duty.scope == "machine"]
    took = {duty.name: [_run(duty.run) for _ in range(_PASSES)] for duty in duties}
    best = {name: min(seconds for _, seconds in runs) for name, runs in took.items()}
    unit = min(_run(_look_at_one_row)[1] for _ in range(_PASSES * 4))
    longest = max(_LONGEST_SECONDS, _LONGEST_QUERIES * unit)
    for name, seconds in best.items():
        counts = [count for count, _ in took[name]]
        print(f"{name:<20} {seconds * 1000:7.1f} ms  {counts}")  # noqa: T201
    assert {name: seconds for name, seconds in best.items() if seconds > longest} == {}
    named = {name for name in took if name.startswith(("prune_", "slim_"))}
    pruned = named - _NOTHING_TO_PRUNE
    assert all(count for name in pruned for count, _ in took[name])


def _look_at_one_row() -> int:
    return Task.objects.filter(pk=_NOBODY).count()


def _run(run: Callable[[], int]) -> tuple[int, float]:
    began = time.perf_counter()
    count = run()
    return count, time.perf_counter() - began


@pytest.mark.thorough
@pytest.mark.timeout(1200)
@pytest.mark.usefixtures("_many_rows")
def test_no_pass_reads_a_whole_table() -> None:
    """Whatever the machine has to do besides: the plans alone are looked at."""
    scans: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        for duty in (duty for duty in DUTIES if duty.needs == "database"):
            with CaptureQueriesContext(connection) as queries:
                duty.run()
            for query in queries:
                if query["sql"].startswith(("SELECT", "UPDATE", "DELETE")):
                    cursor.execute(f"EXPLAIN {query['sql']}")
                    plan = "\n".join(line for (line,) in cursor.fetchall())
                    scans.setdefault(duty.name, set()).update(_SCANS.findall(plan))
    assert {name: found for name, found in scans.items() if found} == {}
