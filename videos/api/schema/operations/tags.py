"""The operations of tags."""

from collections.abc import Mapping

from videos.api.schema.examples import tags as examples
from videos.api.schema.operation import Operation

OPERATIONS: Mapping[str, Operation] = {
    "tag.list": Operation(
        "listTags",
        "List your tags",
        "Returns the tags of your videos with how many have each, the most frequent first, 1,000 "
        "at most: `search` narrows them to those that begin so.",
        answer=examples.TAGS,
    ),
}
