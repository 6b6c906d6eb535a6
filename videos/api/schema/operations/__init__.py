"""Describe every operation in the OpenAPI document: one entry each, by view and action, in a module
for each resource.

Generated clients use ``id`` as the method name, so it never changes. Lists of operations show
``summary``. ``refusals`` holds, by status, the error codes that an operation can return besides
those that every operation can: see ``endings``.
"""

from collections.abc import Mapping

from videos.api.schema.operation import Operation
from videos.api.schema.operations import (
    administration,
    feed,
    folders,
    hooks,
    images,
    imports,
    jobs,
    keys,
    me,
    notifications,
    profiles,
    s3,
    tags,
    tracks,
    uploads,
    videos,
    webhooks,
)

OPERATIONS: Mapping[str, Operation] = {
    **administration.OPERATIONS,
    **feed.OPERATIONS,
    **folders.OPERATIONS,
    **hooks.OPERATIONS,
    **images.OPERATIONS,
    **imports.OPERATIONS,
    **jobs.OPERATIONS,
    **keys.OPERATIONS,
    **me.OPERATIONS,
    **notifications.OPERATIONS,
    **profiles.OPERATIONS,
    **s3.OPERATIONS,
    **tags.OPERATIONS,
    **tracks.OPERATIONS,
    **uploads.OPERATIONS,
    **videos.OPERATIONS,
    **webhooks.OPERATIONS,
}
