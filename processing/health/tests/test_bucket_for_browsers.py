"""What keeps pages from playing out of a bucket is told, by real rules of a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
import requests
from django.conf import settings
from django.test.utils import override_settings

from processing.health.bucket import bucket_for_browsers
from processing.health.catalogue import bucket as kinds
from processing.health.finding import CheckResult
from processing.health.tests.buckets import found_by
from tests.servers.certificates import Certificates, made_in
from tests.servers.process import free_port
from tests.servers.s3 import S3
from tests.servers.stubs import Answer, http_stub, refusal

pytestmark = pytest.mark.slow

NAME = "Bucket, for browsers"
SITE = "http://films:8000"  # a name of this network, as the address of the bucket is one
RULE: dict[str, Any] = {
    "AllowedOrigins": [SITE],
    "AllowedMethods": ["GET", "HEAD", "PUT"],
    "AllowedHeaders": ["*"],
    "ExposeHeaders": ["Content-Length", "Content-Range", "ETag"],
}


@pytest.fixture(autouse=True)
def _site() -> Iterator[None]:
    """The site is reached by one name, and by HTTPS."""
    secure = replace(settings.ENV, use_https=False)
    with override_settings(CSRF_TRUSTED_ORIGINS=[SITE], ALLOWED_HOSTS=["localhost"], ENV=secure):
        yield


def of(s3: S3, **options: Any) -> list[CheckResult]:
    given = {"endpoint_url": s3.endpoint_url, "access_key": s3.keys.id, "bucket_name": s3.bucket}
    return found_by([bucket_for_browsers], **{**given, "secret_key": s3.keys.secret, **options})


def allow(s3: S3, **other: Any) -> None:
    rules = {"CORSRules": [{**RULE, **other}]}
    s3.client().put_bucket_cors(Bucket=s3.bucket, CORSConfiguration=rules)  # type: ignore[arg-type]


@pytest.fixture
def ruled(moto_server: S3) -> Iterator[S3]:
    """A bucket with the rule of docs/operations.md."""
    allow(moto_server)
    yield moto_server
    moto_server.client().delete_bucket_cors(Bucket=moto_server.bucket)


def where(port: int) -> str:
    return f"http://127.0.0.1:{port}"


class Proxy:
    """Passes what comes on to a bucket, and changes some of the answer."""

    def __init__(self, s3: S3, **changes: Any) -> None:
        self.s3 = s3
        self.changes = changes

    def __call__(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        sent = {name: value for name, value in headers.items() if name != "Host"}
        for name in self.changes.get("swallows", ()):
            sent.pop(name, None)
        answer = requests.request(method, f"{self.s3.endpoint_url}{path}", headers=sent, timeout=60)
        told = {n: v for n, v in answer.headers.items() if re.match("Access|Content-(T|R)", n)}
        told |= self.changes.get("adds", {})
        for name in self.changes.get("hides", ()):
            told.pop(name, None)
        return Answer(answer.status_code, answer.content, told)


def test_a_bucket_with_the_rule_is_well_and_nothing_is_left(ruled: S3) -> None:
    cors = {
        "Access-Control-Allow-Origin": SITE,
        "Access-Control-Allow-Headers": "range",
        "Access-Control-Expose-Headers": "Content-Length, Content-Range, ETag",
    }
    with http_stub(Proxy(ruled, adds=cors)) as port:
        assert of(ruled, public_endpoint_url=where(port)) == []
    assert not [key for key in _keys(ruled) if "doctor" in key]


def _keys(s3: S3) -> list[str]:
    return [one["Key"] for one in s3.client().list_objects_v2(Bucket=s3.bucket).get("Contents", [])]


def test_pages_of_this_site_are_not_let_in(ruled: S3) -> None:
    with http_stub(Proxy(ruled, adds={"Access-Control-Allow-Origin": "https://other"})) as port:
        told = of(ruled, public_endpoint_url=where(port))
    assert told == [kinds.NO_CORS.at(NAME, origin=SITE)]


def test_pages_may_not_send_a_range(ruled: S3) -> None:
    cors = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "*"}
    with http_stub(Proxy(ruled, adds=cors, hides=["Access-Control-Allow-Headers"])) as port:
        told = of(ruled, public_endpoint_url=where(port))
    assert told == [kinds.NO_CORS_RANGE.at(NAME, origin=SITE)]


def test_what_some_players_want_is_hidden(ruled: S3) -> None:
    cors = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}
    with http_stub(Proxy(ruled, adds=cors, hides=["Access-Control-Expose-Headers"])) as port:
        told = of(ruled, public_endpoint_url=where(port))
    assert told == [
        kinds.CORS_HIDES.at(NAME, origin=SITE, headers="content-range"),
        kinds.NO_CORS_UPLOADS.at(NAME, origin=SITE, what="the ETag is hidden"),
    ]


def test_a_proxy_loses_the_range(ruled: S3) -> None:
    cors = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}
    cors["Access-Control-Expose-Headers"] = "*"
    with http_stub(Proxy(ruled, adds=cors, swallows=["Range"])) as port:
        told = of(ruled, public_endpoint_url=where(port))
        assert told == [kinds.PUBLIC_RANGE.at(NAME, where=where(port))]


def test_a_presigned_address_is_refused(ruled: S3) -> None:
    with http_stub(refusal(403, "SignatureDoesNotMatch")) as port:
        told = of(ruled, public_endpoint_url=where(port))
        expected = {"where": where(port), "status": 403, "code": "SignatureDoesNotMatch"}
        assert told == [kinds.PUBLIC_REFUSED.at(NAME, **expected)]


def test_something_else_answers_browsers(ruled: S3) -> None:
    with http_stub(Answer(404, b"<html>Not here</html>")) as port:
        [finding] = of(ruled, public_endpoint_url=where(port))
    assert finding.code == kinds.PUBLIC_REFUSED.code


def test_nothing_answers_at_the_public_address(ruled: S3) -> None:
    there = where(free_port())
    told = of(ruled, public_endpoint_url=there)
    expected = {"where": there, "error": "nothing listens there"}
    assert told == [kinds.PUBLIC_UNREACHED.at(NAME, **expected)]


def test_a_certificate_that_browsers_refuse(
    ruled: S3, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own: Certificates = made_in(tmp_path_factory.mktemp("own"), ["localhost"])
    with http_stub(Answer(), certificates=own) as port:
        there = f"https://localhost:{port}"
        told = of(ruled, public_endpoint_url=there)
    error = "its certificate is signed by nobody this machine trusts"
    assert told == [kinds.PUBLIC_CERTIFICATE.at(NAME, where=there, error=error)]


def test_media_without_https_on_a_site_with_it(ruled: S3) -> None:
    secure = replace(settings.ENV, use_https=True)
    with override_settings(ENV=secure):
        told = of(ruled)
    assert kinds.PUBLIC_PLAIN.at(NAME, where=ruled.endpoint_url) in told


def test_browsers_are_sent_to_a_name_they_cannot_know(ruled: S3) -> None:
    there = f"http://localhost:{free_port()}"
    with override_settings(CSRF_TRUSTED_ORIGINS=["https://vod.example.org"]):
        told = of(ruled, public_endpoint_url=there)
    assert kinds.PUBLIC_PRIVATE_NAME.at(NAME, where=there) in told


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({"AllowedMethods": ["GET", "HEAD"]}, "PUT is not allowed"),
        ({"ExposeHeaders": ["Content-Length", "Content-Range"]}, "the ETag is hidden"),
    ],
)
def test_a_rule_by_which_pages_cannot_upload_is_a_warning(
    ruled: S3, other: dict[str, Any], what: str
) -> None:
    allow(ruled, **other)
    assert of(ruled) == [kinds.NO_CORS_UPLOADS.at(NAME, origin=SITE, what=what)]
