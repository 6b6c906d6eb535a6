"""Examples of videos."""

from videos.api.schema.examples.basics import AT, ID, JOB_ID, MEDIA, READY_AT, Example
from videos.api.schema.examples.folders import FOLDER_ID
from videos.api.schema.examples.progress import CANCELED, CURRENT_JOB, NOTHING_YET, READY
from videos.api.schema.examples.tracks import TRACK, TRACK_ID

UPLOAD: Example = {"file": "(the bytes of the file)", "title": "A walk by the sea"}
VIDEO_EDIT: Example = {"title": "A walk by the sea", "visibility": "unlisted"}
POSTER_CHOICE: Example = {"time": 12.5}
POSTER_FILE: Example = {"poster": "(the bytes of the image)"}
ORIGINAL: Example = {
    "url": f"https://video.example.org/m/c2lnbmVk/original/{ID}",
    "expires_at": "2026-11-05T21:30:00Z",
    "filename": "sea.mp4",
    "size": 2543710,
}
_SOURCE: Example = {
    "filename": "sea.mp4",
    "size": 2543710,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "container": "mp4",
    "duration": 10.01,
    "width": 1280,
    "height": 720,
    "frame_rate": 29.97,
    "variable_frame_rate": False,
    "video_codec": "h264",
    "audio_codec": "aac",
    "bitrate": 2032935,
    "dropped_at": None,
}
_NOT_PROBED: Example = dict.fromkeys(_SOURCE) | {
    name: _SOURCE[name] for name in ("filename", "size", "sha256")
}
_RENDITIONS: list[Example] = [
    {
        "name": "720p",
        "kind": "video",
        "width": 1280,
        "height": 720,
        "frame_rate": 29.97,
        "codec": "h264",
        "codecs": "avc1.64001f",
        "bitrate": 2000120,
        "peak_bitrate": 2120700,
        "channels": None,
        "language": "",
    },
    {
        "name": "audio",
        "kind": "audio",
        "width": None,
        "height": None,
        "frame_rate": None,
        "codec": "aac",
        "codecs": "mp4a.40.2",
        "bitrate": 128000,
        "peak_bitrate": 130400,
        "channels": 2,
        "language": "en",
    },
]
_IMAGES: Example = {
    "poster": {
        str(width): {
            "jpeg": f"{MEDIA}/poster-{width}.jpg",
            "webp": f"{MEDIA}/poster-{width}.webp",
            "width": width,
            "height": width * 9 // 16,
        }
        for width in (320, 640, 1280)
    },
    "thumbnails": [
        {"time": 0.5, "url": f"{MEDIA}/thumbnail-begin.jpg", "width": 320, "height": 180},
        {"time": 5.005, "url": f"{MEDIA}/thumbnail-middle.jpg", "width": 320, "height": 180},
        {"time": 9.51, "url": f"{MEDIA}/thumbnail-end.jpg", "width": 320, "height": 180},
    ],
    "storyboard": {
        "vtt": f"{MEDIA}/storyboard.vtt",
        "json": f"{MEDIA}/storyboard.json",
        "sheets": [
            {
                "jpeg": f"{MEDIA}/storyboard-000.jpg",
                "webp": f"{MEDIA}/storyboard-000.webp",
                "width": 1600,
                "height": 900,
            }
        ],
    },
    "preview": {
        "mp4": f"{MEDIA}/preview.mp4",
        "webp": f"{MEDIA}/preview.webp",
        "width": 480,
        "height": 270,
        "seconds": 4.0,
    },
}
_NO_IMAGES: Example = {"poster": {}, "thumbnails": [], "storyboard": None, "preview": None}
VIDEO: Example = {
    "id": ID,
    "title": "A walk by the sea",
    "description": "",
    "folder": None,
    "tags": ["sea"],
    "metadata": {"order": 7},
    "external_id": "order-7",
    "provenance": {},
    "clip": None,
    "expires_at": None,
    "original": "keep",
    "duplicate_of": None,
    "owner": "01a1fb6e-91f2-7c3a-8f57-6d0f9ce1a2b3",
    "status": "ready",
    "playable": True,
    "visibility": "private",
    "moderation": "approved",
    "moderation_reason": None,
    "media_type": "video",
    "progress": READY,
    "job": {"id": JOB_ID, "kind": "first", "status": "succeeded"},
    "error": None,
    "source": _SOURCE,
    "renditions": _RENDITIONS,
    "playback": {
        "hls": f"{MEDIA}/master.m3u8",
        "dash": f"{MEDIA}/manifest.mpd",
        "mp4": [
            {
                "name": "720p",
                "width": 1280,
                "height": 720,
                "size": 2662400,
                "url": f"{MEDIA}/720p.mp4",
            }
        ],
        "tracks": [
            {
                "id": TRACK_ID,
                "kind": "captions",
                "language": "en",
                "name": "English",
                "default": True,
                "vtt": TRACK["texts"]["vtt"],
            }
        ],
    },
    "available": {"seconds": 10.01, "rungs": ["720p"], "complete": True},
    "poster": f"{MEDIA}/poster.jpg",
    "images": _IMAGES,
    "waveform": {
        "json": f"{MEDIA}/waveform.json",
        "image": f"{MEDIA}/waveform.png",
        "width": 1800,
        "height": 280,
    },
    "matches": [],
    "notices": [
        {
            "code": "hdr_converted",
            "message": "The HDR video (PQ) is converted to SDR.",
            "details": {"transfer": "PQ"},
        }
    ],
    "created_at": AT,
    "ready_at": READY_AT,
    "deleted_at": None,
}
EDITED_VIDEO: Example = VIDEO | VIDEO_EDIT
UPLOADED_VIDEO: Example = VIDEO | {
    "status": "processing",
    "playable": False,
    "progress": NOTHING_YET,
    "job": CURRENT_JOB,
    "source": _NOT_PROBED,
    "renditions": [],
    "playback": {"hls": None, "dash": None, "mp4": [], "tracks": []},
    "available": {"seconds": 0.0, "rungs": [], "complete": False},
    "poster": None,
    "images": _NO_IMAGES,
    "waveform": None,
    "notices": [],
    "ready_at": None,
}
VIDEO_STATUS: Example = {
    "id": ID,
    "status": "processing",
    "playable": True,
    "progress": {
        "percent": 43.0,
        "eta_seconds": 12,
        "stage": "encoding",
        "place": None,
        "download": None,
    },
    "job": {"id": JOB_ID, "kind": "first", "status": "running"},
    "error": None,
}
CANCELED_STATUS: Example = VIDEO_STATUS | {
    "status": "canceled",
    "playable": False,
    "progress": CANCELED,
    "job": {"id": JOB_ID, "kind": "first", "status": "canceled"},
}
REPROCESS: Example = {"only": ["poster", "thumbnails"]}
TRANSCRIBE: Example = {"language": "en"}
MOVE: Example = {"videos": [ID], "folder": FOLDER_ID}
MOVED: Example = {"results": [{"video": ID, "moved": True, "error": None}]}
