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
