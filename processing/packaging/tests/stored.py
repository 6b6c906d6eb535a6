"""A small release as its chunks are stored: made by FFmpeg with the switches of an encode."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

from processing.ffmpeg.tests.clips import ffmpeg
from processing.packaging import composition, segments
from processing.packaging.kinds import Kind
from processing.packaging.release import StoredChunk, StoredRendition, measured
from processing.packaging.track import Track, read_track

RATE = Fraction(30000, 1001)
TIMESCALE = 30000
GOP = 60
FRAME_TICKS = 1001
# Frames of each chunk: a GOP, two of them, and an end that is none; audio packets beside.
FRAMES = ((0, 60), (60, 180), (180, 225))
PACKETS = ((0, 94), (94, 282), (282, 352))
_FLAGS = "+frag_discont+empty_moov+default_base_moof+negative_cts_offsets+skip_trailer"
_MUXED = ["-map_metadata", "-1", "-fflags", "+bitexact", "-avoid_negative_ts", "disabled"]


def video_file(path: Path, first: int, end: int, *, height: int = 120, crf: int = 30) -> Path:
    """Frames `first` to `end` of a moving pattern."""
    composition.from_zero(bare_frames(path, first, end, height=height, crf=crf), RATE)
    return path


def bare_frames(path: Path, first: int, end: int, *, height: int = 120, crf: int = 30) -> Path:
    """The same as FFmpeg writes them, and older versions stored them."""
    source = f"testsrc2=s={height * 4 // 3}x{height}:r={RATE}"
    wanted = f"trim=start_frame={first}:end_frame={end}"
    argv = ["-filter_complex", f"{source},{wanted},format=yuv420p", "-fps_mode", "passthrough"]
    argv += ["-c:v", "libx264", "-preset", "veryfast", "-crf", str(crf), "-g", str(GOP)]
    argv += ["-keyint_min", str(GOP), "-sc_threshold", "0", "-x264-params", "stitchable=1"]
    argv += ["-video_track_timescale", str(TIMESCALE), *_MUXED]
    ffmpeg("-copyts", *argv, "-f", "mp4", "-movflags", f"{_FLAGS}+frag_keyframe", path)
    return path


def audio_file(path: Path, first: int, end: int, *, tone: int = 440) -> Path:
    """AAC packets `first` to `end` of a tone."""
    source = f"sine=f={tone}:r=48000:samples_per_frame=1024"
    begun = max(0, first - 20)
    wanted = f"atrim=start_sample={begun * 1024}:end_sample={(end + 2) * 1024}"
    kept = f"noise=drop='lt(pts,{first * 1024})+gte(pts,{end * 1024})'"
    argv = ["-filter_complex", f"{source},{wanted},aformat=channel_layouts=stereo"]
    argv += ["-c:a", "aac", "-b:a", "64k", "-bsf:a", kept, "-frag_duration", "500000", *_MUXED]
    ffmpeg("-copyts", *argv, "-f", "mp4", "-movflags", _FLAGS, path)
    return path


@dataclass(frozen=True)
class Stored:
    """The files of each rendition in order, and what their rows would tell."""

    folder: Path
    paths: dict[str, list[Path]]
    renditions: list[StoredRendition]

    def tracks(self, name: str) -> list[Track]:
        """The files of one rendition, read box by box."""
        return [read(path) for path in self.paths[name]]

    def rendition(self, name: str) -> StoredRendition:
        """One rendition."""
        return next(one for one in self.renditions if one.name == name)


def read(path: Path) -> Track:
    """A file, read box by box."""
    with path.open("rb") as file:
        return read_track(file)


def make(folder: Path) -> Stored:
    """Seven seconds and a half: two rungs, and audio in two languages."""
    makers: dict[str, Callable[[Path, int, int], Path]] = {
        "120p": lambda path, first, end: video_file(path, first, end, crf=20),
        "60p": lambda path, first, end: video_file(path, first, end, height=60),
        "audio-en": audio_file,
        "audio-de": lambda path, first, end: audio_file(path, first, end, tone=880),
    }
    paths: dict[str, list[Path]] = {}
    for name, maker in makers.items():
        (folder / name).mkdir(parents=True)
        spans = PACKETS if name.startswith("audio") else FRAMES
        files = [folder / name / f"{number:05d}.mp4" for number in range(len(spans))]
        paths[name] = [maker(file, *span) for file, span in zip(files, spans, strict=True)]
    return Stored(folder, paths, [described(name, files) for name, files in paths.items()])


def described(name: str, files: list[Path]) -> StoredRendition:
    """What the rows of a rendition would tell."""
    tracks = [read(file) for file in files]
    kind = tracks[0].kind
    is_video = kind == Kind.VIDEO
    plain = StoredRendition(
        name=name,
        kind=kind,
        codecs=tracks[0].codecs,
        timescale=tracks[0].timescale,
        bandwidth=0,
        average_bandwidth=0,
        chunks=[_chunk(name, number, file) for number, file in enumerate(files)],
        width=tracks[0].width,
        height=tracks[0].height,
        frame_rate=RATE if is_video else None,
        channels=0 if is_video else 2,
        language="" if is_video else name.removeprefix("audio-"),
        title={"audio-en": "English", "audio-de": 'Deutsch "&<'}.get(name, ""),
        default=name == "audio-en",
        init_sha256=sha256(tracks[0].init).hexdigest(),
    )
    return measured(plain, target=4)


def _chunk(name: str, number: int, file: Path) -> StoredChunk:
    track = read(file)
    grouped = segments.group(track.fragments, round(track.timescale * 4.004))
    return StoredChunk(
        number=number,
        uri=f"{name}/{file.name}",
        size=file.stat().st_size,
        init_size=track.init_size,
        start=grouped[0].start,
        duration=track.duration,
        rows=segments.to_json(grouped),
    )
