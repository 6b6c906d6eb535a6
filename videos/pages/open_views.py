"""What other sites may fetch of a video that everybody may watch: player, poster and
description."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import Resolver404, get_script_prefix, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from videos.models import Video
from videos.pages import cards, player, sharing
from videos.playback import pictures

_LARGEST = 10_000


@require_safe
@never_cache
@xframe_options_exempt
def embed(request: HttpRequest, video_id: UUID) -> HttpResponse:
    """Show the player alone, for embedding in other sites. A user who is logged in here is treated
    as anonymous."""
    video = sharing.open_videos().filter(pk=video_id).first()
    playing = player.of(video, AnonymousUser()) if video else None
    if video is None or playing is None:
        return render(request, "pages/embed_gone.html", status=HTTPStatus.NOT_FOUND)
    context = {"video": video, "title": cards.title_of(video), "player": playing}
    return render(request, "pages/embed.html", context)


@require_safe
@never_cache
def poster(request: HttpRequest, video_id: UUID) -> HttpResponse:
    """Redirect to the poster from a URL that does not expire, for previews on other sites: to the
    largest one, or that of ``width``; to the waveform of audio that has none."""
    video = get_object_or_404(sharing.open_videos(), pk=video_id)
    shown = pictures.of(video, AnonymousUser())
    found = sharing.poster_file(shown, request.GET.get("width", ""))
    if found is None or found.jpeg is None:
        raise Http404
    return HttpResponseRedirect(found.jpeg)


@require_safe
@never_cache
def oembed(request: HttpRequest) -> HttpResponse:
    """Answer an oEmbed request (https://oembed.com) in JSON; pages of every origin may read it."""
    response = _oembed(request)
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _oembed(request: HttpRequest) -> HttpResponse:
    if request.GET.get("format", "json") != "json":
        told = "This address answers only in JSON."
        return HttpResponse(told, "text/plain", status=HTTPStatus.NOT_IMPLEMENTED)
    video_id = _video_of(request)
    video = sharing.open_videos().filter(pk=video_id).first() if video_id else None
    if video is None:
        told = "No video that everybody may watch is at this address."
        return HttpResponse(told, "text/plain", status=HTTPStatus.NOT_FOUND)
    frame = sharing.frame(
        video,
        request,
        max_width=_pixels(request.GET.get("maxwidth")),
        max_height=_pixels(request.GET.get("maxheight")),
    )
    return JsonResponse(_described(video, request, frame))


def _described(video: Video, request: HttpRequest, frame: sharing.Frame) -> dict[str, Any]:
    about = {
        "version": "1.0",
        "type": "video",
        "title": cards.title_of(video),
        "provider_name": "Vodloom",
        "provider_url": request.build_absolute_uri("/"),
        "html": frame.code,
        "width": frame.width,
        "height": frame.height,
    }
    if author := cards.author_of(video):
        about["author_name"] = author
    room = (_pixels(request.GET.get("maxwidth")), _pixels(request.GET.get("maxheight")))
    if thumbnail := sharing.thumbnail(video, request, room):
        about["thumbnail_url"] = thumbnail.url
        about["thumbnail_width"] = thumbnail.width
        about["thumbnail_height"] = thumbnail.height
    return about


def _video_of(request: HttpRequest) -> UUID | None:
    """Return the video whose watch or embed page the ``url`` parameter names. The final slash may
    be missing, as in page URLs."""
    address = request.GET.get("url", "")
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return None
    try:
        path = urlsplit(address).path.removeprefix(get_script_prefix())
        found = resolve(f"/{path.removesuffix('/')}/")
    except (Resolver404, ValueError):
        return None
    return found.kwargs["video_id"] if found.url_name in ("watch", "embed") else None


def _pixels(text: str | None) -> int:
    """Return the requested limit in pixels; a value that is not a valid limit limits nothing."""
    try:
        pixels = int(text or _LARGEST)
    except ValueError:
        return _LARGEST
    return pixels if 0 < pixels < _LARGEST else _LARGEST
