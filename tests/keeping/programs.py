"""What tests do inside an installation, as programs of its shell."""

KEEP = """
from accounts.models import User
from videos import installation
from videos.tests.kept import keep_video, orphans
assert installation.may_delete()
owner = User.objects.filter(email="a@example.com").first()
owner = owner or User.objects.create_user("a@example.com", "a long password")
for _ in range({videos}):
    keep_video(owner, chunks={chunks}, size={size})
orphans({orphans})
"""
"""Videos of small objects, and objects that no row names."""


def keep(videos: int = 1, chunks: int = 3, size: int = 100, orphans: int = 0) -> str:
    """A program that makes videos, each of so many chunks of so many bytes."""
    return KEEP.format(videos=videos, chunks=chunks, size=size, orphans=orphans)


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
"""Take a file in."""

WORK = """
from config.env import QUEUES
from processing.models import Task
from processing.pipeline.work import drain
while Task.objects.filter(state="ready", not_before=None).exists():
    for queue in QUEUES:
        drain(queue)
"""
"""Do what workers would until nothing is ready."""
