"""Each way in, as a client that comes back after a broken line.

A way stops at three places where processes can be killed: in the middle of its bytes, before the
last of them, and when it has its answer. One whose client never comes back ends once the last bytes
are sent.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import uuid4

import requests
from standardwebhooks.webhooks import Webhook

from tests.ingest.line import Answer, Line
from tests.ingest.site import Film, Held, Site, wait_for

Steps = Generator[None, None, None]
Way = Callable[[Site, Film], Steps]
_KIB256 = 256 * 1024
_BYTES = "application/offset+octet-stream"


def post(site: Site, film: Film) -> Steps:
    """A form, which is sent again whole."""
    yield from _form(site, film, "/api/v1/videos/")


def image(site: Site, film: Film) -> Steps:
    """The same for an image."""
    yield from _form(site, film, "/api/v1/images/")


def tus(site: Site, film: Film) -> Steps:
    """tus with the owner's key."""
    told = {"Upload_Length": len(film.data), "Upload_Metadata": _metadata(film)}
    place = _created(site, **told)
    yield from _patched(site, place, film)
    if film.returns:
        _resumed(site, place, film.data)


def tus_parallel(site: Site, film: Film) -> Steps:
    """tus in two parts at once, which are joined."""
    halves = film.data[: film.half], film.data[film.half :]
    places = []
    for half in halves:
        told = {"Upload_Length": len(half), "Upload_Concat": "partial"}
        places.append(_created(site, **told))
    lines = [_patch(site, place, 0, half) for place, half in zip(places, halves, strict=True)]
    for line, half in zip(lines, halves, strict=True):
        line.send(half[: len(half) // 2])
    yield
    for line in lines:
        line.close()
    for place, half in zip(places, halves, strict=True):
        _resumed(site, place, half)
    yield
    told = {"Upload_Concat": f"final;{' '.join(places)}", "Upload_Metadata": _metadata(film)}
    if not film.returns:
        _tus_line(site, "POST", "/api/v1/tus/", Content_Length=0, **told)
        return
    # The parts of a final upload whose answer was lost are used up: 400 says so.
    site.until(201, 400, of=lambda: _tus(site, "POST", "/api/v1/tus/", **told))


def delegated(site: Site, film: Film) -> Steps:
    """A plain PUT to an address, which is sent again whole."""
    path = _address(site, film)
    line = site.line("PUT", path, Content_Length=len(film.data))
    line.send(film.data[: film.half])
    yield
    yield
    line.send(film.data[film.half :])
    if not film.returns or line.answer().status == 200:
        return

    def again() -> Answer:
        line = site.line("PUT", path, Content_Length=len(film.data))
        line.send(film.data)
        return line.answer()

    site.until(200, 410, of=again)  # 410: it had arrived, and the answer was lost


def delegated_chunks(site: Site, film: Film) -> Steps:
    """PUTs with Content-Range to an address, as UpChunk sends them."""
    path, size = _address(site, film), len(film.data)
    first = film.half // _KIB256 * _KIB256
    line = _chunk(site, path, 0, first, size)
    line.send(film.data[: first // 2])
    yield
    line.close()
    at = 0
    while at < first:
        line = _chunk(site, path, at, first, size)
        line.send(film.data[at:first])
        line.answer()
        at = _arrived(site, path, size)
    yield
    line = _chunk(site, path, first, size, size)
    line.send(film.data[first:])
    while (
        film.returns and line.answer().status != 200 and (at := _arrived(site, path, size)) < size
    ):
        line = _chunk(site, path, at, size, size)
        line.send(film.data[at:])


def bucket(site: Site, film: Film) -> Steps:
    """Parts that go straight to the bucket, as Uppy sends them."""
    url, told = "/api/v1/uploads/s3/multipart/", {"filename": film.name, "type": "video/mp4"}
    sent = {**told, "metadata": {"title": film.title}}
    begun = site.until(201, of=lambda: site.ask("POST", url, sent)).json
    one, key = f"{url}{begun['uploadId']}/", f"?key={begun['key']}"
    step, etags = begun["part_size"], []
    last = -(-len(film.data) // step)

    def send(number: int) -> str:
        signed = site.until(200, of=lambda: site.ask("GET", f"{one}{number}/{key}")).json
        part = film.data[(number - 1) * step : number * step]
        return requests.put(signed["url"], data=part, timeout=30).headers["ETag"]

    etags.append(send(1))
    yield
    etags += [send(number) for number in range(2, last + 1)]
    yield
    parts = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, 1)]
    body = json.dumps({"parts": parts}).encode()
    heads = {"Content_Type": "application/json", "Content_Length": len(body)}
    line = site.line("POST", f"{one}complete/{key}", **site.auth, **heads)
    line.send(body)
    if film.returns and line.answer().status != 200:
        site.until(200, of=lambda: site.ask("POST", f"{one}complete/{key}", {"parts": parts}))


def imported(site: Site, film: Film) -> Steps:
    """A URL, of which a worker fetches the file."""
    held, url = _served(site, film)
    asked = {"url": url, "title": film.title}
    site.until(202, of=lambda: site.ask("POST", "/api/v1/videos/import/", asked))
    wait_for(held.half_sent, "the file is fetched")
    yield
    yield
    held.rest.set()


def imported_image(site: Site, film: Film) -> Steps:
    """The URL of an image, which the web process fetches."""
    held, url = _served(site, film)
    body = json.dumps({"url": url, "title": film.title, "type": "image"}).encode()

    def begin() -> Line:
        heads = {"Content_Type": "application/json", "Content_Length": len(body)}
        line = site.line("POST", "/api/v1/videos/import/", **site.auth, **heads)
        line.send(body)
        return line

    line = begin()
    wait_for(held.half_sent, "the image is fetched")
    yield
    yield
    held.rest.set()
    if film.returns and line.answer().status != 201:
        site.until(201, of=lambda: begin().answer())


def hook(site: Site, film: Film) -> Steps:
    """The report of a generator, which is sent again until it was taken."""
    held, url = _served(site, film)
    made = site.until(
        201, of=lambda: site.ask("POST", "/api/v1/hooks/addresses/", {"source": "generic"})
    ).json
    where = urlsplit(made["url"])
    body = json.dumps({"id": uuid4().hex, "url": url, "title": film.title}).encode()
    moment = datetime.now(tz=UTC)
    signature = Webhook(made["secret"]).sign("msg", moment, body.decode())

    def report() -> Line:
        line = site.line(
            "POST",
            f"{where.path}?{where.query}",
            Content_Type="application/json",
            Content_Length=len(body),
            Webhook_Id="msg",
            Webhook_Timestamp=int(moment.timestamp()),
            Webhook_Signature=signature,
        )
        line.send(body)
        return line

    line = report()
    yield
    if line.answer().status != 200:
        site.until(200, of=lambda: report().answer())
    site.wait_for_report(held.half_sent)
    yield
    held.rest.set()


VIDEOS: tuple[Way, ...] = (
    post, tus, tus_parallel, delegated, delegated_chunks, imported, hook,
)  # fmt: skip
IMAGES: tuple[Way, ...] = (image, imported_image)
# Nobody has to come back to these: the product itself goes on.
ALONE: tuple[Way, ...] = (imported, hook)


def _form(site: Site, film: Film, path: str) -> Steps:
    bound = uuid4().hex
    part = f'--{bound}\r\nContent-Disposition: form-data; name="{{}}"'
    head = f"{part.format('title')}\r\n\r\n{film.title}\r\n"
    head += f'{part.format("file")}; filename="{film.name}"\r\n\r\n'
    body = head.encode(errors="surrogateescape") + film.data + f"\r\n--{bound}--\r\n".encode()

    def begin() -> Line:
        kind = f"multipart/form-data; boundary={bound}"
        heads = {"Content_Type": kind, "Content_Length": len(body)}
        return site.line("POST", path, **site.auth, **heads)

    def again() -> Answer:
        line = begin()
        line.send(body)
        return line.answer()

    line = begin()
    line.send(body[: film.half])
    yield
    yield
    line.send(body[film.half :])
    if film.returns and line.answer().status != 201:
        site.until(201, of=again)


def _metadata(film: Film) -> str:
    pairs = {"filename": film.name, "title": film.title}
    told = {k: base64.b64encode(v.encode(errors="surrogateescape")) for k, v in pairs.items()}
    return ",".join(f"{name} {value.decode()}" for name, value in told.items())


def _tus_line(site: Site, method: str, path: str, **headers: object) -> Line:
    return site.line(method, path, **site.auth, Tus_Resumable="1.0.0", **headers)


def _tus(site: Site, method: str, path: str, **headers: object) -> Answer:
    return _tus_line(site, method, path, Content_Length=0, **headers).answer()


def _created(site: Site, **headers: object) -> str:
    """Create an upload by tus, and return its path."""
    made = site.until(201, of=lambda: _tus(site, "POST", "/api/v1/tus/", **headers))
    return urlsplit(made.headers["location"]).path


def _patch(site: Site, place: str, at: int, data: bytes) -> Line:
    length = len(data) - at
    told = {"Upload_Offset": at, "Content_Length": length, "Content_Type": _BYTES}
    return _tus_line(site, "PATCH", place, **told)


def _patched(site: Site, place: str, film: Film) -> Steps:
    line = _patch(site, place, 0, film.data)
    line.send(film.data[: film.half])
    yield
    yield
    line.send(film.data[film.half :])
    if film.returns:
        line.answer()


def _resumed(site: Site, place: str, data: bytes) -> None:
    """Ask how far it is and send the rest, until all has arrived."""
    while True:
        told = site.until(200, of=lambda: _tus_line(site, "HEAD", place).answer())
        at = int(told.headers["upload-offset"])
        if at == len(data):
            return
        line = _patch(site, place, at, data)
        line.send(data[at:])
        line.answer()


def _address(site: Site, film: Film) -> str:
    asked = {"title": film.title, "filename": film.name}
    made = site.until(201, of=lambda: site.ask("POST", "/api/v1/uploads/", asked))
    return str(urlsplit(made.json["url"]).path)


def _chunk(site: Site, path: str, at: int, end: int, size: int) -> Line:
    told = f"bytes {at}-{end - 1}/{size}"
    return site.line("PUT", path, Content_Range=told, Content_Length=end - at)


def _arrived(site: Site, path: str, size: int) -> int:
    def question() -> Answer:
        told = {"Content_Range": f"bytes */{size}", "Content_Length": 0}
        return site.line("PUT", path, **told).answer()

    answer = site.until(200, 308, of=question)
    if answer.status == 200:
        return size
    return int(answer.headers.get("range", "bytes=0--1").removeprefix("bytes=0-")) + 1


def _served(site: Site, film: Film) -> tuple[Held, str]:
    held = Held.of(film)
    return held, site.files.at(f"/{uuid4().hex}", held.answering())
