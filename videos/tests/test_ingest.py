"""Names from outside are only ever shown."""

import pytest

from videos.ingest.uploads import clean_filename


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("holiday.mp4", "holiday.mp4"),
        ("../../etc/passwd", "passwd"),
        ("C:\\videos\\a.mp4", "a.mp4"),
        ("a\nb\x00c.mp4", "a bc.mp4"),
        ("\u202egnp.mp4", "gnp.mp4"),
        ("-i.mp4", "-i.mp4"),
        ("<img src=x onerror=alert(1)>.mp4", "<img src=x onerror=alert(1)>.mp4"),
        ("", "unnamed"),
        ("\x00", "unnamed"),
        ("x" * 300, "x" * 255),
        ("\u0645\u06cc\u200c\u062e.mp4", "\u0645\u06cc\u200c\u062e.mp4"),
        ("क्\u200dष.mp4", "क्\u200dष.mp4"),
        ("👨\u200d👩\u200d👧.mp4", "👨\u200d👩\u200d👧.mp4"),
        ("newer than the tables \U0001fadf.mp4", "newer than the tables \U0001fadf.mp4"),
        ("a\u202eb\u2066c\u2069\u200fd.mp4", "abcd.mp4"),
        ("a\u2028b.mp4", "a b.mp4"),
        ("\ud800a.mp4", "a.mp4"),
    ],
)
def test_a_file_name_is_cleaned_for_showing(given: str, shown: str) -> None:
    assert clean_filename(given) == shown
