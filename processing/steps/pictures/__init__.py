"""The steps that make what people look at before they play: a module for each kind.

None of them is essential: a video is playable and ready without them. They follow the publishing of
the release and work on what was made of it, where that shows the same as the source.
"""

from processing.steps.pictures import poster, preview, storyboard, thumbnails
from processing.steps.step import Step

PICTURES: dict[str, Step] = {
    step.kind: step
    for step in (
        poster.STEP,
        thumbnails.STEP,
        storyboard.STEP,
        preview.STEP,
    )
}
"""The steps by their kinds. A profile may leave any of them out, and each can be done again."""
