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

LIBRARY = """
from accounts.models import User
from videos import installation
from videos.models import Folder
from videos.tests.kept import give_poster, keep_image, keep_video
assert installation.may_delete()
owner = User.objects.filter(email="a@example.com").first()
owner = owner or User.objects.create_user("a@example.com", "a long password")
top, _ = Folder.objects.get_or_create(owner=owner, name="Top ☃")
within, _ = Folder.objects.get_or_create(owner=owner, name="within", parent=top)
keep_image(owner, folder=within)
video = keep_video(owner)
give_poster(video)
type(video).objects.filter(pk=video.pk).update(folder=top, tags=["kept", "é"])
"""
"""Store an image in a folder within a folder, and a video with a poster of its owner's in a
folder."""

SHOWN = """
import json
from videos import keys
from videos.models import Folder, Image, Video
from videos.storage import originals, outputs
def read(storage, key):
    return b"".join(storage.blocks(key)).hex()
print(json.dumps([
    [[str(f.pk), f.name, str(f.parent_id)] for f in Folder.objects.order_by("pk")],
    [[str(i.pk), i.tags, str(i.folder_id), read(originals(), i.source.key),
      read(outputs(), i.copy_key), read(outputs(), i.thumbnail_key)]
     for i in Image.objects.order_by("pk")],
    [[str(v.pk), v.tags, str(v.folder_id),
      [read(outputs(), key) for key in keys.poster_files(v.own_poster)]]
     for v in Video.objects.order_by("pk")],
]))
"""
"""Print folders, images and posters, with every byte that is stored of them."""
