"""The ASGI app under ``/u/``: addresses to which somebody without an account uploads one file.

An address takes the file in one PUT, in chunks (``put``), or by tus (``tus``). No account and no
cookie is looked at: whoever has the address may upload within its limits, until a file has arrived.
"""

from __future__ import annotations

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

from videos.api import problems
from videos.api.addresses import put, tus
from videos.api.asgi import Answer, Asked, Disconnected
from videos.api.tus.errors import VERSION
from videos.ingest import receiving
from videos.ingest.delegated import AddressBusy, AddressCanceled, OwnerHasNoRoom
from videos.ingest.uploads import UploadCanceled
from videos.quotas import QuotaExceeded


class UploadAddresses:
    """Takes what is sent to the addresses of delegated uploads."""

    async def __call__(
        self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer one request."""
        asked = Asked(scope, receive)
        try:
            answer = await _answer(asked)
        except Disconnected:
            return
        except Exception as error:
            if (known := problems.told(error, asked.path)) is None:
                raise
            answer = Answer.refusing(known)
        if asked.is_tus:
            answer = answer.with_headers({"Tus-Resumable": VERSION})
        await answer.send(asked, send)


async def _answer(asked: Asked) -> Answer:
    """Answer a request; what went wrong with the upload is told as it concerns the address."""
    try:
        if asked.method == "OPTIONS":
            return await tus.options(asked)
        return await (tus.answer(asked) if asked.is_tus else put.answer(asked))
    except receiving.UploadLocked as error:
        raise AddressBusy from error
    except UploadCanceled as error:
        raise AddressCanceled from error
    except QuotaExceeded as error:
        raise OwnerHasNoRoom from error
