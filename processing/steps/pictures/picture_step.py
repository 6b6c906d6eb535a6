"""What the steps that make pictures have in common."""

from collections.abc import Callable, Sequence

from processing.ffmpeg.media import Media
from processing.steps.context import Outcome, TaskContext
from processing.steps.probed import Probed
from processing.steps.step import Step, TaskSpec


def picture_step(
    kind: str,
    run: Callable[[TaskContext], Outcome],
    *,
    shows: Callable[[Media], bool],
    after: tuple[str, int] = ("publish", 0),
    needs_source: bool = False,
) -> Step:
    """Return the step of one kind of picture. It is planned for sources of which it ``shows``
    something, unless the profile leaves it out, and done ``after`` another task.

    One that ``needs_source`` reads the original, so it cannot be done again without it."""

    def follow(result: object) -> Sequence[TaskSpec]:
        if not isinstance(result, Probed) or kind in result.left_out or not shows(result.media):
            return ()
        return (TaskSpec(kind, after=(after,)),)

    return Step(
        kind=kind,
        queue="media",
        stage="picturing",
        label="Making pictures",
        share=0.0,
        essential=False,
        needs_source=needs_source,
        run=run,
        follow=follow,
    )


def has_frames(media: Media) -> bool:
    """Whether there is anything to see in a source."""
    return media.video is not None


def has_audio(media: Media) -> bool:
    """Whether there is anything to hear in a source."""
    return bool(media.audio)
