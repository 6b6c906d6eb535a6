"""Light and colours of flat patches, held against the standards' own formulas."""

from __future__ import annotations

import math
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from processing.ffmpeg.encoding import pixels, tone
from processing.ffmpeg.media import Light, VideoStream
from processing.ffmpeg.tests.clips import asked, color_at, encoded, ffmpeg, video_stream

pytestmark = pytest.mark.slow

SIDE = 16
HDR10: dict[str, Any] = {
    "pixel_format": "yuv420p10le", "bit_depth": 10, "width": SIDE, "height": SIDE,
    "color_primaries": "bt2020", "color_transfer": "smpte2084", "color_space": "bt2020nc",
}  # fmt: skip
HLG = {**HDR10, "color_transfer": "arib-std-b67"}
TO_2020 = ((0.6274, 0.3293, 0.0433), (0.0691, 0.9195, 0.0114), (0.0164, 0.0880, 0.8956))
# A dark skin, a light skin, foliage, blue sky and a grey card, in BT.709 signals.
PATCHES = [(0.45, 0.32, 0.26), (0.72, 0.58, 0.51), (0.34, 0.42, 0.26), (0.38, 0.48, 0.62),
           (0.4895, 0.4895, 0.4895), (0.05, 0.05, 0.05), (0.6, 0.1, 0.1)]  # fmt: skip


def pq(nits: float) -> float:
    """SMPTE ST 2084: the signal of a light in cd/m²."""
    power = (nits / 10_000) ** (2610 / 16384)
    low, high = 3424 / 4096 + 2413 / 128 * power, 1 + 2392 / 128 * power
    return float((low / high) ** (2523 / 32))


def hlg(scene: float) -> float:
    """ARIB STD-B67: the signal of a light of the scene, 0 to 1."""
    if scene <= 1 / 12:
        return math.sqrt(3 * scene)
    return 0.17883277 * math.log(12 * scene - 0.28466892) + 0.55991073


def wide(colour: Sequence[float]) -> list[float]:
    """The light in BT.2020 of a signal on an SDR screen, 1 being its white."""
    light = [value**2.4 for value in colour]
    return [sum(a * b for a, b in zip(row, light, strict=True)) for row in TO_2020]


def luma(light: Sequence[float]) -> float:
    red, green, blue = light
    return 0.2627 * red + 0.678 * green + 0.0593 * blue


def in_pq(colour: Sequence[float]) -> list[float]:
    return [pq(203 * value) for value in wide(colour)]


def in_hlg(colour: Sequence[float]) -> list[float]:
    """For the nominal screen of 1000 cd/m², whose own gamma of 1.2 is taken out."""
    light = [value * 0.203 for value in wide(colour)]
    bright = luma(light) ** (-1 / 6) if any(light) else 0
    return [hlg(value * bright) for value in light]


def in_sdr_2020(colour: Sequence[float]) -> list[float]:
    return [value ** (1 / 2.4) for value in wide(colour)]


def coded_2020(signal: Sequence[float]) -> tuple[int, int, int]:
    """10 bits, limited range."""
    y = luma(signal)
    blue, red = (signal[2] - y) / 1.8814, (signal[0] - y) / 1.4746
    return round(64 + 876 * y), round(512 + 896 * blue), round(512 + 896 * red)


def shown(video: VideoStream, codes: tuple[int, int, int]) -> list[float]:
    """The BT.709 signal that a flat patch of 10-bit codes becomes."""
    count = SIDE * SIDE
    planes = [(code, count if number == 0 else count // 4) for number, code in enumerate(codes)]
    raw = b"".join(struct.pack("<H", code) * many for code, many in planes)
    command = ["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p10le"]
    command += ["-s", f"{SIDE}x{SIDE}", "-i", "-", "-vf", ",".join(pixels.steps(video, SIDE, SIDE))]
    command += ["-f", "rawvideo", "-"]
    made = subprocess.run(command, input=raw, check=True, capture_output=True, timeout=60).stdout
    parts = made[:count], made[count : count + count // 4], made[count + count // 4 :]
    y, blue, red = (sum(part) / len(part) for part in parts)
    y, blue, red = (y - 16) / 219, (blue - 128) / 224, (red - 128) / 224
    green = y - (0.2126 * 1.5748 * red + 0.0722 * 1.8556 * blue) / 0.7152
    return [y + 1.5748 * red, green, y + 1.8556 * blue]


@pytest.mark.parametrize("colour", PATCHES)
@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (HDR10, in_pq),
        (HLG, in_hlg),
        ({**HDR10, "color_transfer": "bt2020-10"}, in_sdr_2020),
    ],
    ids=["pq", "hlg", "sdr"],
)
def test_skin_and_grey_look_as_on_an_sdr_screen(
    stream: dict[str, Any], code: Any, colour: tuple[float, float, float]
) -> None:
    made = shown(video_stream(**stream), coded_2020(code(colour)))
    assert made == pytest.approx(colour, abs=0.02)


@pytest.mark.parametrize("nits", [150, 203, 400, 1000, 3000, 4000])
def test_highlights_follow_the_curve(nits: int) -> None:
    made = shown(video_stream(**HDR10), coded_2020([pq(nits)] * 3))
    assert made == pytest.approx([curve(nits / 203, 4000 / 203) ** (1 / 2.4)] * 3, abs=0.01)


def curve(light: float, peak: float, knee: float = 0.5) -> float:
    """The only function (ax + b)/(cx + d) that is at the knee with a slope of 1, 1 at the peak."""
    over, room, span = light - knee, 1 - knee, peak - knee
    return knee + over * room * span / (room * span + over * (span - room))


def test_a_film_graded_darker_is_not_made_darker_still() -> None:
    told = video_stream(**HDR10, light=Light(peak=4000, brightest=600))
    assert tone.peak_nits(told) == 600
    assert shown(told, coded_2020([pq(600)] * 3)) == pytest.approx([1] * 3, abs=0.01)


@pytest.mark.parametrize(
    ("light", "peak"),
    [(None, 4000), (Light(peak=1000), 1000), (Light(brightest=1), 400), (Light(peak=1e9), 10_000)],
)
def test_the_peak_is_believed_within_bounds(light: Light | None, peak: int) -> None:
    assert tone.peak_nits(video_stream(**HDR10, light=light)) == peak


def test_what_is_converted_is_told() -> None:
    for stream in (
        HDR10,
        HLG,
        {"color_primaries": "smpte432"},
        {"color_space": "bt2020nc", "color_primaries": "unknown"},
    ):
        assert pixels.needs_zscale(video_stream(**stream))
        assert set(pixels.color_tags(video_stream(**stream)).values()) == {"bt709", "tv"}
    assert not pixels.needs_zscale(video_stream())


def test_frames_of_two_fields_are_told_apart_by_themselves() -> None:
    for codec in ("h264", "mpeg2video", "dvvideo"):
        for order in ("tt", "unknown", "progressive"):
            assert pixels.before_grid(video_stream(field_order=order, codec=codec))
    assert pixels.before_grid(video_stream(field_order="progressive", codec="vp9")) == []
    assert pixels.before_grid(video_stream(codec="ffv1", pixel_format="bgr0")) == []


def hdr_clip(path: Path, *arguments: str) -> Path:
    """A skin in PQ, HEVC as cameras write it."""
    y, blue, red = coded_2020(in_pq(PATCHES[1]))
    patch = f"color=black:s=128x72:r=25:d=1,format=yuv420p10le,lut=y={y}:u={blue}:v={red}"
    told = "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:log-level=error"
    ffmpeg("-f", "lavfi", "-i", patch, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
           f"{told}:master-display=G(1,1)B(1,1)R(1,1)WP(1,1)L(10000000,1)", *arguments,
           path)  # fmt: skip
    return path


def test_an_hdr_video_is_made_into_an_sdr_one(tmp_path: Path) -> None:
    made = encoded(hdr_clip(tmp_path / "hdr.mp4"), tmp_path / "out")
    entries = "stream=pix_fmt,color_range,color_space,color_transfer,color_primaries"
    assert asked(made.top, "-show_entries", entries)["streams"][0] == {
        "pix_fmt": "yuv420p", "color_range": "tv", "color_space": "bt709",
        "color_transfer": "bt709", "color_primaries": "bt709",
    }  # fmt: skip
    first = asked(made.top, "-show_frames", "-read_intervals", "%+#1")["frames"][0]
    told = [data["side_data_type"] for data in first.get("side_data_list", [])]
    assert [kind for kind in told if "Mastering" in kind or "light" in kind] == []
    assert color_at(made.top, "8:8") == pytest.approx([v * 255 for v in PATCHES[1]], abs=6)
