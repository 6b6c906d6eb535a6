"""The bucket's rule for pages (CORS): what it must say, and what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError
from django.conf import settings

from config import site_address
from videos.storage.s3 import BucketStorage

METHODS = ("GET", "HEAD", "PUT")
EXPOSED = ("Content-Length", "Content-Range", "ETag")
_SECONDS = 86400
_NO_RULES = "NoSuchCORSConfiguration"

Rule = Mapping[str, Any]


def allowed_origins() -> list[str]:
    """Return the origins whose pages may use the bucket: the site's own, and those of
    ``CORS_ALLOWED_ORIGINS``. Only ``*`` where that is among them."""
    found = dict.fromkeys([*site_address.origins(), *settings.CORS_ALLOWED_ORIGINS])
    return ["*"] if "*" in found else sorted(found)


def wanted(name: str, origins: Sequence[str]) -> Rule:
    """Return our rule, under a name by which it is found again."""
    return {
        "ID": name,
        "AllowedOrigins": list(origins),
        "AllowedMethods": list(METHODS),
        "AllowedHeaders": ["*"],
        "ExposeHeaders": list(EXPOSED),
        "MaxAgeSeconds": _SECONDS,
    }


def name_for(store: BucketStorage) -> str:
    """Return the name of our rule: installations that share a bucket have one each."""
    prefix = store.object_key("").strip("/").rpartition("/")[0]
    return f"vodloom-{prefix.replace('/', '-')}" if prefix else "vodloom"


def merged(rules: Sequence[Rule], ours: Rule) -> list[Rule]:
    """Return the rules with ours first, since the first that matches counts, and without the one
    that it replaces."""
    return [ours, *(one for one in rules if one.get("ID") != ours["ID"])]


def rules_of(store: BucketStorage) -> list[Rule]:
    """Return the bucket's rules. Raises ``ClientError``."""
    try:
        told = store.client.get_bucket_cors(Bucket=store.bucket_name)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") == _NO_RULES:
            return []
        raise
    return [dict(one) for one in told.get("CORSRules", [])]


def put_rules(store: BucketStorage, rules: Sequence[Rule]) -> None:
    """Replace the bucket's rules. Raises ``ClientError``."""
    told: Any = {"CORSRules": list(rules)}
    store.client.put_bucket_cors(Bucket=store.bucket_name, CORSConfiguration=told)
