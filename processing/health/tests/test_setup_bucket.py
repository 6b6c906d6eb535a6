"""manage.py setup_bucket gives the bucket the rule that pages need; other rules stay."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from accounts import audit
from accounts.models import AuditEntry
from processing.health.bucket import cors
from tests.servers.s3 import S3
from videos.tests.kept import in_bucket

SITE, APP = "https://films.example", "https://app.example"
FOREIGN = {"ID": "theirs", "AllowedOrigins": ["https://other.example"], "AllowedMethods": ["GET"]}


@pytest.fixture
def bucket(moto_server: S3, settings: Any) -> Iterator[S3]:
    """A bucket without rules, for a site at one address."""
    in_bucket(settings, moto_server)
    settings.CSRF_TRUSTED_ORIGINS, settings.ALLOWED_HOSTS = [SITE], []
    settings.CORS_ALLOWED_ORIGINS = [APP]
    yield moto_server
    moto_server.client().delete_bucket_cors(Bucket=moto_server.bucket)


def set_up(*options: str) -> str:
    out = StringIO()
    call_command("setup_bucket", *options, stdout=out)
    return out.getvalue()


def rules(s3: S3) -> list[Any]:
    return list(s3.client().get_bucket_cors(Bucket=s3.bucket)["CORSRules"])


def put(s3: S3, *given: dict[str, Any]) -> None:
    told: Any = {"CORSRules": list(given)}
    s3.client().put_bucket_cors(Bucket=s3.bucket, CORSConfiguration=told)


@pytest.mark.django_db
def test_it_sets_a_rule_for_the_site_and_the_apps(bucket: S3) -> None:
    assert "0 other rules stay" in set_up()
    (rule,) = rules(bucket)
    assert rule["AllowedOrigins"] == [APP, SITE]
    assert rule["AllowedMethods"] == ["GET", "HEAD", "PUT"]
    assert "ETag" in rule["ExposeHeaders"]
    assert "as it should be" in set_up()
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target_name) == ("command.given", "setup_bucket")
    assert entry.details == {"bucket": bucket.bucket, "origins": [APP, SITE]}


def test_it_sets_the_rule_without_a_database(
    bucket: S3, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*args: Any, **about: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(audit, "record", refuse)
    assert "0 other rules stay" in set_up()
    assert "the database refused (OperationalError)" in capsys.readouterr().err


@pytest.mark.django_db
def test_a_dry_run_shows_the_rule_and_sets_none(bucket: S3) -> None:
    told = set_up("--dry-run")
    assert f'+     "{SITE}"' in told
    assert "nothing was changed" in told
    with pytest.raises(bucket.client().exceptions.ClientError):
        rules(bucket)
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_the_rules_of_others_stay_and_its_own_is_replaced(bucket: S3) -> None:
    put(bucket, FOREIGN)
    set_up("--origin", "https://old.example")
    assert '-     "https://old.example"' in set_up()
    ours, theirs = rules(bucket)
    assert ours["AllowedOrigins"] == [APP, SITE]
    assert theirs["AllowedOrigins"] == FOREIGN["AllowedOrigins"]


def test_everybody_needs_no_list(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["*"]
    assert cors.allowed_origins() == ["*"]


def test_a_server_without_rules_is_named(rclone_s3: S3, settings: Any) -> None:
    in_bucket(settings, rclone_s3)
    with pytest.raises(CommandError, match="s3:PutBucketCORS"):
        set_up()


def test_a_disk_has_no_rules() -> None:
    with pytest.raises(CommandError, match="S3_BUCKET"):
        set_up()


def test_without_a_known_origin_it_asks_for_one(bucket: S3, settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS, settings.CORS_ALLOWED_ORIGINS = [], []
    with pytest.raises(CommandError, match="--origin"):
        set_up()
