"""The program that `examine` starts: decodes one image, and writes the pictures that are wanted.

Nothing of the file but its pixels comes into them. It prints what it found as JSON.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

# Pillow's names, ours, how the copy is saved, and the copy's suffix. MPO is a JPEG with others
# behind it, and of an animation only the first picture is kept.
FORMATS: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "JPEG": ("jpeg", "JPEG", {"quality": 90, "progressive": True}, ".jpg"),
    "MPO": ("jpeg", "JPEG", {"quality": 90, "progressive": True}, ".jpg"),
    "PNG": ("png", "PNG", {}, ".png"),
    "GIF": ("gif", "PNG", {}, ".png"),
    "WEBP": ("webp", "WEBP", {"quality": 90}, ".webp"),
    "AVIF": ("avif", "AVIF", {"quality": 80, "speed": 8}, ".avif"),
}
_OPENED = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
_WITH_ALPHA = ("RGBA", "LA", "PA", "RGBa", "La")
_QUALITY = 85
_WHITE = (255, 255, 255)


def main(arguments: list[str]) -> None:
    """Examine one file. The arguments are its path, the folder to write into, the most pixels, and
    the names of the pictures with their longest sides, as JSON: WebP where a name ends in `.webp`,
    else JPEG. A side of null means a copy of the same size and in the same format, if browsers show
    that."""
    path, folder, pixels, wanted = arguments
    found = _examined(Path(path), Path(folder), int(pixels), json.loads(wanted))
    sys.stdout.write(json.dumps(found))


def _examined(
    path: Path, folder: Path, pixels: int, wanted: dict[str, int | None]
) -> dict[str, Any]:
    Image.MAX_IMAGE_PIXELS = pixels // 2  # it refuses twice as many, before it decodes any
    try:
        with Image.open(path, formats=_OPENED) as image:
            if image.width * image.height > pixels:
                return {"error": "image_too_large"}
            kind = image.format or ""
            shown = upright(image)
    except (Image.DecompressionBombError, MemoryError):
        return {"error": "image_too_large"}
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError):
        return {"error": "image_invalid"}
    files, sizes = {}, {}
    for name, side in wanted.items():
        to = folder / name
        made, sizes[name] = _copied(shown, to, kind) if side is None else _small(shown, to, side)
        files[name] = made.name
    size = {"width": shown.width, "height": shown.height}
    return {"format": FORMATS[kind][0], "files": files, "sizes": sizes, **size}


def _copied(shown: Image.Image, path: Path, kind: str) -> tuple[Path, tuple[int, int]]:
    _, saved_as, options, suffix = FORMATS[kind]
    copy = path.with_suffix(suffix)
    shown.save(copy, saved_as, **options)
    return copy, shown.size


def _small(shown: Image.Image, path: Path, side: int) -> tuple[Path, tuple[int, int]]:
    small = _opaque(shown)
    small.thumbnail((side, side))
    if path.suffix == ".webp":
        small.save(path, "WEBP", quality=_QUALITY)
        return path, small.size
    file = path.with_suffix(".jpg")
    small.save(file, "JPEG", quality=_QUALITY, progressive=True)
    return file, small.size


def upright(image: Image.Image) -> Image.Image:
    """Return the first picture as RGB or RGBA in sRGB, turned as its EXIF says, and nothing else
    of the file."""
    profile = image.info.get("icc_profile")
    image.load()
    turned = ImageOps.exif_transpose(image)
    alpha = _alpha(turned)
    colours = _in_srgb(turned, profile)
    clean = Image.new("RGB", colours.size)
    clean.paste(colours)
    if alpha is not None:
        clean.putalpha(alpha)
    return clean


def _alpha(image: Image.Image) -> Image.Image | None:
    if image.mode in _WITH_ALPHA or "transparency" in image.info:
        return image.convert("RGBA").getchannel("A")
    return None


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the colours in sRGB; a profile that cannot be read counts as none."""
    plain = _eight_bits(image)
    if profile and plain.mode in ("RGB", "L", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(plain, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return converted
    return plain.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return the image in a mode of eight bits without alpha."""
    if image.mode.startswith("I"):
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("RGB", "L", "CMYK"):
        return image
    return image.convert("L" if image.mode in ("1", "LA", "La") else "RGB")


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.copy()
    page = Image.new("RGB", image.size, _WHITE)
    page.paste(image, mask=image.getchannel("A"))
    return page
