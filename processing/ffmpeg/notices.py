"""The notices of a video: everything that was left out, shortened, guessed or repaired.

A notice is no error: the video plays. Each kind is defined here once, with a stable code, the
sentence people read, the case in which it is given, and what the owner can do. To add one, add a
`Kind` to `KINDS` and give it where the fact is known: in `planning/noticed.py` for findings of the
probe, in `steps/completeness.py` for findings of the encode, in `videos/objects/faults.py` for
losses in the storage. docs/api.md lists all kinds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from processing.ffmpeg.stored import known


@dataclass(frozen=True)
class Notice:
    """One notice of a video; `details` are the numbers and names in its sentence."""

    code: str
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary that `json` can write."""
        return {"code": self.code, "message": self.message, "details": dict(self.details)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Notice:
        """Return the notice that `to_json` of any version wrote."""
        return cls(**known(cls, data))


@dataclass(frozen=True)
class Kind:
    """A kind of notice. `sentence` is filled in with the details, `when` says when it is given, and
    `advice` says what its owner can do; it is empty if nothing needs to be done."""

    code: str
    sentence: str
    when: str
    advice: str = ""

    def __call__(self, **details: Any) -> Notice:
        """Return a notice of this kind."""
        return Notice(self.code, self.sentence.format(**details), details)


_EXPORT = "Export the video again from the original, as MP4 with H.264 and AAC."
_AGAIN = "Copy the file again from where it was recorded, and upload that."

AUDIO_UNDECODABLE = Kind(
    "audio_undecodable",
    "An audio track ({codec}, {language}) cannot be decoded, so it is left out.",
    when="an audio track has a format that cannot be decoded, unlike the rest of the file",
    advice=_EXPORT,
)
AUDIO_LEFT_OUT = Kind(
    "audio_left_out",
    "An audio track ({codec}, {language}) is left out.",
    when="the file has more audio tracks than are used, or the track belongs to another programme",
    advice="Upload a file in which the track you need comes first.",
)
CHANNELS_DOWNMIXED = Kind(
    "channels_downmixed",
    "Audio with {channels} channels is mixed down to stereo.",
    when="an audio track has more than two channels",
)
VIDEO_STREAM_LEFT_OUT = Kind(
    "video_stream_left_out",
    "The file holds another video track ({codec}), which is left out.",
    when="the file has more than one video track, cover images not counted",
    advice="Upload the other track as a file of its own.",
)
SUBTITLES_NOT_TAKEN = Kind(
    "subtitles_not_taken",
    "The subtitles ({languages}) are in a format that cannot be read, and are left out.",
    when="the file has subtitles other than MP4 text, SRT, ASS, SSA, WebVTT and EIA-608",
    advice="Upload them as a file of WebVTT or SRT.",
)
SUBTITLES_NOT_CONVERTIBLE = Kind(
    "subtitles_not_convertible",
    "The subtitles ({languages}) are images, not text, and are left out.",
    when="the file has subtitles as images (PGS, VobSub, DVB)",
    advice="Upload them as a file of WebVTT or SRT, or burn them into the video.",
)
CAPTIONS_NOT_TAKEN = Kind(
    "captions_not_taken",
    "Of the captions of television in the frames only the first channel of CEA-608 is read; others "
    "and CEA-708 are left out.",
    when="captions of television are stored beside the pixels of frames",
    advice="If some are missing, extract them with an editor, and upload them as SCC or SRT.",
)
FRAMES_DROPPED = Kind(
    "frames_dropped",
    "{dropped} of {frames} frames are left out, because the video is made with {rate} frames a "
    "second and they are closer together.",
    when="the file has more than 60 frames a second, or some frames nearly at the same time",
)
FRAME_RATE_GUESSED = Kind(
    "frame_rate_guessed",
    "The file does not say when its frames are shown, so {rate} frames a second are assumed.",
    when="no frame times can be read from the file",
    advice=_EXPORT,
)
CLOCK_REPAIRED = Kind(
    "clock_repaired",
    "The timestamps of the file jump; what follows a jump was moved to where it most likely "
    "belongs.",
    when="timestamps of frames or audio jump back, or far ahead",
    advice="Check that audio and picture fit together until the end.",
)
GAP_FILLED = Kind(
    "gap_filled",
    "For {seconds} s the file holds neither frames nor audio; the frame before stays on the "
    "screen, in silence.",
    when="the file has a gap, as when a signal is lost",
    advice=_AGAIN,
)
HDR_CONVERTED = Kind(
    "hdr_converted",
    "The HDR picture ({transfer}) is converted to SDR.",
    when="the file is PQ or HLG",
)
ALPHA_FLATTENED = Kind(
    "alpha_flattened",
    "Transparent parts, if there are any, are shown in black.",
    when="the pixels of the file can be transparent",
    advice="Put the video on the background you want before uploading.",
)
TURN_NOT_FOLLOWED = Kind(
    "turn_not_followed",
    "The file asks for a rotation or distortion that is not supported; the picture is shown as it "
    "is stored.",
    when="the picture is to be rotated by other than a quarter turn, or distorted",
    advice="Check that the picture is upright; if it is not, rotate it before uploading.",
)
ASPECT_ASSUMED = Kind(
    "aspect_assumed",
    "The file gives its pixels a shape of {told} (width to height), which cannot be right; "
    "{taken} is used.",
    when="the file gives two pixel shapes, or one that is not possible",
    advice="Check whether the picture is too wide or too narrow.",
)
SOURCE_INCOMPLETE = Kind(
    "source_incomplete",
    "The file holds only {arrived} of {told} s.",
    when="the file says that it is longer than what it holds",
    advice=_AGAIN,
)
SOURCE_BROKEN_OFF = Kind(
    "source_broken_off",
    "The file breaks off after {arrived} s; it is not known how much is missing.",
    when="the end of the file is missing, and nothing in the file tells how long it was",
    advice=_AGAIN,
)
APPENDED_FILE_LEFT_OUT = Kind(
    "appended_file_left_out",
    "The file contains a second file; only the first one, of {seconds} s, is used.",
    when="several files were joined in a way that cannot be played",
    advice="Upload each of them as a file of its own, or join them with an editor.",
)
FRAMES_UNDECODABLE = Kind(
    "frames_undecodable",
    "{missing} of {frames} frames could not be decoded; the frame before is shown instead.",
    when="frames of the file are damaged, or the frames they depend on are missing",
    advice=_AGAIN,
)
FRAMES_DAMAGED = Kind(
    "frames_damaged",
    "{damaged} of {frames} frames are damaged in the file and may look broken.",
    when="frames of the file decode with errors",
    advice=_AGAIN,
)
AUDIO_DAMAGED = Kind(
    "audio_damaged",
    "The audio ({language}) is damaged in {places} places of the file, where it may be silent.",
    when="audio of the file decodes with errors",
    advice=_AGAIN,
)
AUDIO_INCOMPLETE = Kind(
    "audio_incomplete",
    "The file holds {heard} of {told} s of the audio ({language}); the rest is silent.",
    when="the file holds less audio than it says, or less could be decoded",
    advice=_AGAIN,
)
SIZE_CHANGED_MIDWAY = Kind(
    "size_changed_midway",
    "The picture changes its size or format midway; the whole video is made in {width} × {height}.",  # noqa: RUF001  # the sign for it
    when="frames of the file have different sizes or pixel formats",
)

CLIP_SHORTENED = Kind(
    "clip_shortened",
    "The clip was to end at {asked} s, but the file ends at {ends} s.",
    when="the end of the clip that was asked for is after the end of the file",
)

OUTPUT_MISSING = Kind(
    "output_missing",
    "{missing} of {files} stored files of the video are missing or damaged, so it does not play "
    "to its end.",
    when="`manage.py fsck` found that files of the release are missing or damaged",
    advice="Process it again.",
)
PICTURE_MISSING = Kind(
    "picture_missing",
    "{missing} of {files} stored pictures of the video are missing or damaged. The video plays.",
    when="`manage.py fsck` found that pictures of the release are missing or damaged",
    advice="Make its pictures again.",
)
ORIGINAL_MISSING = Kind(
    "original_missing",
    "The original file is missing or damaged in the storage, so the video cannot be processed "
    "again.",
    when="`manage.py fsck` found that the original is missing or damaged",
    advice="Keep your own copy of the file.",
)

KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        AUDIO_UNDECODABLE,
        AUDIO_LEFT_OUT,
        CHANNELS_DOWNMIXED,
        VIDEO_STREAM_LEFT_OUT,
        SUBTITLES_NOT_TAKEN,
        SUBTITLES_NOT_CONVERTIBLE,
        CAPTIONS_NOT_TAKEN,
        FRAMES_DROPPED,
        FRAME_RATE_GUESSED,
        CLOCK_REPAIRED,
        GAP_FILLED,
        HDR_CONVERTED,
        ALPHA_FLATTENED,
        TURN_NOT_FOLLOWED,
        ASPECT_ASSUMED,
        SOURCE_INCOMPLETE,
        SOURCE_BROKEN_OFF,
        APPENDED_FILE_LEFT_OUT,
        FRAMES_UNDECODABLE,
        FRAMES_DAMAGED,
        AUDIO_DAMAGED,
        AUDIO_INCOMPLETE,
        SIZE_CHANGED_MIDWAY,
        CLIP_SHORTENED,
        OUTPUT_MISSING,
        PICTURE_MISSING,
        ORIGINAL_MISSING,
    )
}
"""All kinds by their codes."""
