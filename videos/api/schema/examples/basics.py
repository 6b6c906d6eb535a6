"""What examples share: ids, moments and addresses."""

from typing import Any

ID = "01a1fb70-14f7-744f-a1d9-38cfbcd81bd5"
JOB_ID = "01a1fb70-2c5e-7d11-9a0e-5b7c61f0d2aa"
AT = "2026-11-05T09:30:00Z"
READY_AT = "2026-11-05T09:31:12Z"
MEDIA = f"https://video.example.org/m/c2lnbmVk/{JOB_ID}"

Example = dict[str, Any]
