"""A client of direct uploads, by the API's test client and by presigned addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests
from rest_framework.test import APIClient

from tests.servers.s3 import S3

MIB = 1024**2
URL = "/api/v1/uploads/s3/multipart/"


@dataclass(frozen=True)
class Direct:
    """A direct upload, as its client knows it."""

    api: APIClient
    id: str
    key: str
    video: str = ""

    def get(self, path: str = "", **query: str) -> Any:
        return self.api.get(f"{URL}{self.id}/{path}", {"key": self.key, **query})

    def post(self, path: str, sent: Any) -> Any:
        return self.api.post(f"{URL}{self.id}/{path}?key={self.key}", sent, format="json")

    def delete(self) -> Any:
        return self.api.delete(f"{URL}{self.id}/?key={self.key}")

    def send(self, number: int, data: bytes) -> str:
        """Send a part to the bucket; return its ETag."""
        answer = requests.put(self.get(f"{number}/").json()["url"], data=data, timeout=30)
        assert answer.status_code == 200, answer.content
        return answer.headers["ETag"]

    def complete(self, etags: list[str]) -> Any:
        """Complete it of the parts from 1 on."""
        named = [{"PartNumber": n, "ETag": etag} for n, etag in enumerate(etags, 1)]
        return self.post("complete/", {"parts": named})


def begin(api: APIClient, **more: Any) -> Direct:
    """Begin an upload."""
    answer = api.post(URL, {"filename": "a.mp4", "type": "video/mp4", **more}, format="json")
    assert answer.status_code == 201, answer.content
    told = answer.json()
    return Direct(api, told["uploadId"], told["key"], told["video"])


def parts_begun(s3: S3, key: str = "") -> list[str]:
    """The bucket's names of the multipart uploads that are open, of one object or of all."""
    told = s3.client().list_multipart_uploads(Bucket=s3.bucket)
    return [one["UploadId"] for one in told.get("Uploads", []) if one["Key"].endswith(key)]
