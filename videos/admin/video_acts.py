"""The admin's actions on videos. Each names the permissions that it needs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, cast

from django import forms
from django.conf import settings

from accounts.models import User
from accounts.rights import Right
from config.admin.acts import SEEN, Act, Doing
from processing import profiles, remaking, transcribing
from processing import services as processing
from videos import purge, trash
from videos.ingest import chosen_frames, examining, posters
from videos.locking import VideoBusy
from videos.models import Video
from videos.moderation import reasons
from videos.moderation import services as moderation
from videos.playback import rotation
from videos.storage import StorageUnavailable


class RejectForm(forms.Form):
    """The form for rejecting a video: a reason code, and a sentence for the owner."""

    code = forms.ChoiceField(label="Reason", choices=[("", "Choose a reason"), *reasons.CHOICES])
    message = forms.CharField(
        label="Sentence for the owner",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="If this is empty, the owner reads the sentence of the reason.",
    )

    def clean(self) -> dict[str, Any]:
        """Require a sentence if the reason has none of its own."""
        cleaned = super().clean() or {}
        if code := cleaned.get("code"):
            try:
                reasons.sentence(code, cleaned.get("message") or "")
            except reasons.SentenceMissing:
                self.add_error("message", "Write a sentence that tells the owner why.")
        return cleaned

    def written(self) -> str:
        """Return the reason as the admin history shows it."""
        code, message = self.cleaned_data["code"], self.cleaned_data["message"]
        return f"{reasons.label(code)} ({reasons.sentence(code, message)})"


class PicturesForm(forms.Form):
    """The form for making pictures again: their kinds."""

    kinds = forms.MultipleChoiceField(
        label="Pictures",
        choices=[(kind, kind.replace("_", " ").capitalize()) for kind in remaking.KINDS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one kind."},
    )

    def written(self) -> str:
        """Return the kinds as the admin history shows them."""
        return ", ".join(self.cleaned_data["kinds"])


class PosterForm(forms.Form):
    """The form for choosing a poster: a second of the video."""

    time = forms.FloatField(
        label="Second",
        required=False,
        min_value=0,
        help_text="The frame that is shown then becomes the poster. The page of the video has "
        "stills with their seconds. Empty: the poster that was made from the video.",
    )

    def written(self) -> str:
        """Return the choice as the admin history shows it."""
        time = self.cleaned_data["time"]
        return "the one made from the video" if time is None else f"second {time:g}"


def seen(doing: Doing) -> moderation.Seen:
    """Return the video in the moderation state that the page showed when the decision was made."""
    video: Video = doing.row
    stood = doing.request.POST.get(f"{SEEN}{video.pk}", video.moderation)
    return moderation.Seen(video.pk, stood)


def _approve(doing: Doing) -> None:
    moderation.approve(seen(doing), by=cast(User, doing.request.user))


def _reject(doing: Doing) -> None:
    filled = doing.form.cleaned_data
    by = cast(User, doing.request.user)
    moderation.reject(seen(doing), by=by, code=filled["code"], message=filled["message"])


class _InTrash(Exception):
    """Raised when a video to be deleted is already in the trash."""


def _trash(doing: Doing) -> None:
    if not trash.discard(doing.row):
        raise _InTrash


def _reprocess(doing: Doing, profile: str | None = None) -> None:
    processing.reprocess(doing.row, profile=profile)


def _choose_poster(doing: Doing) -> None:
    time: float | None = doing.form.cleaned_data["time"]
    if time is None:
        posters.take_back(doing.row)
        return
    with chosen_frames.taken(doing.row, time) as frame, posters.prepared(frame) as poster:
        posters.replace(doing.row, poster)


def meanwhile(error: Any) -> str:
    """Return the message for a video that somebody else deleted or decided about in the
    meantime."""
    if not error.now:
        return "was deleted meanwhile."
    return f"was {error.now} meanwhile{f' by {error.by}' if error.by else ''}."


def _is_there(video: Video) -> bool:
    return video.deleted_at is None


DECIDING: dict[type[Exception], Any] = {
    moderation.DecidedMeanwhile: meanwhile,
    moderation.NothingToDecide: "is already in that state.",
    moderation.OwnVideo: "is your own, so another moderator has to approve it.",
    moderation.NotReady: "is not ready, so it cannot be watched to its end yet.",
}

APPROVE = Act(
    name="approve",
    label="Approve",
    asks="Everybody whom their visibility allows will be able to watch these videos.",
    done="approved",
    rights=Right.moderation(),
    do=_approve,
    refusals=DECIDING,
    applies=lambda video: (
        _is_there(video)
        and video.status == Video.Status.READY
        and video.moderation != Video.Moderation.APPROVED
    ),
)
REJECT = Act(
    name="reject",
    label="Reject",
    asks="Only their owners and moderators will be able to see these videos. The owners are told "
    "the reason.",
    done="rejected",
    rights=Right.moderation(),
    do=_reject,
    refusals=DECIDING,
    form=RejectForm,
    applies=lambda video: _is_there(video) and video.moderation != Video.Moderation.REJECTED,
    is_dangerous=True,
)
REPROCESS = Act(
    name="reprocess",
    label="Process again",
    asks="A video that is ready keeps playing until the new release is complete.",
    done="being processed again",
    rights=(Right.VIEW_VIDEOS, Right.REPROCESS),
    do=_reprocess,
    refusals={
        processing.AlreadyProcessing: "is being processed already.",
        processing.NoSource: "has no stored original.",
        processing.OriginalDropped: "has no original any more: its owner chose to drop it.",
        processing.VideoDeleted: "is in the trash: restore it first.",
    },
    applies=lambda video: (
        _is_there(video)
        and video.has_original
        and getattr(video, "run_status", None) not in ("queued", "running")
    ),
)
PICTURES = Act(
    name="pictures",
    label="Make pictures again",
    asks="The videos stay ready. Their pictures stay until the new ones replace them.",
    done="getting new pictures",
    rights=(Right.VIEW_VIDEOS, Right.REPROCESS),
    do=lambda doing: remaking.remake(doing.row, doing.form.cleaned_data["kinds"]),
    refusals={
        processing.AlreadyProcessing: "is being processed already.",
        processing.OriginalDropped: "has no original any more, of which some of these are made.",
        processing.VideoDeleted: "is in the trash: restore it first.",
        remaking.NoRelease: "has no complete release whose job is known: process it again.",
        remaking.NothingToMake: "has nothing that such pictures could show.",
    },
    form=PicturesForm,
    applies=lambda video: _is_there(video) and video.status == Video.Status.READY,
)
TRANSCRIBE = Act(
    name="transcribe",
    label="Transcribe",
    asks="What is said in these videos becomes captions, in place of those made so before "
    "and that nobody edited.",
    done="being transcribed",
    rights=(Right.VIEW_VIDEOS, Right.REPROCESS),
    do=lambda doing: transcribing.transcribe(doing.row),
    refusals={
        transcribing.TranscriptionOff: "cannot be transcribed: VODLOOM_TRANSCRIBER is off.",
        transcribing.NothingToHear: "has no sound.",
        transcribing.TooLongToTranscribe: "is longer than VODLOOM_TRANSCRIBER_SECONDS.",
        processing.AlreadyProcessing: "is being processed already.",
        processing.VideoDeleted: "is in the trash: restore it first.",
        remaking.NoRelease: "has no complete release whose job is known: process it again.",
    },
    applies=lambda video: (
        settings.TRANSCRIBER != "off" and _is_there(video) and video.status == Video.Status.READY
    ),
)
POSTER = Act(
    name="poster",
    label="Choose the poster",
    asks="The frame that is shown at a second of the video becomes its poster.",
    done="showing another poster",
    rights=(Right.VIEW_VIDEOS, Right.CHANGE_VIDEOS),
    do=_choose_poster,
    refusals={
        chosen_frames.NoFrames: "has no frames.",
        chosen_frames.TimeOutside: "ends before that second.",
        examining.ImagesUnavailable: "could not be read now. Try again.",
        StorageUnavailable: "could not be read now, since the storage does not answer. Try again.",
    },
    form=PosterForm,
    applies=lambda video: _is_there(video) and video.status == Video.Status.READY,
    takes_one=True,
)
CANCEL = Act(
    name="cancel",
    label="Cancel",
    asks="The upload or the job of these videos is stopped.",
    done="canceled",
    rights=(Right.VIEW_VIDEOS, Right.CANCEL),
    do=lambda doing: processing.cancel(doing.row),
    refusals={processing.NothingToCancel: "has nothing in progress."},
    applies=lambda video: (
        _is_there(video)
        and (
            getattr(video, "run_status", None) in ("queued", "running")
            or video.status in (Video.Status.PENDING_UPLOAD, Video.Status.UPLOADING)
        )
    ),
)
ROTATE = Act(
    name="rotate_playback",
    label="Replace addresses",
    asks="Every address of these videos that was given out stops working within seconds: streams "
    "in other players, downloads, pictures, captions and originals, also of videos that share "
    "their files. Watch pages and embedded players go on working.",
    done="given other addresses",
    rights=(Right.VIEW_VIDEOS, Right.CHANGE_VIDEOS),
    do=lambda doing: rotation.rotate(doing.row),
    refusals={Video.DoesNotExist: "is deleted, so its addresses open nothing."},
    applies=_is_there,
    is_dangerous=True,
)
_BUSY = "is just being started. Try again."

RESTORE = Act(
    name="restore",
    label="Restore",
    asks="These videos come back as they were; what their deletion stopped stays stopped.",
    done="restored",
    rights=(Right.VIEW_VIDEOS, Right.DELETE_VIDEOS),
    do=lambda doing: trash.restore(doing.row),
    refusals={
        trash.NotInTrash: "is not deleted.",
        Video.DoesNotExist: "was deleted for good meanwhile.",
    },
    applies=lambda video: not _is_there(video),
)
TRASH = Act(
    name="trash",
    label="Delete",
    asks="These videos disappear at once. They can be restored for 30 days; then their files go.",
    done="deleted",
    rights=(Right.VIEW_VIDEOS, Right.DELETE_VIDEOS),
    do=_trash,
    refusals={_InTrash: "is deleted already.", VideoBusy: _BUSY},
    applies=_is_there,
    is_dangerous=True,
)
PURGE = Act(
    name="purge",
    label="Delete for good",
    asks="These videos and their files are deleted. This cannot be undone.",
    done="deleted for good",
    rights=(Right.VIEW_VIDEOS, Right.DELETE_VIDEOS),
    do=lambda doing: purge.purge(doing.row),
    refusals={VideoBusy: _BUSY},
    is_dangerous=True,
)
ACTS = (
    *(APPROVE, REJECT, REPROCESS, POSTER, PICTURES, TRANSCRIBE, CANCEL),
    *(ROTATE, RESTORE, TRASH, PURGE),
)


def reprocess_by(profile: str) -> Act:
    """Return the action that processes videos again with one profile."""
    return replace(
        REPROCESS,
        name=f"reprocess_{profile}",
        label=f"Process again: {profile}",
        do=partial(_reprocess, profile=profile),
        refusals={
            **REPROCESS.refusals,
            profiles.NoSuchProfile: "its profile was deleted.",
        },
    )
