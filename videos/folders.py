"""Folders: an owner's tree, in which videos and images lie. A name is unique among its siblings,
letter for letter.

Every change of a tree locks all folders of its owner first, in one order, and then what lies in
them. So no two changes make a ring together, and none makes the tree too deep.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts import audit
from accounts.models import User
from videos import contents, idempotency
from videos.models import Folder, Image, Video

DEEPEST = 10
"""The most folders on the way from the top to the innermost one."""
MOST = 5000
"""The most folders of one owner."""

Tree = Mapping[UUID, UUID | None]
"""The parent of each folder of an owner; None at the top."""


class NoSuchFolder(Exception):
    """Raised when the owner has no folder of this id."""


class FolderNameTaken(Exception):
    """Raised when a folder of this name is there already."""


class FolderTooDeep(Exception):
    """Raised when a folder would lie deeper than ``DEEPEST``."""


class FolderInItself(Exception):
    """Raised when a folder, or what it holds, would be put into the folder itself."""


class FolderNotEmpty(Exception):
    """Raised when a folder to be deleted holds something that is not in the trash."""


class TooManyFolders(Exception):
    """Raised when the owner has ``MOST`` folders."""


def hold(folder_id: UUID, owner_id: Any) -> None:
    """Require a folder of this owner, which stays there until the transaction ends.

    Call it before any video is locked. Raises ``NoSuchFolder``.
    """
    found = Folder.objects.select_for_update(no_key=True).filter(pk=folder_id, owner=owner_id)
    if not found.values_list("pk", flat=True):
        raise NoSuchFolder


def lock(owner_id: Any) -> None:
    """Let nobody else change an owner's folders until the transaction ends."""
    own = Folder.objects.filter(owner=owner_id).order_by("pk")
    list(own.select_for_update(no_key=True).values_list("pk"))


def create(owner: User, name: str, parent_id: UUID | None) -> Folder:
    """Create a folder. Raises ``NoSuchFolder`` for the parent, ``FolderNameTaken``,
    ``FolderTooDeep`` or ``TooManyFolders``."""
    with transaction.atomic():
        tree = _locked(owner.pk)
        if len(tree) >= MOST:
            raise TooManyFolders
        _require_room(tree, parent_id, levels=1)
        folder = Folder(owner=owner, name=name, parent_id=parent_id)
        _save(folder, insert=True)
        idempotency.note("folder", folder.pk)
    return folder


def edit(folder: Folder, **fields: Any) -> None:
    """Change the ``name`` of a folder, or put it into another one (``parent_id``; None: the top).

    Raises ``Folder.DoesNotExist`` if it was deleted in the meantime, ``NoSuchFolder`` for the
    parent, ``FolderNameTaken``, ``FolderTooDeep`` or ``FolderInItself``.
    """
    if not {"name", "parent_id"}.issuperset(fields):
        raise TypeError(f"not to be edited: {', '.join(sorted(fields))}")
    with transaction.atomic():
        tree = _locked(folder.owner_id)
        standing = Folder.objects.get(pk=folder.pk)
        if "parent_id" in fields:
            _require_place(tree, folder.pk, fields["parent_id"])
        before = {name: getattr(standing, name) for name in fields}
        changed = [name for name, value in fields.items() if before[name] != value]
        for name in changed:
            setattr(standing, name, fields[name])
        if changed:
            _save(standing, fields=changed)
            _record("updated", standing, changed=_unnamed(audit.changes(before, fields)))


def delete(folder: Folder) -> None:
    """Delete a folder that holds nothing but what is in the trash; that lies at the top if it is
    restored.

    Raises ``FolderNotEmpty``, or ``Folder.DoesNotExist`` if it is gone already.
    """
    with transaction.atomic():
        tree = _locked(folder.owner_id)
        standing = Folder.objects.get(pk=folder.pk)
        if folder.pk in tree.values() or contents.any_in(folder.pk):
            raise FolderNotEmpty
        _record("deleted", standing)
        standing.delete()


def dissolve(folder: Folder, into: UUID | None) -> None:
    """Move all that a folder holds into another one (None: the top), and delete it.

    Raises ``Folder.DoesNotExist``, ``NoSuchFolder`` for the other one, ``FolderInItself`` if that
    lies in this one, ``FolderNameTaken`` or ``FolderTooDeep``.
    """
    with transaction.atomic():
        tree = _locked(folder.owner_id)
        standing = Folder.objects.get(pk=folder.pk)
        _require_place(tree, folder.pk, into)
        for inner in Folder.objects.filter(parent=folder.pk):
            _require_room(tree, into, levels=_height(tree, inner.pk))
            inner.parent_id = into
            _save(inner, fields=["parent_id"])
        contents.move_all(folder.pk, into)
        _record("deleted", standing, moved_to=str(into) if into else None)
        standing.delete()


def below(owner_id: Any, folder_id: UUID) -> set[UUID]:
    """Return the ids of a folder and of all folders in it, in one query."""
    return _below(_tree(owner_id), folder_id)


def shown(folders: QuerySet[Folder]) -> QuerySet[Folder]:
    """Load folders with all that is shown of them, in one query: the folders they lie in, and
    ``video_count``, ``image_count`` and ``folder_count``, of what lies directly in them."""
    chain = "__".join(["parent"] * (DEEPEST - 1))
    return folders.select_related(chain).annotate(
        video_count=_count(Video.objects.filter(deleted_at=None), "folder"),
        image_count=_count(Image.objects.filter(deleted_at=None), "folder"),
        folder_count=_count(Folder.objects.all(), "parent"),
    )


def path(folder: Folder) -> list[Folder]:
    """Return the folders from the top down to this one, of a folder that was read to be shown."""
    found = [folder]
    while (above := found[-1].parent) is not None:
        found.append(above)
    return found[::-1]


def by_path(owner: User) -> list[tuple[UUID, str]]:
    """Return all folders of an owner in the order of their paths, in one query: the id, and the
    names from the top down, with slashes between."""
    rows = {
        pk: (name, parent) for pk, name, parent in owner.folders.values_list("pk", "name", "parent")
    }

    def names(folder_id: UUID | None) -> list[str]:
        if folder_id is None or folder_id not in rows:
            return []
        name, parent = rows[folder_id]
        return [*names(parent), name]

    found = [(names(pk), pk) for pk in rows]
    found.sort(key=lambda one: ([name.casefold() for name in one[0]], one[0]))
    return [(pk, " / ".join(path)) for path, pk in found]


def _count(rows: QuerySet[Any], link: str) -> Any:
    inside = rows.filter(**{link: OuterRef("pk")}).order_by().values(link)
    counted = inside.annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _locked(owner_id: Any) -> Tree:
    """Lock the folders of an owner until the transaction ends, and return their tree."""
    lock(owner_id)
    return _tree(owner_id)


def _tree(owner_id: Any) -> Tree:
    rows = Folder.objects.filter(owner=owner_id).values_list("pk", "parent")
    return dict(rows)


def _require_place(tree: Tree, folder_id: UUID, parent_id: UUID | None) -> None:
    if parent_id is not None and parent_id in _below(tree, folder_id):
        raise FolderInItself
    _require_room(tree, parent_id, levels=_height(tree, folder_id))


def _require_room(tree: Tree, parent_id: UUID | None, *, levels: int) -> None:
    """Raise ``NoSuchFolder`` or ``FolderTooDeep`` if so many levels have no place in a folder."""
    if parent_id is not None and parent_id not in tree:
        raise NoSuchFolder
    if len(_above(tree, parent_id)) + levels > DEEPEST:
        raise FolderTooDeep


def _above(tree: Tree, folder_id: UUID | None) -> list[UUID]:
    found: list[UUID] = []
    while folder_id is not None:
        found.append(folder_id)
        folder_id = tree[folder_id]
    return found


def _below(tree: Tree, folder_id: UUID) -> set[UUID]:
    return set().union(*_levels(tree, folder_id))


def _height(tree: Tree, folder_id: UUID) -> int:
    return len(list(_levels(tree, folder_id)))


def _levels(tree: Tree, folder_id: UUID) -> Iterable[set[UUID]]:
    """Yield the folder alone, then the folders in it, then those in these, and so on."""
    inside: dict[UUID | None, list[UUID]] = {}
    for one, parent in tree.items():
        inside.setdefault(parent, []).append(one)
    level = {folder_id}
    while level:
        yield level
        level = {inner for one in level for inner in inside.get(one, ())}


def _record(act: str, folder: Folder, **details: Any) -> None:
    """Record an act of a person without the folder's name, which is for its owner alone."""
    audit.person_did(f"folder.{act}", ("folder", folder.pk, ""), **details)


def _unnamed(changed: dict[str, Any]) -> dict[str, Any]:
    return changed | ({"name": ["…", "…"]} if "name" in changed else {})


def _save(folder: Folder, *, fields: Iterable[str] | None = None, insert: bool = False) -> None:
    try:
        with transaction.atomic():
            folder.save(force_insert=insert, update_fields=None if insert else fields)
    except IntegrityError as error:
        raise FolderNameTaken from error
