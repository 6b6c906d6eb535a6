"""Examples of tags."""

from videos.api.schema.examples.basics import Example

TAGS: Example = {
    "count": 2,
    "results": [{"tag": "sea", "videos": 31}, {"tag": "winter", "videos": 4}],
}
