"""Image files, made fit to be published: drawn anew from their pixels, in several sizes, under names of their own.

Whatever else a file holds (where and when a photograph was taken, what a program noted in it) is not published.
Pillow is loaded where there is an image to be looked at.
"""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Any

from sitegen import routes
from sitegen.files import fingerprint
from sitegen.models import Image
from sitegen.svg import Refused, drawing
from sitegen.tasks import Remembered, Source

if TYPE_CHECKING:
    from PIL.Image import Image as Pixels
    from PIL.ImageFile import ImageFile

FORMATS = {"avif": "AVIF", "gif": "GIF", "jpeg": "JPEG", "jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
"""What an ending says that a file is."""

ENDINGS = {"AVIF": "avif", "GIF": "gif", "JPEG": "jpg", "PNG": "png", "WEBP": "webp"}

MOST_BYTES = 20_000_000
MOST_SVG_BYTES = 2_000_000
MOST_PIXELS = 50_000_000
"""How much a file may hold: a photograph of a large camera, and no decompression bomb."""

WIDTHS = (480, 960, 1440)
"""Pixels across of the smaller versions: a text's column on screens of single, double and triple density."""

TALLEST = 16_383
"""Pixels that a WebP file may be high."""

LOSSY: dict[str, Any] = {"quality": 80, "method": 4}
LOSSLESS: dict[str, Any] = {"lossless": True, "quality": 50, "method": 2}

KEPT = ("icc_profile", "transparency")
"""What of a file's notes is needed to show its pixels."""

NOTES = ("exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif")
"""Where Pillow puts what a file says about how it came to be."""

LONGEST = 100
"""Bytes of a file's own name in its published name."""


def prepare(source: Source) -> Remembered:
    """An image file. The head is an `Image`; the tails are the bytes of its `files`, in their order."""
    name = source.path.rpartition("/")[2]
    stem, _, ending = name.rpartition(".")
    try:
        whole, width, height, smaller = _svg(source.data) if ending.lower() == "svg" else _pixels(name, source.data)
    except Refused as refused:
        fault = (refused.code, f"the image `{name}` {refused.message}", refused.help)
        return Remembered(tuple(Image(fault=fault)))
    stem = _stem(stem)
    files = [(f"{stem}.{fingerprint(whole[1])[:8]}.{whole[0]}", width)]
    files += [(f"{stem}-{across}.{fingerprint(data)[:8]}.webp", across) for across, data in smaller]
    return Remembered(tuple(Image(width, height, tuple(files))), (whole[1], *(data for _, data in smaller)))


def _stem(stem: str) -> str:
    """A file's name as the beginning of its published one."""
    short = routes.slug_of(stem).encode()[:LONGEST].decode(errors="ignore").rstrip("-.")
    return "image" if routes.slug_fault(short) else short


Looked = tuple[tuple[str, bytes], int, int, list[tuple[int, bytes]]]
"""Ending and bytes of the whole image; its width and height; width and bytes of smaller ones, the narrowest first."""


def _svg(data: bytes) -> Looked:
    _limit(data, MOST_SVG_BYTES)
    made = drawing(data)
    return ("svg", made.data), made.width, made.height, []


def _limit(data: bytes, most: int) -> None:
    if len(data) > most:
        message = f"has {len(data):,} bytes, more than the {most:,} that are published"
        raise Refused("bad-image", message, "make it smaller, or save it in another format")


def _pixels(name: str, data: bytes) -> Looked:
    """An image of pixels. Raises Refused."""
    from PIL.Image import DecompressionBombError, DecompressionBombWarning

    _limit(data, MOST_BYTES)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", DecompressionBombWarning)
            return _opened(name, data)
    except (DecompressionBombError, DecompressionBombWarning):
        raise _too_large() from None


def _too_large() -> Refused:
    return Refused("bad-image", f"has more than {MOST_PIXELS:,} pixels", "make it smaller")


def _opened(name: str, data: bytes) -> Looked:
    from PIL import Image as Library
    from PIL import UnidentifiedImageError
    from PIL.Image import DecompressionBombError, DecompressionBombWarning

    stem, _, ending = name.rpartition(".")
    try:
        with Library.open(BytesIO(data), formats=sorted(ENDINGS)) as image:
            kind = "JPEG" if image.format == "MPO" else str(image.format)
            if kind != FORMATS[ending.lower()]:
                raise Refused("bad-image", f"is a {kind} file", f"call it `{stem}.{ENDINGS[kind]}`")
            if image.width * image.height > MOST_PIXELS:
                raise _too_large()
            image.load()
            if kind != "JPEG" and getattr(image, "is_animated", False):
                return _moving(image, kind, data)
            return _still(image, kind, data)
    except (Refused, DecompressionBombError, DecompressionBombWarning):
        raise
    except UnidentifiedImageError:
        message = "is no image that can be read: neither PNG, JPEG, GIF, WebP nor AVIF"
        raise Refused("bad-image", message, "export it again") from None
    except Exception as problem:  # noqa: BLE001 - whatever a broken or hostile file makes a decoder do
        raise Refused("bad-image", f"is broken ({problem})", "export it again") from None


def _moving(image: ImageFile, kind: str, data: bytes) -> Looked:
    """An animation, as it is: to draw it anew would change its colours and times."""
    if image.getexif() or any(name in image.info for name in NOTES):
        message = "is an animation that says when, where or how it was made, which is not to be published"
        raise Refused("bad-image", message, "save it without metadata")
    return (ENDINGS[kind], data), image.width, image.height, []


def _still(image: ImageFile, kind: str, data: bytes) -> Looked:
    from PIL.ImageOps import exif_transpose

    lossless = kind in ("GIF", "PNG") or (kind == "WEBP" and _is_lossless(data))
    how = _how(image, kind, lossless)
    upright = exif_transpose(image)
    upright.info = {key: upright.info[key] for key in KEPT if key in upright.info}
    whole = _saved(upright, kind, how)
    width, height = upright.size
    smaller: list[tuple[int, bytes]] = []
    if upright.mode in ("1", "L", "LA", "P", "PA", "RGB", "RGBA"):
        colours = _in_colours(upright)
        most = len(whole)
        for across in reversed([each for each in WIDTHS if each < width and each * height <= TALLEST * width]):
            size = (across, max(1, round(height * across / width)))
            small = colours.resize(size, reducing_gap=3.0)
            made = _saved(small, "WEBP", LOSSLESS if lossless else LOSSY)
            if len(made) < most:  # one that saves nothing is of no use
                smaller.insert(0, (across, made))
                most = len(made)
    return (ENDINGS[kind], whole), width, height, smaller


def _how(image: ImageFile, kind: str, lossless: bool) -> dict[str, Any]:
    """How the whole image is saved: as finely as it was, as far as that is known."""
    if kind == "JPEG":
        from PIL.JpegImagePlugin import get_sampling

        tables = getattr(image, "quantization", None)
        return {"qtables": tables, "subsampling": get_sampling(image), "optimize": True, "progressive": True}
    if kind == "AVIF":
        return {"quality": 85, "max_threads": 1, "autotiling": False}  # the same bytes on any number of processors
    if kind == "WEBP":
        return LOSSLESS if lossless else {**LOSSY, "quality": 90}
    return {"optimize": True}


def _in_colours(image: Pixels) -> Pixels:
    """An image as it can be made smaller: not a palette's numbers, but colours."""
    colours = image.convert("RGBA" if image.has_transparency_data else "RGB")
    profile = image.info.get("icc_profile") if image.mode in ("P", "PA", "RGB", "RGBA") else None
    colours.info = {"icc_profile": profile} if profile else {}
    return colours


def _saved(image: Pixels, kind: str, how: dict[str, Any]) -> bytes:
    out = BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def _is_lossless(data: bytes) -> bool:
    """Whether a WebP file holds its pixels as they were (https://developers.google.com/speed/webp/docs/riff_container)."""
    at = 12
    while (chunk := data[at : at + 4]) not in (b"VP8 ", b"VP8L", b""):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    return chunk == b"VP8L"
