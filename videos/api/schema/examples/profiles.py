"""Examples of profiles."""

from videos.api.schema.examples.basics import Example

PROFILE: Example = {
    "name": "default",
    "description": "H.264 up to 1080p, a good balance of speed and size.",
    "is_default": True,
    "codec": "h264",
    "preset": "veryfast",
    "copies": True,
    "takes_incomplete": True,
    "left_out": [],
    "audio_bitrate": 128000,
    "audio_codecs": ["aac"],
    "rungs": [
        {"short_side": 1080, "crf": 23, "maxrate": 5000000},
        {"short_side": 720, "crf": 23, "maxrate": 2800000},
    ],
    "alternate_rungs": [
        {"codec": "av1", "short_side": 1080, "crf": 35, "preset": "8", "maxrate": 3000000}
    ],
    "downloads": [720],
}
