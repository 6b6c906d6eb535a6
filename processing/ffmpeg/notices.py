"""The notices of a video: everything that was left out, shortened, guessed or repaired.

A notice is no error: the video plays. Each kind stands here once, with a stable code, the sentence
people read, when it is given and what can be done. To add one, add a `Kind` to `KINDS` and give it
where the fact is known: `planning/noticed.py` for what the probe finds, `steps/completeness.py` for
what encoding finds, `videos/objects/faults.py` for what the storage lost.
docs/api.md lists them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from processing.ffmpeg.stored import known


@dataclass(frozen=True)
class Notice:
    """One notice of a video: `details` are the numbers and names in its sentence."""

    code: str
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """A dictionary `json` can write."""
        return {"code": self.code, "message": self.message, "details": dict(self.details)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Notice:
        """The inverse of `to_json`, of any version."""
        return cls(**known(cls, data))


@dataclass(frozen=True)
class Kind:
    """A kind of notice: `sentence` is filled in with the details, `when` says when it is given,
    `advice` what its owner can do, empty where nothing needs to be done."""

    code: str
    sentence: str
    when: str
    advice: str = ""

    def __call__(self, **details: Any) -> Notice:
        """A notice of this kind."""
        return Notice(self.code, self.sentence.format(**details), details)


_EXPORT = "Export the video again from the original, as MP4 with H.264 and AAC."
_AGAIN = "Copy the file again from where it was recorded, and upload that."

AUDIO_UNDECODABLE = Kind(
    "audio_undecodable",
    "An audio track ({codec}, {language}) cannot be decoded, so it is left out.",
    when="an audio track is in a form that is not decoded; the rest of the file is",
    advice=_EXPORT,
)
AUDIO_LEFT_OUT = Kind(
    "audio_left_out",
    "An audio track ({codec}, {language}) is left out.",
    when="the file has more audio tracks than are made, or it belongs to another programme",
    advice="Upload a file in which the track you need comes first.",
)
CHANNELS_DOWNMIXED = Kind(
    "channels_downmixed",
    "Audio of {channels} channels is mixed down to stereo.",
    when="an audio track has more than two channels",
)
VIDEO_STREAM_LEFT_OUT = Kind(
    "video_stream_left_out",
    "The file holds another video track ({codec}), which is left out.",
    when="the file has more than one video track, cover images not counted",
    advice="Upload the other one as a file of its own.",
)
SUBTITLES_NOT_TAKEN = Kind(
    "subtitles_not_taken",
    "The subtitles ({languages}) are left out.",
    when="the file has subtitles as text",
)
SUBTITLES_NOT_CONVERTIBLE = Kind(
    "subtitles_not_convertible",
    "The subtitles ({languages}) are images, not text, and are left out.",
    when="the file has subtitles as images (PGS, VobSub, DVB)",
    advice="Burn them into the video before uploading.",
)
CHAPTERS_NOT_TAKEN = Kind(
    "chapters_not_taken",
    "The chapters of the file ({count}) are left out.",
    when="the file has chapters",
)
FRAMES_DROPPED = Kind(
    "frames_dropped",
    "{dropped} of {frames} frames are left out: they stand closer together than {rate} frames a"
    " second, which is what is made.",
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
    "The clock of the file jumps; what follows a jump was put where it belongs as well as can be"
    " told.",
    when="times of frames or of audio jump back, or far ahead",
    advice="Check that video and audio stay together to the end.",
)
GAP_FILLED = Kind(
    "gap_filled",
    "For {seconds} s the file holds neither video nor audio; the frame before stays, in silence.",
    when="there is a hole in the file, as where a signal was lost",
    advice=_AGAIN,
)
HDR_CONVERTED = Kind(
    "hdr_converted",
    "The HDR video ({transfer}) is converted to SDR.",
    when="the file is PQ or HLG",
)
ALPHA_FLATTENED = Kind(
    "alpha_flattened",
    "Transparent parts, if there are any, are shown black.",
    when="the pixels of the file can be transparent",
    advice="Put the video on the background you want before uploading.",
)
TURN_NOT_FOLLOWED = Kind(
    "turn_not_followed",
    "The file wants its video turned or drawn in a way that is not followed; it is shown as it is"
    " stored.",
    when="the video is to be turned by other than a quarter, or distorted",
    advice="Look whether it stands upright; else turn it before uploading.",
)
ASPECT_ASSUMED = Kind(
    "aspect_assumed",
    "The file tells that its pixels are {told} wide to high, which cannot be right; {taken} is"
    " taken.",
    when="the shape of pixels is told in two ways, or is none that pixels have",
    advice="Check whether the video is too wide or too narrow.",
)
SOURCE_INCOMPLETE = Kind(
    "source_incomplete",
    "Only {arrived} of {told} s of the file are there.",
    when="the file says that it is longer than what it holds",
    advice=_AGAIN,
)
SOURCE_BROKEN_OFF = Kind(
    "source_broken_off",
    "The file breaks off after {arrived} s; what would follow, and how much, is not known.",
    when="the end of the file is missing, and nothing in it tells how long it was",
    advice=_AGAIN,
)
APPENDED_FILE_LEFT_OUT = Kind(
    "appended_file_left_out",
    "Another file follows in the same file; only the first, of {seconds} s, is read to its end.",
    when="files were put one behind the other which cannot be played like that",
    advice="Upload each of them as a file of its own, or join them with an editor.",
)
FRAMES_UNDECODABLE = Kind(
    "frames_undecodable",
    "{missing} of {frames} frames could not be decoded; the frame before stays for them.",
    when="frames of the file are damaged, or lack what they are decoded from",
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
    "The audio ({language}) is damaged in {places} places of the file; there it may be silent.",
    when="audio of the file decodes with errors",
    advice=_AGAIN,
)
AUDIO_INCOMPLETE = Kind(
    "audio_incomplete",
    "{heard} of {told} s of the audio ({language}) are there; the rest is silent.",
    when="less audio is in the file, or could be decoded, than the file tells of",
    advice=_AGAIN,
)
SIZE_CHANGED_MIDWAY = Kind(
    "size_changed_midway",
    "The video changes its size or format midway; all of it is made in {width} × {height}.",  # noqa: RUF001  # the sign for it
    when="frames of the file have different sizes or pixel formats",
)

OUTPUT_MISSING = Kind(
    "output_missing",
    "{missing} of {files} stored files of the video are missing or damaged: it does not play"
    " through.",
    when="`manage.py fsck` found that the storage lost what the video plays",
    advice="Process it again.",
)
ORIGINAL_MISSING = Kind(
    "original_missing",
    "The original file is missing or damaged in the storage: the video cannot be processed again.",
    when="`manage.py fsck` found that the storage lost the original",
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
        CHAPTERS_NOT_TAKEN,
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
        OUTPUT_MISSING,
        ORIGINAL_MISSING,
    )
}
"""All of them by their code."""
