"""Golden tests: what comes out looks like a reference that was never mangled."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from processing.ffmpeg.encoding import pixels
from processing.ffmpeg.media import VideoStream
from processing.ffmpeg.tests.clips import asked, described, encoded, ffmpeg, frames, grid
from tests import corpus

pytestmark = pytest.mark.slow

FRAME = "testsrc2=s=320x240:r=25:d=0.12,gblur=1"
LOSSLESS = ("-c:v", "ffv1", "-g", "1")
BT709 = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709")
TO_709 = "scale=out_color_matrix=bt709:out_range=tv"


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three frames in 8-bit 4:2:0, limited BT.709."""
    path = tmp_path_factory.mktemp("golden") / "reference.mkv"
    tags = [*BT709, "-color_range", "tv"]
    ffmpeg("-f", "lavfi", "-i", FRAME, "-vf", f"{TO_709},format=yuv420p", *tags, *LOSSLESS, path)
    return path


def shown(source: Path, folder: Path, count: int = 12) -> Path:
    """The first frames of a source as the largest rung gets them, kept without loss."""
    media = described(source)
    video, rate = media.video, grid(media).rate
    assert video is not None
    width, height = size(video)
    fps = f"fps={rate.numerator}/{rate.denominator}"
    graph = [*pixels.before_grid(video), fps, *pixels.steps(video, width, height)]
    chosen = ["-map", f"0:{video.index}", "-vf", ",".join(graph), "-frames:v", str(count)]
    ffmpeg("-i", source, *chosen, *LOSSLESS, folder / "shown.mkv")
    return folder / "shown.mkv"


def size(video: VideoStream) -> tuple[int, int]:
    """Its own, made even."""
    width, height = video.display_width, video.display_height
    return max(2, width - width % 2), max(2, height - height % 2)


def similarity(made: Path, reference: Path, steps: str = "null") -> float:
    """SSIM over all planes; `steps` turn the reference into what is expected."""
    graph = f"[0:v]setpts=N,settb=1[made];[1:v]{steps},setpts=N,settb=1[wanted];[made][wanted]ssim"
    log = ffmpeg("-i", made, "-noautorotate", "-i", reference, "-lavfi", graph, "-f", "null", "-")
    found = re.search(r"SSIM .*All:([\d.]+)", log)
    assert found, log
    return float(found[1])


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("matrix", "turned"),
    [
        ((0, 1, -1, 0), "transpose=clock"),
        ((-1, 0, 0, -1), "hflip,vflip"),
        ((0, -1, 1, 0), "transpose=cclock"),
        ((-1, 0, 0, 1), "hflip"),
        ((1, 0, 0, -1), "vflip"),
        ((0, 1, 1, 0), "transpose=cclock_flip"),
        ((0, -1, -1, 0), "transpose=clock_flip"),
    ],
)
def test_turned_and_mirrored_frames_stand_upright(
    tmp_path: Path, matrix: tuple[int, int, int, int], turned: str
) -> None:
    source = coded(tmp_path)
    turn(source, *matrix)
    video = described(source).video
    assert video is not None and not video.askew
    made = shown(source, tmp_path)
    assert similarity(made, source, turned) > 0.999


@pytest.mark.parametrize("matrix", [(0, 0, 0, 0), (1, 1, 1, 1), (0.7, 0.7, -0.7, 0.7)])
def test_a_matrix_that_is_no_quarter_turn_fails_nothing(
    tmp_path: Path, matrix: tuple[float, float, float, float]
) -> None:
    source = coded(tmp_path)
    turn(source, *matrix)
    video = described(source).video
    assert video is not None and video.askew
    assert frames(shown(source, tmp_path)) == 3


def coded(folder: Path) -> Path:
    source = folder / "turned.mp4"
    ffmpeg("-f", "lavfi", "-i", FRAME, "-c:v", "libx264", "-qp", "0", "-pix_fmt", "yuv420p",
           source)  # fmt: skip
    return source


def turn(path: Path, a: float, b: float, c: float, d: float) -> None:
    """Write a matrix into the track header, as phones do."""
    plain = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30)
    a, b, c, d = (round(value * 65536) for value in (a, b, c, d))
    data = path.read_bytes()
    place = data.index(plain, data.index(b"tkhd"))
    turned = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data[:place] + turned + data[place + len(turned) :])


def test_stretched_pixels_are_squared(tmp_path: Path, reference: Path) -> None:
    source = tmp_path / "wide.mkv"
    ffmpeg("-i", reference, "-vf", "setsar=2", *LOSSLESS, source)
    made = shown(source, tmp_path)
    assert similarity(made, reference, "scale=640:240:flags=bicubic") > 0.999


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    ("conversion", "pixel_format", "at_least"),
    [
        ("null", "yuv420p", 0.9999),
        ("null", "yuv420p10le", 0.999),
        ("null", "yuv422p", 0.99),
        ("null", "yuv422p10le", 0.99),
        ("null", "yuv444p", 0.99),
        ("scale=out_range=pc", "yuv420p", 0.999),
        ("scale=out_range=pc", "yuv420p10le", 0.999),
        ("scale=out_color_matrix=smpte240m", "yuv420p", 0.99),
        ("scale=out_color_matrix=bt2020", "yuv420p", 0.99),
        ("null", "gbrp", 0.99),
        ("null", "bgr0", 0.99),
        ("null", "gbrp10le", 0.99),
    ],
)
def test_every_kind_of_pixel_looks_the_same(
    tmp_path: Path, reference: Path, conversion: str, pixel_format: str, at_least: float
) -> None:
    source = tmp_path / "source.mkv"
    space = re.search("matrix=(.*)", conversion)
    tags = ["-colorspace", {"bt2020": "bt2020nc"}.get(space[1], space[1]) if space else "bt709"]
    tags += ["-color_range", "pc" if "pc" in conversion else "tv", "-color_primaries", "bt709"]
    if "gb" in pixel_format:
        tags = []
    ffmpeg("-i", reference, "-vf", f"{conversion},format={pixel_format}", *tags, *LOSSLESS, source)
    made = shown(source, tmp_path)
    told = asked(made, "-show_entries", "stream=pix_fmt")["streams"][0]
    assert told["pix_fmt"] == "yuv420p"
    assert similarity(made, reference) > at_least


# SMPTE ST 2084 of a light in SDR whites (203 cd/m²), and BT.2020 of BT.709, as expressions.
POWER = "pow(st(0,203/10000*({light})),0.1593017578125)"
PQ_OF = f"65535*pow((0.8359375+18.8515625*{POWER})/(1+18.6875*{POWER}),78.84375)"
LIGHT_OF = "{}*pow(r(X,Y)/65535,2.4)+{}*pow(g(X,Y)/65535,2.4)+{}*pow(b(X,Y)/65535,2.4)"
TO_2020 = ((0.6274, 0.3293, 0.0433), (0.0691, 0.9195, 0.0114), (0.0164, 0.0880, 0.8956))


def test_an_hdr_frame_looks_as_its_sdr_original(tmp_path: Path) -> None:
    original, source = tmp_path / "original.mkv", tmp_path / "hdr.mkv"
    dimmed = f"{FRAME},scale=160:120,format=gbrp16,lutrgb=r=val*0.7:g=val*0.7:b=val*0.7"
    ffmpeg("-f", "lavfi", "-i", dimmed, "-vf", f"{TO_709},format=yuv420p", *LOSSLESS, original)
    coded = [PQ_OF.format(light=LIGHT_OF.format(*row)) for row in TO_2020]
    graph = "geq=r='{}':g='{}':b='{}'".format(*coded)
    graph += ",scale=out_color_matrix=bt2020:out_range=tv,format=yuv444p10le"
    tags = ["-colorspace", "bt2020nc", "-color_primaries", "bt2020", "-color_trc", "smpte2084"]
    tags += ["-color_range", "tv"]
    ffmpeg("-f", "lavfi", "-i", dimmed, "-vf", graph, *tags, *LOSSLESS, source)
    made = shown(source, tmp_path)
    assert similarity(made, original) > 0.98
    assert mean_luma(made) == pytest.approx(mean_luma(original), abs=2)


@pytest.mark.parametrize("levels", ["tv", "pc"])
def test_grey_frames_keep_their_black_and_white(tmp_path: Path, levels: str) -> None:
    source, lowest = tmp_path / "grey.mkv", 16 if levels == "tv" else 0
    grey = f"color=black:s=64x64:r=25:d=0.04,format=gray,lut=y={lowest}"
    ffmpeg("-f", "lavfi", "-i", grey, "-color_range", levels, *LOSSLESS, source)
    assert mean_luma(shown(source, tmp_path)) == pytest.approx(16, abs=0.5)


def test_standard_definition_keeps_its_matrix(tmp_path: Path, reference: Path) -> None:
    source = tmp_path / "sd.mkv"
    tags = ["-colorspace", "smpte170m", "-color_primaries", "smpte170m", "-color_range", "tv"]
    steps = "scale=out_color_matrix=smpte170m"
    ffmpeg("-i", reference, "-vf", steps, *tags, *LOSSLESS, source)
    video = described(source).video
    assert video is not None
    assert pixels.color_tags(video)["-colorspace"] == "smpte170m"
    assert similarity(shown(source, tmp_path), source) > 0.9999


def mean_luma(path: Path) -> float:
    """Of the first frame, in codes."""
    log = ffmpeg(
        "-i", path, "-frames:v", "1", "-vf", "signalstats,metadata=print", "-f", "null", "-"
    )
    found = re.search(r"YAVG=([\d.]+)", log)
    assert found, log
    return float(found[1])


@pytest.mark.parametrize("first", ["tff", "bff"])
def test_fields_become_whole_frames(tmp_path: Path, first: str) -> None:
    moving, source = "testsrc2=s=320x240:r=50:d=0.4,gblur=1", tmp_path / "fields.mkv"
    ffmpeg("-f", "lavfi", "-i", moving, "-vf", f"interlace=scan={first}:lowpass=off,format=yuv420p",
           "-c:v", "libx264", "-qp", "0", "-x264-params", f"{first}=1", source)  # fmt: skip
    whole = tmp_path / "whole.mkv"
    ffmpeg("-f", "lavfi", "-i", moving, "-vf", "select='not(mod(n,2))',format=yuv420p",
           "-fps_mode", "passthrough", *LOSSLESS, whole)  # fmt: skip
    woven = similarity(source, whole)
    assert similarity(shown(source, tmp_path), whole) > max(0.97, woven + 0.01)


def test_whole_frames_wrongly_called_fields_are_left_alone(tmp_path: Path, reference: Path) -> None:
    source = tmp_path / "called.mov"
    ffmpeg("-i", reference, "-c:v", "prores_ks", "-field_order", "tt", source)
    video = described(source).video
    assert video is not None
    assert video.interlaced
    assert similarity(shown(source, tmp_path), source, "format=yuv420p") > 0.9999


def test_transparency_is_shown_over_black(tmp_path: Path) -> None:
    source = tmp_path / "glass.mov"
    glass = "color=white:s=64x64:r=25:d=0.08,format=rgba,colorchannelmixer=aa=0.5"
    ffmpeg("-f", "lavfi", "-i", glass, "-c:v", "png", source)
    assert mean_luma(shown(source, tmp_path)) == pytest.approx(16 + 219 / 2, abs=1.5)


def test_a_palette_keeps_its_colours(tmp_path: Path, reference: Path) -> None:
    source = tmp_path / "palette.gif"
    ffmpeg("-i", reference, "-filter_complex", "split[a][b];[a]palettegen[p];[b][p]paletteuse",
           source)  # fmt: skip
    assert similarity(shown(source, tmp_path), reference) > 0.9


@pytest.mark.parametrize("tiny", ["1x1", "2x1", "1x2", "2x2", "3x5"])
def test_the_smallest_frames_become_even(tmp_path: Path, tiny: str) -> None:
    source = tmp_path / "tiny.mkv"
    ffmpeg("-f", "lavfi", "-i", f"color=white:s=16x16:r=25:d=0.04,scale={tiny.replace('x', ':')}",
           "-pix_fmt", "yuv444p", *LOSSLESS, source)  # fmt: skip
    made = encoded(source, tmp_path / "out")
    assert frames(made.top) == 1
    assert mean_luma(made.top) == pytest.approx(235, abs=1)


@pytest.mark.parametrize("container", ["ts", "mp4", "mkv"])
def test_another_shape_midway_is_fitted_in(tmp_path: Path, container: str) -> None:
    parts = []
    for shape in ("320x240", "120x240", "160x120"):
        parts.append(tmp_path / f"{shape}.ts")
        white = f"color=white:s={shape}:r=25:d=1"
        ffmpeg("-f", "lavfi", "-i", white, "-c:v", "libx264", "-pix_fmt", "yuv420p", parts[-1])
    joined = tmp_path / f"joined.{container}"
    ffmpeg("-i", f"concat:{'|'.join(map(str, parts))}", "-c", "copy", joined)
    top = encoded(joined, tmp_path / "out").top
    lit = [share_lit(top, number) for number in (10, 35, 60)]
    assert lit == [pytest.approx(share, abs=0.03) for share in (1, 120 / 320, 1)]


def share_lit(path: Path, number: int) -> float:
    chosen = f"select='eq(n,{number})',signalstats,metadata=print"
    log = ffmpeg("-i", path, "-vf", chosen, "-frames:v", "1", "-f", "null", "-")
    found = re.search(r"YAVG=([\d.]+)", log)
    assert found, log
    return (float(found[1]) - 16) / 219


KINDS = ("hdr_10bit", "phone_rotation", "geometry", "codecs", "animated")
REFUSED = ("mjpeg_434x343_41s.mov", "animated.webp", "still.webp")


def files(*kinds: str) -> list[object]:
    """Names of files of the corpus, as `kind/name`, without what is refused."""
    folders = [corpus.VIDEOS / kind for kind in kinds]
    found = [path for folder in folders for path in sorted(folder.glob("*"))]
    return [f"{p.parent.name}/{p.name}" for p in found if not p.name.endswith(REFUSED)]


@pytest.mark.thorough
@pytest.mark.parametrize("name", corpus.each(files(*KINDS)))
def test_real_files_come_out_upright_and_as_bright(tmp_path: Path, name: str) -> None:
    source = corpus.VIDEOS / name
    video = described(source).video
    assert video is not None
    made = shown(source, tmp_path, count=1)
    told = asked(made, "-show_entries", "stream=width,height,pix_fmt")["streams"][0]
    width, height = size(video)
    assert (told["width"], told["height"], told["pix_fmt"]) == (width, height, "yuv420p")
    assert frames(made) == 1
    # SSIM looks at 8 by 8 pixels.
    if min(width, height) >= 8 and not pixels.needs_zscale(video):
        # What FFmpeg shows when nothing is asked of it but the size.
        plain = f"scale={width}:{height},format=yuv420p,setsar=1,scale=out_range=tv"
        first = tmp_path / "first.mkv"
        ffmpeg("-i", source, "-map", f"0:{video.index}", "-vf", plain, "-frames:v", "1",
               *LOSSLESS, first)  # fmt: skip
        assert similarity(made, first) > 0.97
