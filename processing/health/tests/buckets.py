"""A doctor who looks at one bucket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.test.utils import override_settings

from processing.health.diagnosis import Check
from processing.health.finding import CheckResult

SECRET = "hunter2-the-secret"
OPTIONS: dict[str, Any] = {
    "bucket_name": "vodloom-test",
    "region_name": "us-east-1",
    "access_key": "an-id",
    "secret_key": SECRET,
}


@contextmanager
def stored_in(**options: Any) -> Iterator[None]:
    """The product stores in a bucket that is told so."""

    def media(location: str) -> dict[str, Any]:
        given = {**OPTIONS, "location": location, **options}
        return {"BACKEND": "videos.storage.s3.BucketStorage", "OPTIONS": given}

    both = {"originals": media("originals"), "outputs": media("outputs")}
    with override_settings(STORAGES={**settings.STORAGES, **both}):
        yield


def found_by(checks: Sequence[Check], **options: Any) -> list[CheckResult]:
    """What they find wrong with it, each thing once."""
    with stored_in(**options):
        found: list[CheckResult] = []
        for check in checks:
            one = check()
            found += [one] if isinstance(one, CheckResult) else one
    assert SECRET not in str(found)
    assert "X-Amz-Signature" not in str(found)
    return list(dict.fromkeys(finding for finding in found if not finding.ok))
