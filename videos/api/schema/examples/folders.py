"""Examples of folders."""

from videos.api.schema.examples.basics import AT, Example

FOLDER_ID = "01a1fb71-0a3c-7e52-b1c4-2f9d6c8e7a10"
FOLDER_SUBMIT: Example = {"name": "2026", "parent": "01a1fb71-0800-7b11-8d23-90aa5b3c4f21"}
FOLDER_EDIT: Example = {"name": "2027"}
FOLDER: Example = {
    "id": FOLDER_ID,
    "name": "2026",
    "parent": "01a1fb71-0800-7b11-8d23-90aa5b3c4f21",
    "path": ["Trips", "2026"],
    "videos": 12,
    "images": 0,
    "folders": 0,
    "created_at": AT,
}
EDITED_FOLDER: Example = FOLDER | FOLDER_EDIT | {"path": ["Trips", "2027"]}
