"""Set the bucket's rule for pages of the site (CORS)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from accounts import audit
from processing.health.bucket import cors
from videos.storage import originals, outputs
from videos.storage.s3 import BucketStorage


class Command(BaseCommand):
    """Let pages of the site, and of ``CORS_ALLOWED_ORIGINS``, read the bucket and upload into it.
    The rules of others stay."""

    help = "Set the bucket's CORS rule, with which pages play from it and upload into it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument(
            "--dry-run", action="store_true", help="show what would change, and change nothing"
        )
        parser.add_argument(
            "--origin",
            action="append",
            default=[],
            metavar="ORIGIN",
            help="an origin of pages, such as https://video.example.org; may be repeated (default: "
            "those of the site and of CORS_ALLOWED_ORIGINS)",
        )

    def handle(self, *args: Any, dry_run: bool, origin: Sequence[str], **options: Any) -> None:
        """Set the rule in each bucket that is used."""
        places = [storage().places()[0] for storage in (originals, outputs)]
        stores = {one.bucket_name: one for one in places if isinstance(one, BucketStorage)}
        if not stores:
            raise CommandError("Files are stored on a disk: S3_BUCKET is not set.")
        origins = list(origin) or cors.allowed_origins()
        if not origins:
            raise CommandError("No origin is known: set ALLOWED_HOSTS, or name one with --origin.")
        for store in stores.values():
            try:
                self._set_up(store, cors.wanted(cors.name_for(store), origins), dry_run=dry_run)
            except (ClientError, BotoCoreError) as error:
                raise CommandError(_refused(store, error)) from error

    def _set_up(self, store: BucketStorage, ours: cors.Rule, *, dry_run: bool) -> None:
        before = cors.rules_of(store)
        after = cors.merged(before, ours)
        if before == after:
            self.stdout.write(f"{store.bucket_name}: the CORS rule is as it should be.")
            return
        replaced = [one for one in before if one.get("ID") == ours["ID"]]
        self._show("-", replaced)
        self._show("+", [ours])
        if dry_run:
            self.stdout.write(f"{store.bucket_name}: nothing was changed.")
            return
        cors.put_rules(store, after)
        self._record(store, ours)
        kept = len(before) - len(replaced)
        self.stdout.write(f"{store.bucket_name}: the CORS rule is set; {kept} other rules stay.")

    def _record(self, store: BucketStorage, ours: cors.Rule) -> None:
        """Record the act. The bucket may be set up before there is a database."""
        try:
            audit.command(
                "setup_bucket", bucket=store.bucket_name, origins=list(ours["AllowedOrigins"])
            )
        except DatabaseError as error:
            self.stderr.write(
                f"The audit log has no entry of it: the database refused ({type(error).__name__})."
            )

    def _show(self, sign: str, rules: Sequence[cors.Rule]) -> None:
        for rule in rules:
            for line in json.dumps(dict(rule), indent=2).splitlines():
                self.stdout.write(f"{sign} {line}")


def _refused(store: BucketStorage, error: Exception) -> str:
    told = getattr(error, "response", None) or {}
    code = told.get("Error", {}).get("Code") or type(error).__name__
    return (
        f"The bucket {store.bucket_name} refused ({code}). The key needs s3:GetBucketCORS and "
        "s3:PutBucketCORS for this, and a server that has CORS rules. docs/operations.md (Bucket) "
        "shows the rule, so that it can be set in another way."
    )
