"""Examples of what was measured of a video."""

from videos.api.schema.examples.basics import MEDIA, READY_AT, Example

FACTS: Example = {
    "black": [[0.0, 1.2]],
    "frozen": [],
    "silent": [[0.0, 1.4]],
    "cuts": [1.2, 4.64, 7.08],
    "loudness": -18.3,
    "loudness_range": 6.1,
    "true_peak": -1.4,
    "truncated": [],
    "measured_at": READY_AT,
}
SIMILAR: Example = {
    "results": [
        {
            "id": "01a1fb6e-91f2-7c3a-8f57-6d0f9ce1a2c4",
            "title": "The sea, shorter",
            "owner": "01a1fb6e-91f2-7c3a-8f57-6d0f9ce1a2b3",
            "share": 0.625,
            "share_of_other": 1.0,
            "poster": f"{MEDIA}/poster-small.jpg",
        }
    ]
}
