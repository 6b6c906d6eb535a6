"""Pages may fetch media from where the addresses of objects lead, and from nowhere else."""

from __future__ import annotations

from typing import Literal

import pytest

from config import content_policy
from videos.storage.disk import DiskStorage
from videos.storage.s3 import BucketStorage


def policy_with(
    monkeypatch: pytest.MonkeyPatch,
    endpoint: str | None,
    public: str | None = None,
    addressing: Literal["path", "virtual", "auto"] = "path",
) -> str:
    storage = BucketStorage(
        bucket_name="films",
        region_name="eu-central-1",
        access_key="id",
        secret_key="secret",
        endpoint_url=endpoint,
        public_endpoint_url=public,
        addressing_style=addressing,
    )
    monkeypatch.setattr(content_policy, "storages", {"outputs": storage})
    return content_policy.policies.__wrapped__()["/"]


def test_amazons_own_bucket_needs_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    told = policy_with(monkeypatch, None)
    assert "media-src 'self' blob: https://s3.eu-central-1.amazonaws.com;" in told
    told = policy_with(monkeypatch, None, addressing="virtual")
    assert "connect-src 'self' https://films.s3.eu-central-1.amazonaws.com;" in told


def test_browsers_may_reach_it_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    told = policy_with(monkeypatch, "http://minio:9000", "https://media.example.org")
    assert "connect-src 'self' https://media.example.org;" in told
    assert "minio" not in told


def test_media_on_the_disk_come_from_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_policy, "storages", {"outputs": DiskStorage()})
    assert "connect-src 'self';" in content_policy.policies.__wrapped__()["/"]
