"""The policy of the docs allows all the product asks of a bucket, and nothing in it is too much."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from processing.health.bucket import original_objects, output_objects
from processing.health.tests.buckets import found_by, stored_in
from tests.documented import documented
from tests.servers.s3 import BUCKET, Guarded, Keys, running_guarded_moto
from videos.storage import outputs

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
# The right that each call of the SDK takes, as Amazon's list of actions has it.
RIGHTS = {
    "abort_multipart_upload": "s3:AbortMultipartUpload",
    "copy": "s3:PutObject",  # and s3:GetObject
    "complete_multipart_upload": "s3:PutObject",
    "create_multipart_upload": "s3:PutObject",
    "delete_object": "s3:DeleteObject",
    "delete_objects": "s3:DeleteObject",
    "download_file": "s3:GetObject",
    "get_object": "s3:GetObject",
    "get_paginator": "s3:ListBucket",
    "head_object": "s3:GetObject",
    "list_multipart_uploads": "s3:ListBucketMultipartUploads",
    "list_parts": "s3:ListMultipartUploadParts",
    "list_objects_v2": "s3:ListBucket",
    "put_object": "s3:PutObject",
    "upload_file": "s3:PutObject",
    "upload_part": "s3:PutObject",
}
NOT_SENT = {"generate_presigned_url", "meta"}
# Only for manage.py setup_bucket, which an operator may run with another key.
ONCE = {"get_bucket_cors", "put_bucket_cors"}


@pytest.fixture(scope="module")
def guarded() -> Iterator[Guarded]:
    with running_guarded_moto() as server:
        yield server


def policy() -> dict[str, Any]:
    """The one of the docs, for the bucket of the tests."""
    [found] = documented("Statement")
    told: dict[str, Any] = json.loads(json.dumps(found).replace(":::vodloom", f":::{BUCKET}"))
    return told


def actions(of: dict[str, Any]) -> set[str]:
    listed = [one["Action"] for one in of["Statement"]]
    return {action for one in listed for action in ([one] if isinstance(one, str) else one)}


def without(action: str) -> dict[str, Any]:
    """The policy less one right."""
    less = copy.deepcopy(policy())
    for statement in less["Statement"]:
        given = statement["Action"]
        statement["Action"] = [
            one for one in ([given] if isinstance(given, str) else given) if one != action
        ]
    less["Statement"] = [one for one in less["Statement"] if one["Action"]]
    return less


def of(guarded: Guarded, keys: Keys) -> dict[str, Any]:
    given = {"endpoint_url": guarded.s3.endpoint_url, "bucket_name": guarded.s3.bucket}
    return {**given, "access_key": keys.id, "secret_key": keys.secret}


def test_each_call_in_the_code_takes_a_right_of_the_policy_and_each_right_is_taken() -> None:
    files = [*(ROOT / "videos").rglob("*.py"), *(ROOT / "processing").rglob("*.py")]
    code = "".join(path.read_text() for path in files if "tests" not in path.parts)
    called = set(re.findall(r"client\.(\w+)", code)) & ({*RIGHTS} | NOT_SENT | s3_calls())
    assert called - NOT_SENT - set(RIGHTS) == ONCE
    assert {RIGHTS[name] for name in called - NOT_SENT - ONCE} == actions(policy())


def s3_calls() -> set[str]:
    """What the SDK can call."""
    import boto3
    from botocore import xform_name

    client = boto3.client("s3", region_name="us-east-1")
    return {xform_name(name) for name in client.meta.service_model.operation_names}


def test_with_it_the_doctor_finds_nothing_wrong(guarded: Guarded) -> None:
    given = of(guarded, guarded.key_for(policy()))
    assert found_by([original_objects, output_objects], **given) == []


def test_with_it_all_that_the_product_does_is_allowed(guarded: Guarded, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 17 * 1024**2)  # in two parts
    with stored_in(**of(guarded, guarded.key_for(policy()))):
        store = outputs()
        store.put_file("a/film.mp4", file, content_type="video/mp4")
        store.put_bytes("a/note.json", b"{}", content_type="application/json")
        store.fetch("a/film.mp4", tmp_path / "back")
        assert store.object_size("a/film.mp4") == file.stat().st_size
        assert store.read_bytes("a/note.json", at_most=5) == b"{}"
        assert len(list(store.list_prefix("a/"))) == 2
        assert list(store.folders("")) == ["a"]
        assert store.delete_keys(["a/film.mp4"]) == []
        store.delete_key("a/note.json")
        assert list(store.list_prefix("")) == []


def test_it_allows_nothing_else(guarded: Guarded) -> None:
    keys = guarded.key_for(policy())
    mine = type(guarded.s3)(guarded.s3.process, guarded.s3.endpoint_url, keys)
    calls: tuple[Callable[[], object], ...] = (
        lambda: mine.client().delete_bucket(Bucket=BUCKET),
        lambda: mine.client().list_buckets(),
        lambda: mine.client().put_bucket_acl(Bucket=BUCKET, ACL="public-read"),
    )
    for call in calls:
        with pytest.raises(ClientError, match="AccessDenied"):
            call()


@pytest.mark.parametrize(
    ("action", "codes"),
    [
        ("s3:ListBucket", {"s3_may_not_list"}),
        ("s3:GetObject", {"s3_may_not_get"}),
        ("s3:PutObject", {"s3_may_not_put"}),
        ("s3:ListBucketMultipartUploads", {"s3_may_not_list_parts"}),
        ("s3:DeleteObject", {"s3_may_not_delete"}),
        ("s3:ListMultipartUploadParts", {"s3_may_not_list_arrived_parts"}),
        # All that is unfinished in moto was begun years ago.
        ("s3:AbortMultipartUpload", {"s3_may_not_abort", "s3_unfinished_uploads"}),
    ],
)
def test_less_one_right_the_doctor_names_it(guarded: Guarded, action: str, codes: set[str]) -> None:
    given = of(guarded, guarded.key_for(without(action)))
    found = found_by([original_objects, output_objects], **given)
    assert {one.code for one in found} == codes
    assert f"Allow {action} on arn:aws:s3:::{BUCKET}" in found[0].hint
