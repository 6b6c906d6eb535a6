"""Names from outside are only ever shown."""

import pytest

from videos.ingest.services import clean_filename


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("holiday.mp4", "holiday.mp4"),
        ("../../etc/passwd", "passwd"),
        ("C:\\videos\\a.mp4", "a.mp4"),
        ("a\nb\x00c.mp4", "abc.mp4"),
        ("\u202egnp.mp4", "gnp.mp4"),
        ("-i.mp4", "-i.mp4"),
        ("<img src=x onerror=alert(1)>.mp4", "<img src=x onerror=alert(1)>.mp4"),
        ("", "unnamed"),
        ("\x00", "unnamed"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_file_name_is_cleaned_for_showing(given: str, shown: str) -> None:
    assert clean_filename(given) == shown
