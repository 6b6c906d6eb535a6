"""Examples of uploads into the bucket."""

from videos.api.schema.examples.basics import ID, Example

_S3_KEY = "01a1fb7014f7744fa1d938cfbcd81bd6"
_S3_UPLOAD = "01a1fb70-14f7-744f-a1d9-38cfbcd81bd7"
_S3_URL = (
    "https://bucket.example.org/vodloom/originals/"
    f"{_S3_KEY}?X-Amz-Expires=3600&partNumber=1&uploadId=c2lnbmVk&X-Amz-Signature=5b7c"
)
S3_CREATE: Example = {
    "filename": "sea.mp4",
    "type": "video/mp4",
    "size": 2543710,
    "metadata": {"title": "A walk by the sea", "tags": '["sea"]'},
}
S3_CREATED: Example = {
    "key": _S3_KEY,
    "uploadId": _S3_UPLOAD,
    "part_size": 8388608,
    "video": ID,
}
S3_PART: Example = {"PartNumber": 1, "ETag": "9a0364b9e99bb480dd25e1f0284c8555", "Size": 2543710}
S3_ADDRESS: Example = {"url": _S3_URL, "expires": 3600}
S3_ADDRESSES: Example = {"presignedUrls": {"1": _S3_URL}, "expires": 3600}
S3_COMPLETE: Example = {"parts": [{"PartNumber": 1, "ETag": "9a0364b9e99bb480dd25e1f0284c8555"}]}
S3_COMPLETED: Example = {
    "location": f"https://video.example.org/api/v1/videos/{ID}/",
    "key": _S3_KEY,
    "video": ID,
}
