"""Examples of images."""

from videos.api.schema.examples.basics import AT, ID, JOB_ID, Example

IMAGE_UPLOAD: Example = {"file": "(the bytes of the file)", "title": "The sea"}
IMAGE_EDIT: Example = {"title": "The sea", "tags": ["sea"]}
_IMAGE_MEDIA = f"https://video.example.org/m/c2lnbmVk/{ID}"
IMAGE: Example = {
    "id": ID,
    "title": "The sea",
    "folder": None,
    "tags": ["sea"],
    "metadata": {},
    "external_id": "",
    "provenance": {},
    "expires_at": None,
    "owner": "01a1fb6e-91f2-7c3a-8f57-6d0f9ce1a2b3",
    "format": "jpeg",
    "width": 4032,
    "height": 3024,
    "url": f"{_IMAGE_MEDIA}/copy.jpg",
    "thumbnail": f"{_IMAGE_MEDIA}/thumbnail.jpg",
    "source": {
        "filename": "sea.jpg",
        "size": 2543710,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "origin": "upload",
        "url": f"https://video.example.org/m/c2lnbmVk/{JOB_ID}/original",
    },
    "created_at": AT,
    "deleted_at": None,
}
