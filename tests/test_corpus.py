"""Every real file of the corpus ends as its index says: ready and flawless, or failed by a code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from processing.audit import release_audit
from processing.models import Run
from tests import corpus
from videos.ingest import services as ingest
from videos.models import Release, Video

pytestmark = pytest.mark.slow

# Of each kind one that is quickly encoded; the others by `make test-all`.
SAMPLE = (
    "codecs/mpeg4_amr.3gp",
    "codecs/vp8.ivf",
    "derived/audio_7.1.mp4",
    "derived/negative_ts_editlist.mp4",
    "derived/one_frame_h264.mp4",
    "derived/audio_only.m4a",
    "derived/res_change_midstream.ts",
    "geometry/tiny_2x2_hdr10.mp4",
    "phone_rotation/portrait.MOV",
    "structure/cover_art.mkv",
    "structure/ts_no_initial_keyframe.ts",
    "corrupt/ebml_header_only.mkv",
    "unsupported/vvc.mp4",
)
# What is refused on purpose although a decoder could be found: pictures in another file.
REFUSED = {"codecs/mjpeg_434x343_41s.mov": "source_unsupported"}
CODES = {
    "corrupt/asf_cut.wmv": {"source_not_video", "source_truncated"},
    "corrupt/ebml_header_only.mkv": {"source_not_video", "source_truncated"},
    "corrupt/stsc_stco_contradiction.mp4": {"source_not_video", "source_truncated"},
    "corrupt/vp9_invalid_bitstream.webm": {
        "source_unsupported",
        "source_truncated",
        "encode_failed",
    },
    "derived/truncated_moov_missing.mp4": {"source_truncated"},
    "unsupported/drm_widevine.mp4": {"source_encrypted"},
    "unsupported/init_segment_only.mp4": {"source_truncated", "source_unsupported"},
    "unsupported/vvc.mp4": {"source_unsupported"},
}


@dataclass(frozen=True)
class Case:
    """A file of the index, and what is expected of it in the index's own words."""

    path: Path
    name: str
    expect: str

    @property
    def must_play(self) -> bool:
        """Whether nothing else will do."""
        plain = self.expect.strip() in ("accept", "audio-only policy")
        return plain and self.name not in REFUSED

    @property
    def codes(self) -> set[str] | None:
        """The errors it may fail with; None when any that tells of the file will do."""
        if self.name in REFUSED:
            return {REFUSED[self.name]}
        return CODES.get(self.name)


def _cases() -> list[object]:
    return [_case(row["path"], row["expect"]) for row in corpus.rows() if row["size"] != "0"]


def _case(name: str, expect: str) -> object:
    marks = [] if name in SAMPLE else [pytest.mark.corpus]
    case = Case(corpus.VIDEOS / name, name, expect)
    return pytest.param(case, id=name, marks=[*marks, pytest.mark.timeout(900)])


@pytest.mark.parametrize("case", corpus.each(_cases()))
def test_a_file_ends_as_the_index_says(
    case: Case,
    take_in: Callable[[Path], Video],
    work_off: Callable[[], None],
    leftovers: Callable[[], list[Path]],
) -> None:
    video = take_in(case.path)
    work_off()
    video.refresh_from_db()
    assert leftovers() == []
    if video.status == Video.Status.READY:
        assert not case.expect.strip().startswith("reject") or "or" in case.expect
        assert video.release is not None
        report = release_audit.audit(video.release, deep=True, decode=True)
        assert report["ok"], report["findings"]
        return
    assert video.status == Video.Status.FAILED
    assert not case.must_play, f"{video.error_code}: {video.error_message}"
    assert video.error_message
    assert video.error_code.startswith(("source_", "encode_")), video.error_code
    if case.codes is not None:
        assert video.error_code in case.codes


def test_an_empty_file_is_refused_at_once(take_in: Callable[[Path], Video], tmp_path: Path) -> None:
    empty = tmp_path / "empty.mp4"
    empty.touch()
    with pytest.raises(ingest.EmptyFile):
        take_in(empty)
    assert not Run.objects.exists()
    assert not Release.objects.exists()


def test_without_a_corpus_its_tests_are_skipped_and_say_so() -> None:
    [case] = corpus.each([])
    [mark] = case.marks  # type: ignore[attr-defined]  # pytest does not say what a param is
    assert mark.name == "skipif"
    assert "VODLOOM_CORPUS" in mark.kwargs["reason"]
