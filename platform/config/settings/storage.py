"""The storages of files: ``originals`` (sources) and ``outputs`` (releases), on disk or S3."""

from pathlib import Path
from typing import Any

from config.env import S3, SettingsWrong
from config.settings.base import BASE_DIR, DATA_DIR, ENV


def _media(folder: str) -> dict[str, Any]:
    """Return the storage of a kind of objects; it has two places while objects are moved."""
    new = _bucket(ENV.s3, folder) if ENV.s3 else _disk(DATA_DIR / "media", folder)
    if ENV.old_s3:
        return _moving(new, _bucket(ENV.old_s3, folder))
    return _moving(new, _disk(ENV.old_media, folder)) if ENV.old_media else new


def _moving(new: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    return {
        "BACKEND": "videos.storage.moving.MovingStorage",
        "OPTIONS": {"new": new, "old": old},
    }


def _disk(media: Path, folder: str) -> dict[str, Any]:
    return {
        "BACKEND": "videos.storage.disk.DiskStorage",
        "OPTIONS": {"location": media / folder},
    }


def _bucket(s3: S3, folder: str) -> dict[str, Any]:
    return {
        "BACKEND": "videos.storage.s3.BucketStorage",
        "OPTIONS": {
            "bucket_name": s3.bucket,
            "location": f"{s3.prefix}/{folder}" if s3.prefix else folder,
            "endpoint_url": s3.endpoint_url,
            "public_endpoint_url": s3.public_endpoint_url,
            "region_name": s3.region,
            "access_key": s3.access_key_id,
            "secret_key": s3.secret_access_key,
            "addressing_style": s3.addressing,
            "verify": s3.ca_file,
        },
    }


STORAGES = {
    "default": _media("outputs"),
    "originals": _media("originals"),
    "outputs": _media("outputs"),
    "staticfiles": {"BACKEND": "config.static_files.ModuleStorage"},
}

STATIC_URL = "/static/"
STATIC_ROOT = ENV.static_root
STATICFILES_DIRS = [BASE_DIR / "static"]

# Uploads are spooled beside the originals, so that storing them on disk is a rename.
UPLOAD_DIR = DATA_DIR / "uploads"
try:
    UPLOAD_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise SettingsWrong(
        [f"DATA is {DATA_DIR}, which cannot be written ({error.strerror}); name a folder that can."]
    ) from error
FILE_UPLOAD_TEMP_DIR = str(UPLOAD_DIR)
FILE_UPLOAD_HANDLERS = ["videos.ingest.handlers.HashingUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o640
# Of every body but that of a file: the body guard refuses larger ones before they are read.
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024**2
DATA_UPLOAD_MAX_NUMBER_FILES = 4
MAX_POST_BYTES = ENV.max_post_bytes
# The most bytes of an upload that can be resumed.
MAX_UPLOAD_BYTES = ENV.max_upload_bytes
# An image may have at most this many bytes.
MAX_IMAGE_BYTES = ENV.max_image_bytes

# Files that are being fetched from URLs, in whole minutes at most and by such a size. A server may
# be silent for so many seconds.
FETCH_DIR = DATA_DIR / "fetch"
FETCH_MAX_BYTES = ENV.fetching.max_bytes
FETCH_SECONDS = ENV.fetching.seconds
FETCH_SILENCE_SECONDS = 300
# Networks that are not public, from which files may be fetched nevertheless.
FETCH_PRIVATE = ENV.fetching.private
# Networks that webhooks may be sent to although they are not public, over HTTP too.
WEBHOOK_PRIVATE = ENV.fetching.webhook_private
# The hosts of the pages whose videos yt-dlp may fetch, another place to find it than among the
# installed packages, and the cookies it sends.
SITE_HOSTS = ENV.sites.hosts
YT_DLP = ENV.sites.yt_dlp
SITE_COOKIES = ENV.sites.cookies

# An upload is refused if it would leave less free space than this.
MIN_FREE_UPLOAD_BYTES = 64 * 1024**2

# Work folders of running tasks and the local cache of sources.
WORK_DIR = DATA_DIR / "work"
SOURCE_CACHE_DIR = DATA_DIR / "cache" / "sources"
# A worker takes no further task while less space than this is free.
MIN_FREE_DISK_BYTES = ENV.min_free_bytes
SOURCE_CACHE_BYTES = ENV.source_cache_bytes

# Pictures that were made because somebody asked for them by URL. Each machine keeps so many bytes.
PICTURE_CACHE_DIR = DATA_DIR / "cache" / "pictures"
PICTURE_CACHE_BYTES = ENV.picture_cache_bytes
