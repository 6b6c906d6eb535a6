"""Our presigned addresses are those the SDK gives, but for the time they are signed at."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as TheirCredentials

from videos.storage.presigning import LONGEST_SECONDS, Credentials, Presigner
from videos.storage.s3 import BucketStorage

NOW = 1_800_000_000


@pytest.mark.parametrize("token", [None, "a/token+of=a session"])
@pytest.mark.parametrize("base", ["https://s3.example/films/", "http://127.0.0.1:9000/b/"])
@pytest.mark.parametrize("key", ["outputs/releases/1/720p-00001.mp4", "a b/ü+~%41&=?#.mp4"])
def test_they_are_what_the_sdk_signs(
    monkeypatch: pytest.MonkeyPatch, base: str, key: str, token: str | None
) -> None:
    ours = Presigner(base, "eu-central-1", Credentials("AKIA", "secret", token))
    url = ours.url(key, since=NOW, until=NOW + 7200)
    monkeypatch.setattr(auth, "get_current_datetime", lambda: datetime.fromtimestamp(NOW, UTC))
    request = AWSRequest("GET", url.split("?")[0])
    their = auth.S3SigV4QueryAuth(
        TheirCredentials("AKIA", "secret", token), "s3", "eu-central-1", expires=7200
    )
    their.add_auth(request)
    assert _signature(url) == _signature(request.url or "")


def test_what_they_are_answered_with_is_signed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Presigner("https://s3.example/b/", "us-east-1", Credentials("AKIA", "secret"))
    said = 'attachment; filename="A \\"b\\" & ü.mp4"'
    url = ours.url("x.mp4", since=NOW, until=NOW + 600, disposition=said)
    assert parse_qs(urlsplit(url).query)["response-content-disposition"] == [said]
    monkeypatch.setattr(auth, "get_current_datetime", lambda: datetime.fromtimestamp(NOW, UTC))
    params = {"response-content-disposition": said}
    request = AWSRequest("GET", url.split("?")[0], params=params)
    auth.S3SigV4QueryAuth(
        TheirCredentials("AKIA", "secret"), "s3", "us-east-1", expires=600
    ).add_auth(request)
    assert _signature(url) == _signature(request.url or "")


def _signature(url: str) -> str:
    return url.rpartition("X-Amz-Signature=")[2]


def test_they_live_no_longer_than_the_protocol_allows() -> None:
    signer = Presigner("https://s3.example/b/", "us-east-1", Credentials("a", "b"))
    url = signer.url("x", since=NOW, until=NOW + 30 * 24 * 3600)
    assert f"X-Amz-Expires={LONGEST_SECONDS}&" in url


def test_they_stay_the_same_over_reloads(monkeypatch: pytest.MonkeyPatch) -> None:
    storage = BucketStorage(
        bucket_name="films", location="outputs", region_name="us-east-1",
        access_key="a", secret_key="b",
    )  # fmt: skip
    until = NOW + 7200
    seen = set()
    for second in (0, 1, 600, 1799):
        monkeypatch.setattr("time.time", lambda now=NOW + second: float(now))
        seen.add(storage.signed_url("poster.jpg", until=until))
    assert len(seen) == 1
    assert f"X-Amz-Expires={until - NOW}&" in seen.pop()
    monkeypatch.setattr("time.time", lambda: float(NOW + 1800))
    assert "X-Amz-Expires=5400&" in storage.signed_url("poster.jpg", until=until)
