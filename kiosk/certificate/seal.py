"""The seal's image (公印): read from PNG once, kept as samples that any PDF reader decodes.

The samples are packed by run lengths (PDF 32000-1, 7.4.5), not by zlib: two machines with two
builds of zlib must still draw the same bytes.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from itertools import groupby

from PIL import Image, UnidentifiedImageError


@dataclass(frozen=True, slots=True)
class SealImage:
    """``packed`` are run-length packed indices into ``palette`` (RGB triples)."""

    png: bytes = field(repr=False)
    png_sha256: str
    width: int  # pixels
    height: int
    palette: bytes = field(repr=False)
    packed: bytes = field(repr=False)


def read_seal(png: bytes) -> SealImage | None:
    """The image on white paper, or None if it cannot be read. At most 4000 pixels each way."""
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            if max(image.size) > 4000:
                return None
            picture = image.convert("RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        return None
    paper = Image.new("RGBA", picture.size, (255, 255, 255, 255))
    flat = Image.alpha_composite(paper, picture).convert("RGB").tobytes()
    pixels = [flat[i : i + 3] for i in range(0, len(flat), 3)]
    colours = sorted(set(pixels))
    for step in (17, 51):  # at most 4096, then at most 216 colours: plenty for one ink on white
        if len(colours) > 256:
            pixels = [bytes((v + step // 2) // step * step for v in pixel) for pixel in pixels]
            colours = sorted(set(pixels))
    index = {colour: i for i, colour in enumerate(colours)}
    samples = bytes(index[pixel] for pixel in pixels)
    width, height = picture.size
    return SealImage(
        png, hashlib.sha256(png).hexdigest(), width, height, b"".join(colours), run_length(samples)
    )


def run_length(samples: bytes) -> bytes:
    """RunLengthDecode's encoding: runs of two and more packed, the rest literal."""
    out = bytearray()
    literal = bytearray()

    def flush() -> None:
        for start in range(0, len(literal), 128):
            chunk = literal[start : start + 128]
            out.append(len(chunk) - 1)
            out.extend(chunk)
        literal.clear()

    for value, same in groupby(samples):
        count = sum(1 for _ in same)
        if count == 1:
            literal.append(value)
            continue
        flush()
        while count > 1:
            run = min(count, 128)
            out += bytes((257 - run, value))
            count -= run
        if count:
            literal.append(value)
    flush()
    out.append(128)
    return bytes(out)
