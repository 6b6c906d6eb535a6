"""What a file says of its audio fits the rows it is kept in."""

from dataclasses import replace
from fractions import Fraction

from processing.ffmpeg.media import AudioStream, Media
from processing.ffmpeg.planning import tracks
from videos.models import Rendition

_AUDIO = AudioStream(1, "aac", 2, 48_000, "und", Fraction(1, 48_000), 0, 10.0, None)
_LANGUAGES = ("eng-" + "-".join(["abcdefgh"] * 20), "de-DE-u-co-phonebk", "ger", "fra-x-y-z")


def test_whatever_a_file_says_of_its_audio_fits_a_row() -> None:
    audio = tuple(
        replace(_AUDIO, index=number, language=language, title="t" * 500)
        for number, language in enumerate(_LANGUAGES)
    )
    media = Media("matroska,webm", 10.0, 1, None, None, audio)
    made = tracks.tracks_of(media)
    assert len(made) == len(_LANGUAGES)
    for track in made:
        row = Rendition(kind="audio", name=track.name, language=track.language, title=track.title)
        excluded = {field.name for field in Rendition._meta.get_fields()}
        row.clean_fields(exclude=excluded - {"name", "language", "title"})
