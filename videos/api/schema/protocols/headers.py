"""The headers of tus and of uploads in chunks, as requests and answers have them."""

import re
from collections.abc import Mapping
from typing import Any

from videos.api.idempotency import LONGEST_KEY
from videos.api.tus.errors import VERSION

Schema = dict[str, Any]

_BYTES: Schema = {"type": "integer", "minimum": 0}
_TEXT: Schema = {"type": "string"}
_VERSION: Schema = {"type": "string", "pattern": f"^{re.escape(VERSION)}$", "examples": [VERSION]}
_ONE: Schema = {"type": "string", "pattern": "^1$", "examples": ["1"]}
_DATE: Schema = {"type": "string", "examples": ["Fri, 27 Nov 2026 12:00:00 GMT"]}
_PAIRS: Schema = {"type": "string", "examples": ["filename YS5tcDQ=,title TXkgZmlsbQ=="]}

REQUEST: Mapping[str, tuple[str, Schema]] = {
    "Tus-Resumable": ("The version of tus that the client speaks.", _VERSION),
    "Upload-Length": ("The size of the file in bytes.", _BYTES),
    "Upload-Defer-Length": ("The size is told later, with some bytes.", _ONE),
    "Upload-Offset": ("Where the bytes begin: how many have arrived.", _BYTES),
    "Upload-Metadata": (
        "Keys with values in base64, separated by commas: the `filename`, and the settings of a "
        "video by their names.",
        _PAIRS,
    ),
    "Upload-Concat": (
        "`partial` for a part of a file; `final;` and the addresses of all parts, separated by "
        "spaces, for a file that is made of them.",
        {"type": "string", "examples": ["partial"]},
    ),
    "Upload-Checksum": (
        "An algorithm (`sha256`, `sha1` or `md5`) and the digest of the body in base64.",
        {"type": "string", "examples": ["sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="]},
    ),
    "Idempotency-Key": (
        "A name of your own for this request, such as a UUID. Sent again within 24 hours with the "
        "same key, the request makes nothing again, and is told where its upload is.",
        {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
    ),
    "Content-Range": (
        "Which bytes of how many these are. `*` as the range asks how far the upload is; `*` as "
        "the total says that it is not known yet.",
        {"type": "string", "examples": ["bytes 0-8388607/52428800", "bytes */52428800"]},
    ),
}

ANSWER: Mapping[str, tuple[str, Schema]] = {
    "Tus-Resumable": ("The version of tus that the server speaks.", _VERSION),
    "Tus-Version": ("The versions of tus that are spoken here.", _VERSION),
    "Tus-Extension": ("The extensions of tus, separated by commas.", _TEXT),
    "Tus-Max-Size": ("How many bytes a file may have.", _BYTES),
    "Tus-Checksum-Algorithm": ("The algorithms of `Upload-Checksum`.", _TEXT),
    "Upload-Offset": ("How many bytes have arrived.", _BYTES),
    "Upload-Length": ("The size of the file in bytes, if it is known.", _BYTES),
    "Upload-Defer-Length": ("The size is not known yet.", _ONE),
    "Upload-Metadata": ("What the creation told.", _PAIRS),
    "Upload-Concat": ("Whether it is a part, or the parts that it is made of.", _TEXT),
    "Upload-Expires": ("When an unfinished upload is given up.", _DATE),
    "Range": (
        "The bytes that have arrived; none before the first.",
        {"type": "string", "examples": ["bytes=0-8388607"]},
    ),
}
