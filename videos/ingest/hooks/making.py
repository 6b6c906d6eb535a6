"""Make videos and images of a job that has ended: one for each output, or a video that tells why
there is none."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.db import transaction

from videos.fetching.urls import UrlWrong
from videos.ingest import closing, imports, uploads
from videos.ingest.hooks import addresses, image_outputs, outputs, words
from videos.ingest.hooks.generator import Output, Report, Status
from videos.ingest.settings import METADATA_BYTES, VideoSettings
from videos.models import Generation, HookDelivery, Upload, Video
from videos.quotas import QuotaExceeded

_TITLE_LENGTH = 200
_SOON = timedelta(hours=1)
_UNTITLED = "Generated video"
State = HookDelivery.State

# Why an output was not imported.
_LEFT_OUT = {"other": "not_media", "inline": "inline_output"}


@dataclass
class Made:
    """What came of a job: the state of its report, what became of each output, the first video,
    and the code of the first thing that was left out."""

    state: State
    outputs: list[dict[str, Any]] = field(default_factory=list)
    error_code: str = ""
    video: Video | None = None

    def note_image(self) -> None:
        """Note an output that is imported as an image, later."""
        self.outputs.append({"kind": "image", "state": "waiting"})

    def note(self, output: Output, *, video: Video | None = None, code: str = "") -> None:
        """Note what became of an output."""
        told = {"kind": output.kind, "state": "imported" if video else "not_imported"}
        self.outputs.append(
            told | ({"video": str(video.pk)} if video else {}) | ({"error": code} if code else {})
        )
        self.video = self.video or video
        self.error_code = self.error_code or code


def make(generation: Generation, delivery: HookDelivery, report: Report) -> Made:
    """Import the outputs of a job, or record how it failed."""
    owner = delivery.address.owner
    if not owner.is_active or not owner.may_upload:
        return Made(State.REFUSED, error_code="upload_not_allowed")
    settings = _settings(delivery, report)
    if report.status != Status.SUCCEEDED:
        return _recorded(delivery, settings, *_failure(report))
    if not report.outputs:
        message = "The generator reported success, but no output."
        return _recorded(delivery, settings, "generation_failed", message)
    return _imported(generation, delivery, settings, report)


def _imported(
    generation: Generation, delivery: HookDelivery, settings: VideoSettings, report: Report
) -> Made:
    made = Made(State.IMPORTED)
    taken = report.outputs[: outputs.MOST]
    for number, output in enumerate(taken, start=1):
        numbered = _numbered(settings, delivery, number if len(taken) > 1 else 0)
        code = _LEFT_OUT.get(output.kind, "")
        if code:
            made.note(output, code=code)
        elif output.kind == "image":
            image_outputs.plan(generation, delivery, number - 1, output.url, numbered)
            made.note_image()
        else:
            _import(made, delivery, output, numbered)
    if len(report.outputs) > len(taken):
        made.error_code = made.error_code or "too_many_outputs"
    if made.video is None and not any(one["state"] == "waiting" for one in made.outputs):
        made.state = State.REFUSED
    return made


def _import(made: Made, delivery: HookDelivery, output: Output, settings: VideoSettings) -> None:
    """Begin the import of one output; if that is refused, its video says why."""
    try:
        with transaction.atomic():
            upload, _ = imports.start(
                delivery.address.owner, output.url, settings, protocol=Upload.Protocol.HOOK
            )
        made.note(output, video=upload.video)
    except uploads.ExternalIdTaken:
        made.note(output, code="external_id_taken")
    except QuotaExceeded as refusal:
        made.note(output, video=_failed(delivery, settings, refusal.code, refusal.message))
        made.error_code = made.error_code or refusal.code
    except UrlWrong as wrong:
        made.note(output, video=_failed(delivery, settings, wrong.code, wrong.message))
        made.error_code = made.error_code or wrong.code


def _recorded(delivery: HookDelivery, settings: VideoSettings, code: str, message: str) -> Made:
    try:
        with transaction.atomic():
            video = _failed(delivery, _numbered(settings, delivery, 0), code, message)
    except uploads.ExternalIdTaken:
        return Made(State.REFUSED, error_code="external_id_taken")
    return Made(State.RECORDED, error_code=code, video=video)


def _failed(
    delivery: HookDelivery, settings: VideoSettings, code: str, message: str
) -> Video | None:
    """Create a video that has failed, so that its owner sees it in the library."""
    title = settings.title or _UNTITLED
    upload = uploads.create(
        delivery.address.owner,
        replace(settings, title=title),
        protocol=Upload.Protocol.HOOK,
        filename=title,
        limits=uploads.Limits(quotas=False),
        expires_in=_SOON,
    )
    closing.close(upload, code=code, message=message)
    return upload.video


def _failure(report: Report) -> tuple[str, str]:
    if report.status == Status.CANCELED:
        return "generation_canceled", "The generation was canceled at the generator."
    told = report.error or "it gave no reason"
    return "generation_failed", f"The generator could not make it: {told}"


def _settings(delivery: HookDelivery, report: Report) -> VideoSettings:
    """Return the address's settings with what the report adds to them. A member of the report's
    metadata wins."""
    kept = addresses.settings_of(delivery.address)
    both = {**kept.metadata, **report.metadata}
    metadata = words.members(both, METADATA_BYTES)
    return replace(
        kept,
        title=report.title,
        metadata=report.metadata if metadata is None else metadata,
        provenance=report.provenance,
    )


def _numbered(settings: VideoSettings, delivery: HookDelivery, number: int) -> VideoSettings:
    """Return the settings of one of several outputs, whose ids and titles carry its number (from
    1); without a number those of the only one."""
    external_id = f"{delivery.source}:{delivery.job_id}"
    if not number:
        return replace(settings, external_id=external_id)
    ending = f" ({number})"
    title = words.shortened(settings.title, _TITLE_LENGTH - len(ending))
    return replace(
        settings,
        external_id=f"{external_id}:{number}",
        title=title + ending if title else "",
    )
