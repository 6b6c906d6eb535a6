"""The ASGI application: Django, the live feed, event streams, media, tus, upload addresses and
probes, behind the guards."""

import os
import sys
from typing import cast

import django
from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope
from django.core.exceptions import ImproperlyConfigured

from config.logs import process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
try:
    process.begin("web")
    django.setup(set_prefix=False)
except ImproperlyConfigured as wrong:
    sys.exit("\n".join(f"config.asgi: {fault}" for fault in str(wrong).splitlines()))

from django.conf import settings  # after the apps are loaded

from config import uploads
from config.body_guard import BodyGuard
from config.cross_origin import CrossOrigin
from config.final_slash import FinalSlash
from config.handler import Handler
from config.host_guard import HostGuard
from config.https_only import HttpsGuard
from config.logs.requests import RequestLog, Whole
from config.probes import PATHS, Probes
from processing.health import start
from videos.api.addresses.app import UploadAddresses
from videos.api.events import app as events
from videos.api.tus.app import TusApp
from videos.api.tus.places import PREFIX as TUS_PREFIX
from videos.feed import socket as feed
from videos.ingest import delegated
from videos.playback.media import PREFIX, MediaApp

django_app = cast(ASGI3Application, Handler())
_SWITCH_SECONDS = 0.001
_media = MediaApp()
_probes = Probes()
_tus = TusApp(uploads.identify)
_addresses = UploadAddresses()
_streams = events.EventStreams()


async def _route(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    if scope["type"] == "http" and scope["path"] in PATHS:
        await _probes(scope, send)
    elif scope["type"] == "http" and scope["path"].startswith(PREFIX):
        await _media(scope, receive, send)
    elif scope["type"] == "http" and scope["path"].startswith(TUS_PREFIX):
        await _tus(scope, receive, send)
    elif scope["type"] == "http" and scope["path"].startswith(delegated.PREFIX):
        await _addresses(scope, receive, send)
    elif scope["type"] == "http" and events.serves(scope["path"]):
        await _streams(scope, receive, send)
    elif scope["type"] == "http":
        await django_app(scope, receive, send)
    elif scope["type"] == "websocket" and scope["path"] == feed.PATH:
        await feed.serve(scope, receive, send)
    elif scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 4404, "reason": "No such socket."})
    elif scope["type"] == "lifespan":
        await _lifespan(receive, send)


async def _lifespan(receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Answer the server's lifespan events: there is nothing to open or close. At startup it also
    logs which settings are unsafe here."""
    # Threads that render long playlists share the interpreter with the event loop, which gets its
    # turn sooner this way.
    sys.setswitchinterval(_SWITCH_SECONDS)
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            start.warn_beside()
            await send({"type": "lifespan.startup.complete"})
        elif event["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return


_guarded = BodyGuard(
    app=_route,
    upload_paths={
        "/api/v1/videos/": settings.MAX_POST_BYTES,
        "/api/v1/images/": settings.MAX_IMAGE_BYTES,
    },
    admit=uploads.admit,
    counts=(TUS_PREFIX, delegated.PREFIX),
    form_paths={
        "/api/v1/videos/[^/]+/poster/": settings.MAX_IMAGE_BYTES,
        "/api/v1/videos/[^/]+/tracks/": settings.MAX_POST_BYTES,
    },
)
# From the outside in: requests and uncaught exceptions are logged; pages of other origins may read
# every answer; all code behind FinalSlash sees one spelling of an address.
_answered = CrossOrigin(Whole(FinalSlash(HttpsGuard(HostGuard(_guarded)))))
application: ASGI3Application = RequestLog(
    _answered, silent_paths=PATHS, silent_prefix=settings.STATIC_URL
)
