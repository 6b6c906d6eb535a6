"""The ASGI application: media beside Django, behind the body guard."""

import os

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_app = get_asgi_application()

from django.conf import settings  # noqa: E402  # after the apps are loaded
from videos.playback.media import PREFIX, MediaApp  # noqa: E402

from config.body_guard import BodyGuard  # noqa: E402

_media = MediaApp()


async def _route(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    if scope["type"] == "http" and scope["path"].startswith(PREFIX):
        await _media(scope, receive, send)
    elif scope["type"] == "http":
        await django_app(scope, receive, send)
    elif scope["type"] == "lifespan":
        await _lifespan(receive, send)


async def _lifespan(receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Nothing to open or close; said so that the server does not wonder."""
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif event["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return


application: ASGI3Application = BodyGuard(
    app=_route, upload_path="/api/v1/videos/", upload_bytes=settings.MAX_POST_BYTES
)
