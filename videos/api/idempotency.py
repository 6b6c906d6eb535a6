"""``Idempotency-Key``: a POST that is sent again with the same key gets the first answer again."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from videos import idempotency
from videos.api import problems
from videos.idempotency import Answer, Asked, Claim, Interrupted, InvalidKey, Made

if TYPE_CHECKING:
    from rest_framework.viewsets import GenericViewSet

    _View = GenericViewSet[Any]
else:
    _View = object

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
LONGEST_KEY = 255
_KEY = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_KEY}}}")
# Those of the caller or the moment: the same request may be answered otherwise a little later.
_NOT_FINAL = frozenset({401, 403, 408, 423, 429})
_NOT_FINAL_CODES = frozenset(
    {
        "video_busy",
        "quota_exceeded",
        "fetch_unreachable",
        "fetch_unavailable",
        "fetch_stalled",
        "fetch_timeout",
        "fetch_broken_off",
    }
)
_CSRF_FIELD = "csrfmiddlewaretoken"


class _Answered(Exception):
    """Raised instead of running the action, whose response is known."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class IdempotentRequests(_View):
    """A view set whose POSTs take an ``Idempotency-Key``, unless ``takes_keys`` is False. A key
    belongs to a user, so a view without users takes none."""

    takes_keys: ClassVar[bool] = True
    _claim: Claim | None = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer the request; a claim that it made on a key ends with it."""
        with ExitStack() as self._acting:
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Claim the request's key, if it has one, when its sender is known and admitted."""
        super().initial(request, *args, **kwargs)
        if not self.takes_keys or request.method != "POST" or HEADER not in request.headers:
            return
        key = valid(request.headers[HEADER])
        found = idempotency.claim(cast(User, request.user), key, _asked(request))
        if isinstance(found, Answer):
            raise _Answered(_again(found))
        self._claim = found
        self._acting.enter_context(idempotency.acting(found))
        if found.made and (recovered := self.recovered(found.made)) is not None:
            raise _Answered(recovered)

    def recovered(self, made: Sequence[Made]) -> Response | None:
        """Return the answer of an action that had created these when it was killed, or None if
        nothing of them stands, so that the action is run. Raises ``Interrupted``."""
        raise Interrupted

    def handle_exception(self, exc: Exception) -> Response:
        """Return the response that is known already, or that of an error."""
        if isinstance(exc, _Answered):
            return exc.response
        return super().handle_exception(exc)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Store a final answer under the claimed key."""
        final = super().finalize_response(request, response, *args, **kwargs)
        if self._claim is not None and is_final(final.status_code, final.data):
            body = "" if final.data is None else JSONRenderer().render(final.data).decode()
            answer = Answer(final.status_code, body, final.get("Location", ""))
            idempotency.answered(self._claim, answer)
        return final


def valid(key: str) -> str:
    """Return a key as it was sent. Raises ``InvalidKey``."""
    if not _KEY.fullmatch(key):
        raise InvalidKey
    return key


def is_final(status: int, told: Any) -> bool:
    """Whether an answer, with what it tells, is that to every repetition of the request."""
    if status >= 500 or status in _NOT_FINAL:
        return False
    return status < 400 or told["code"] not in _NOT_FINAL_CODES


def _again(answer: Answer) -> Response:
    response = Response(
        json.loads(answer.body) if answer.body else None,
        status=answer.status,
        headers={REPLAYED: "true"},
        content_type=problems.CONTENT_TYPE if answer.status >= 400 else None,
    )
    if answer.location:
        response["Location"] = answer.location
    return response


def _asked(request: Request) -> Asked:
    told = json.dumps(
        [request.method, request.get_full_path(), _body(request.data)], sort_keys=True
    )
    digest = hashlib.sha256(told.encode()).hexdigest()
    return Asked(request.method or "", request.path, digest)


def _body(data: Any) -> Any:
    """Return what a request says, as JSON; for a file its name, size and SHA-256."""
    if not isinstance(data, MultiValueDict):
        return data
    return {
        name: [_file(one) if isinstance(one, UploadedFile) else one for one in values]
        for name, values in data.lists()
        if name != _CSRF_FIELD
    }


def _file(file: UploadedFile[bytes]) -> list[Any]:
    return [file.name, file.size, file.sha256]  # type: ignore[attr-defined]  # set by HashingUploadHandler
