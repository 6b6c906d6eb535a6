"""What tests do inside an installation, as programs of its shell."""

KEEP = """
from accounts.models import User
from videos import installation
from videos.tests.kept import keep_video, orphans
assert installation.may_delete() or not {claims}
owner = User.objects.filter(email="a@example.com").first()
owner = owner or User.objects.create_user("a@example.com", "a long password")
for _ in range({videos}):
    keep_video(owner, chunks={chunks}, size={size})
orphans({orphans})
"""
"""Store videos of small objects, and objects that no row names."""


def keep(
    videos: int = 1, chunks: int = 3, size: int = 100, orphans: int = 0, *, claims: bool = True
) -> str:
    """A program that makes videos, each of so many chunks of so many bytes; it ``claims`` that the
    storages are its database's."""
    return KEEP.format(videos=videos, chunks=chunks, size=size, orphans=orphans, claims=claims)


IMPORT = """
import sys
from pathlib import Path
from django.core.management import call_command
from config.env import QUEUES
from processing.models import Task
from processing.pipeline.work import drain
from accounts.models import User
from videos import installation
assert installation.may_delete()
if not User.objects.exists():
    User.objects.create_superuser("a@example.com", "a long password")
call_command("import_file", {path!r}, owner="a@example.com")
"""
"""Import a file."""

WORK = """
from config.env import QUEUES
from processing.models import Task
from processing.pipeline.work import drain
while Task.objects.filter(state="ready", not_before=None).exists():
    for queue in QUEUES:
        drain(queue)
"""
"""Do the work of workers until no task is ready."""

ROUNDS = """
import json, os, time
from datetime import timedelta
from pathlib import Path
from django.apps import apps
from django.conf import settings
from django.db.models import DateTimeField, F
from processing.reconciler import by_hand
from videos import installation
from videos.models import Walk
from videos.objects import unknown

DAYS = 9
MODELS = [m for m in apps.get_models() if m._meta.app_label in ("accounts", "videos", "processing")]

def days_pass():
    for model in MODELS:
        fields = [f.name for f in model._meta.local_concrete_fields if type(f) is DateTimeField]
        if fields:
            model._base_manager.update(**{f: F(f) - timedelta(days=DAYS) for f in fields})
    for path in (settings.DATA_DIR / "media").rglob("*"):
        if path.is_file() and path.name == "installation.json":
            said = json.loads(path.read_text())
            path.write_text(json.dumps({**said, "renewed_at": said["renewed_at"] - DAYS * 86400}))
        elif path.is_file():
            then = path.stat().st_mtime - DAYS * 86400
            os.utime(path, (then, then))

unknown._search = unknown.Search()
unknown._search._began -= 7200
for number in range(4):
    days_pass()
    Walk.objects.all().delete()
    installation._note_left_at = None
    failed = [done.duty for done in by_hand.run_each() if done.error]
    assert not failed, failed
    installation._watch.keep(time.monotonic() + 1000 * number)
print(installation.row().epochs)
"""
"""Run all duties in rounds, nine days apart."""

VIDEO = """
from videos.models import Video
video = Video.objects.order_by("pk")[{number}]
"""
