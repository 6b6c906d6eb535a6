"""What can be changed or left out while captions or added audio are read, each once with the
sentence for people.

The details of a notice have ``count``, how often it happened, and ``line``, the first line at which
it did, unless the sentence names others. docs/media.md lists all kinds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from processing.captions.document import Notice


@dataclass(frozen=True)
class Kind:
    """A kind of notice: ``sentence`` is filled in with the details, ``when`` says when it is
    given."""

    code: str
    sentence: str
    when: str


KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            "audio_padded",
            "The audio ends {seconds} seconds before the video, which goes on in silence.",
            when="an added audio track is shorter than the video",
        ),
        Kind(
            "audio_cut",
            "The last {seconds} seconds of the audio were left out: it is longer than the video.",
            when="an added audio track is longer than the video",
        ),
        Kind(
            "captions_encoding_guessed",
            "The file does not say how its characters are encoded; it was read as {encoding}. If "
            "letters are wrong, say the language, or save the file as UTF-8.",
            when="the file is no Unicode",
        ),
        Kind(
            "captions_bytes_replaced",
            "Damaged characters of the file ({count}) are shown as �.",
            when="a few bytes of a file do not fit its encoding",
        ),
        Kind(
            "captions_header_missing",
            "The file has no line WEBVTT at its beginning, and was read all the same.",
            when="a WebVTT file begins with a cue",
        ),
        Kind(
            "captions_header_ignored",
            "The time map of the file (X-TIMESTAMP-MAP, line {line}) was ignored: its cues stand "
            "at the times that are written beside them.",
            when="the file is a segment of a stream",
        ),
        Kind(
            "captions_styles_dropped",
            "Style sheets of the file ({count}, the first on line {line}) were left out; viewers "
            "choose how captions look.",
            when="a WebVTT file has STYLE blocks",
        ),
        Kind(
            "captions_comments_dropped",
            "Comments in the file ({count}, the first on line {line}) were left out.",
            when="the file has comments, which players do not show",
        ),
        Kind(
            "captions_regions_dropped",
            "Regions of the file ({count}, the first on line {line}) cannot be read, and were "
            "left out.",
            when="a region has no name, has that of another one, or there are too many",
        ),
        Kind(
            "captions_settings_dropped",
            "Positions of cues ({count}, the first on line {line}) cannot be kept.",
            when="the settings of a cue are wrong, or say what WebVTT cannot",
        ),
        Kind(
            "captions_styling_dropped",
            "Fonts, colours and effects of cues ({count}, the first on line {line}) were left out; "
            "bold, italic and underlined text is kept.",
            when="a cue is styled by other than what WebVTT has tags for",
        ),
        Kind(
            "captions_drawings_dropped",
            "Drawings ({count}, the first on line {line}) were left out.",
            when="an ASS file draws shapes",
        ),
        Kind(
            "captions_tags_escaped",
            "Unknown tags in cues ({count}, the first on line {line}) are shown as text.",
            when="a cue has tags such as <script>",
        ),
        Kind(
            "captions_tags_mended",
            "Tags in cues ({count}, the first on line {line}) were not closed in order, and were "
            "mended.",
            when="a cue has tags without an end, or ends without a tag",
        ),
        Kind(
            "captions_timestamps_dropped",
            "Times within cues ({count}, the first on line {line}) that are out of order, or not "
            "within the cue, were left out.",
            when="the times in a cue's text are out of order",
        ),
        Kind(
            "captions_characters_removed",
            "Control characters were removed from cues ({count}, the first on line {line}).",
            when="a text has NUL, control characters, or characters that reverse the text after "
            "them",
        ),
        Kind(
            "captions_empty_cues_dropped",
            "Cues without any text ({count}, the first on line {line}) were left out.",
            when="a cue has no text",
        ),
        Kind(
            "captions_instants_dropped",
            "Cues that end when they start ({count}, the first on line {line}) were left out.",
            when="a cue lasts no time, so that no player shows it",
        ),
        Kind(
            "captions_identifiers_shortened",
            "Identifiers of cues ({count}, the first on line {line}) were shortened.",
            when="an identifier has more than 200 characters, or an arrow",
        ),
        Kind(
            "captions_end_guessed",
            "The file does not say when the last cue ends; it is shown for 5 seconds.",
            when="an SCC file ends before it clears the screen",
        ),
        Kind(
            "captions_start_late",
            "The captions begin after {hours} h. If the clock of the programme begins there, "
            "shift them all back by that.",
            when="the first cue of an SCC or TTML file starts after an hour or more",
        ),
        Kind(
            "captions_channels_dropped",
            "The file has captions of a second channel, which were left out.",
            when="an SCC file has two channels, often for two languages",
        ),
        Kind(
            "captions_recognized",
            "The text was recognised in the sound by {engine}, with the model {model}. Read it "
            "through: names and numbers are often wrong.",
            when="captions are made of what is said",
        ),
    )
}
"""All kinds by their codes."""


def sentence(notice: Notice) -> str:
    """Return the sentence that people read. Formats without lines have none in it either."""
    told = KINDS[notice.code].sentence
    if notice.details.get("line") == 0:
        told = told.replace(", the first on line {line}", "")
    return told.format(**notice.details)
