"""The operations of tracks."""

from collections.abc import Mapping

from processing.captions.errors import SENTENCES
from videos.api.schema.examples import tracks as examples
from videos.api.schema.operation import Operation
from videos.fetching import errors as fetching

_UNREADABLE = tuple(SENTENCES)

OPERATIONS: Mapping[str, Operation] = {
    "track.list": Operation(
        "listTracks",
        "List the tracks of a video",
        "Captions, subtitles, chapters and added audio, in the order in which they were added. "
        "Whoever may see the video may read them.",
        answer=examples.TRACKS,
    ),
    "track.create": Operation(
        "createTrack",
        "Add captions, subtitles, chapters or audio",
        "Send a file as `multipart/form-data`, or JSON with the `url` of one or with `cues`. "
        "WebVTT, SRT, SBV, ASS, SSA, TTML, SCC and EBU STL are read, whatever their encoding. "
        "Nothing is encoded: players find the track at once. What cannot be read is refused with "
        "the lines that are wrong; what had to be changed is told in `notices`.\n\n"
        "Audio, such as another language or a commentary, is a file or a URL of `kind` `audio`. It "
        "begins with the video, or at the `offset`, and is `processing` until its "
        "`status` is `ready` or `failed`; the frames are not touched. Files are as large as those "
        "of `POST videos/`.",
        refusals={
            400: (
                "too_many_files",
                "fetch_bad_url",
                "fetch_forbidden_address",
                "file_empty",
                *_UNREADABLE,
            ),
            403: ("permission_denied", "upload_not_allowed", "quota_exceeded"),
            409: ("too_many_tracks", "upload_canceled"),
            422: fetching.CODES,
            503: ("captions_unavailable",),
            507: ("disk_full",),
        },
        request=examples.TRACK_SUBMIT,
        form=examples.TRACK_FILE,
        answer=examples.TRACK,
    ),
    "track.retrieve": Operation(
        "getTrack",
        "Get a track",
        "Returns a track with the addresses of its text as files.",
        answer=examples.TRACK,
    ),
    "track.partial_update": Operation(
        "updateTrack",
        "Change a track",
        "Members that are not sent stay as they are. A new default takes the place of the earlier "
        "one of its kind.",
        refusals={403: ("permission_denied",), 409: ("track_kind_fixed",)},
        request=examples.TRACK_EDIT,
        answer=examples.EDITED_TRACK,
    ),
    "track.destroy": Operation(
        "deleteTrack",
        "Delete a track",
        "Players no longer find it from then on.",
        refusals={403: ("permission_denied",)},
    ),
    "transcript.as_text": Operation(
        "getTranscriptText",
        "Get what is said, as text",
        "Returns the words of the captions in paragraphs, or of the subtitles if there are no "
        "captions: those that are the default, or are in the `language`.",
        answer="Ada: Shall we walk?\n",
        answer_type="text/plain",
    ),
    "transcript.as_webvtt": Operation(
        "getTranscriptWebVtt",
        "Get what is said, as WebVTT",
        "Returns the same captions with their times, for programs that read files.",
        answer="WEBVTT\n\n00:00:01.500 --> 00:00:04.250\n<v Ada>Shall we walk?</v>\n",
        answer_type="text/vtt",
    ),
    "transcript.as_json": Operation(
        "getTranscript",
        "Get what is said, with its times",
        "Returns the same captions for programs, with the times of each word if a transcription "
        "found them.",
        answer=examples.TRANSCRIPT,
    ),
    "track.cues": Operation(
        "getCues",
        "Get the cues of a track",
        "Returns all of them by their start, with the revision to send back with a change.",
        answer=examples.CUES,
    ),
    "track.shift_cues": Operation(
        "shiftCues",
        "Move the cues of a track in time",
        "Moves all cues by some seconds, or those from `after` on, with the times of their words. "
        "Nothing is cut off: cues that would begin before the video are refused.",
        refusals={
            400: ("cues_before_start", "cues_after_end"),
            403: ("permission_denied",),
            409: ("track_changed",),
        },
        request={"revision": 2, "shift": -0.75},
        answer=examples.CUES,
    ),
    "track.write_cues": Operation(
        "replaceCues",
        "Replace the cues of a track",
        "Send all cues with the `revision` that you have read. If somebody has changed the track "
        "since then, nothing is changed and the answer is 409.",
        refusals={403: ("permission_denied",), 409: ("track_changed",)},
        request=examples.CUES_FORM,
        answer=examples.CUES,
    ),
}
