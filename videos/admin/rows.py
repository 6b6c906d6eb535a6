"""Admin base class for rows that belong to a video: only staff who may see the video see them."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.models import User
from accounts.rights import Right, may
from config.admin.base import ReadOnlyAdmin
from videos import access


class OfVideoAdmin(ReadOnlyAdmin):
    """An admin for rows of a video, which ``video_path`` leads to. Rows of videos that a member of
    staff may not see are left out."""

    video_path: ClassVar[str] = "video"
    outlives_video: ClassVar[bool] = False
    """Whether rows may name a video that is gone: nobody knows any more whether it was hidden."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows that the user may see."""
        rows, user = super().get_queryset(request), cast(User, request.user)
        if may(user, *Right.moderation()):
            return rows
        if self.outlives_video:
            there = Q(**{f"{self.video_path}__in": access.seen_by_staff(user).values("pk")})
            return rows.filter(there | Q(**{self.video_path: None}))
        return rows.exclude(**{f"{self.video_path}__in": access.hidden_from_staff(user)})
