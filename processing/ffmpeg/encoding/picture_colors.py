"""The colours of pictures: the filters that scale a frame and convert it for a format of files."""

from __future__ import annotations

FLAGS = "flags=bicubic+accurate_rnd"
"""The options of scalers. Without them, each conversion rounds down."""
FINE = f"{FLAGS}+full_chroma_int"
"""The same, with every chroma sample worked out, which takes longer where the format is RGB."""
# JPEG means BT.601 in full range, WebP the same in limited range.
_FORMATS = {
    "jpg": (
        "out_color_matrix=smpte170m:out_range=pc:",
        ("format=yuvj420p", "setparams=range=pc:colorspace=smpte170m"),
    ),
    "webp": ("out_color_matrix=smpte170m:out_range=tv:", ("format=yuv420p",)),
    "png": ("", ("format=rgb24",)),
}


def filters(suffix: str, size: tuple[int, int] | None = None, flags: str = FLAGS) -> list[str]:
    """Return the filters that give a frame this size, or leave it as it is, in the colours of a
    ``jpg``, ``webp`` or ``png``. The first one is a scaler."""
    colors, rest = _FORMATS[suffix]
    sides = "" if size is None else f"{size[0]}:{size[1]}:"
    return [f"scale={sides}{colors}{flags}", *rest]
