"""A head's dots as a picture, and what a copier makes of it."""

from __future__ import annotations

from PIL import Image, ImageFilter

from kiosk.domain.printer import PageRaster

#: Blur of a copier's optics (standard deviation) and finer steps it is computed in.
BLUR_MM = 0.08
FINER = 3


def picture(page: PageRaster) -> Image.Image:
    """Black on white, one pixel a dot."""
    ink = Image.frombytes("1", (page.width, page.height), page.rows)
    return ink.convert("L").point([255 - level for level in range(256)])


def photocopy(paper: Image.Image, dpi: int) -> Image.Image:
    """Blurred, then black or white at the middle: FINER times as many pixels each way."""
    size = (paper.width * FINER, paper.height * FINER)
    blurred = paper.resize(size, Image.Resampling.NEAREST).filter(
        ImageFilter.GaussianBlur(BLUR_MM / 25.4 * dpi * FINER)
    )
    return blurred.point([255 if level >= 128 else 0 for level in range(256)])


def ink_share(image: Image.Image) -> float:
    return image.convert("L").histogram()[0] / (image.width * image.height)
