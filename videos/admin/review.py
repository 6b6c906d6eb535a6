"""The review page: shows one waiting video at a time with its player, to approve or reject it."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts import trust
from accounts.models import User
from accounts.rights import Right, may
from videos.admin import video_acts
from videos.admin.video_acts import RejectForm
from videos.models import ModerationDecision, Video
from videos.moderation import policy, queue
from videos.moderation import services as moderation
from videos.pages import cards
from videos.pages import library as shelf


@require_GET
def first(request: HttpRequest) -> HttpResponse:
    """Redirect to the video that has waited longest, or to the next one behind ``after``."""
    _require_moderator(request)
    behind = shelf.uuid_or_none(request.GET.get("after"))
    video = queue.next_after(behind, by=cast(User, request.user))
    if video is None:
        return _page(request, None, None)
    return redirect("admin:videos_video_review_one", video_id=video.pk)


@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, video_id: UUID) -> HttpResponse:
    """Show one video, or decide about it and go on to the next one."""
    _require_moderator(request)
    user = cast(User, request.user)
    video = shelf.watchable(user).filter(pk=video_id).first()
    if video is None or (request.method == "GET" and not _waits(video)):
        said = "That video was deleted meanwhile." if video is None else _said_of(video)
        messages.warning(request, said)
        return _next(video_id)
    if request.method == "GET":
        return _page(request, video, RejectForm())
    decision = request.POST.get("decision")
    if decision == "approve":
        return _decided(request, video, None)
    if decision == "trust":
        return _trusted(request, video)
    form = RejectForm(request.POST if decision == "reject" else None)
    if not form.is_valid():
        return _page(request, video, form)
    return _decided(request, video, form)


def _trusted(request: HttpRequest, video: Video) -> HttpResponse:
    """Trust the owner of a video, or withdraw it; the decision about the video is still to be
    made."""
    act = trust.withdraw if video.owner.trusted_at else trust.give
    try:
        act(video.owner, by=cast(User, request.user))
    except (trust.NothingToChange, trust.OwnTrust):
        messages.warning(request, "Nothing was changed.")
    else:
        said = "no longer trusted" if act is trust.withdraw else "trusted from now on"
        messages.success(request, f"{video.owner} is {said}.")
    return redirect("admin:videos_video_review_one", video_id=video.pk)


def _decided(request: HttpRequest, video: Video, form: RejectForm | None) -> HttpResponse:
    act = video_acts.APPROVE if form is None else video_acts.REJECT
    try:
        with transaction.atomic():
            _decide(request, video, form)
            _note(request, video, act.label, form)
    except tuple(act.refusals) as error:
        messages.warning(request, f"“{video}” {act.refusal(error)}")
    else:
        messages.success(request, f"“{video}” was {act.done}.")
    return _next(video.pk)


def _decide(request: HttpRequest, video: Video, form: RejectForm | None) -> None:
    by = cast(User, request.user)
    seen = moderation.Seen(video.pk, Video.Moderation.PENDING)
    if form is None:
        moderation.approve(seen, by=by)
    else:
        filled = form.cleaned_data
        moderation.reject(seen, by=by, code=filled["code"], message=filled["message"])


def _note(request: HttpRequest, video: Video, label: str, form: RejectForm | None) -> None:
    """Log the decision in the video's admin history, with the same line as an action from the
    list."""
    said = f"{label}: {form.written()}" if form else label
    admin.site.get_model_admin(Video).log_change(request, video, said)


def _page(request: HttpRequest, video: Video | None, form: RejectForm | None) -> HttpResponse:
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Review",
        "form": form,
        "video": video,
        "waiting": queue.count(),
    }
    if video is not None:
        context |= {
            "may_approve": moderation.may_approve(video, cast(User, request.user)),
            "watch": cards.watch(video, cast(User, request.user)),
            "is_trusted": policy.is_trusted(video.owner),
            "before": queue.decisions_about(video.owner),
            "others": reverse("admin:videos_video_changelist"),
        }
    return TemplateResponse(request, "admin/review.html", context)


def _next(video_id: UUID) -> HttpResponse:
    return redirect(f"{reverse('admin:videos_video_review')}?after={video_id}")


def _waits(video: Video) -> bool:
    return video.moderation == Video.Moderation.PENDING and video.status == Video.Status.READY


def _said_of(video: Video) -> str:
    if video.moderation == Video.Moderation.PENDING:
        return f"“{video}” {video_acts.DECIDING[moderation.NotReady]}"
    last: ModerationDecision | None = queue.decisions_on(video.pk).first()
    return f"“{video}” was {video.moderation}{f' by {last.by_email}' if last else ''} already."


def _require_moderator(request: HttpRequest) -> None:
    if not may(request.user, *Right.moderation()):
        raise PermissionDenied
