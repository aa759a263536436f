"""Dots that tell one sheet from another without a PDF library."""

from __future__ import annotations

import hashlib

from kiosk.domain.printer import PageRaster

WIDTH, HEIGHT = 256, 2000
PAGE_BYTES = WIDTH // 8 * HEIGHT


class SheetDots:
    """``ports.Rasterizer``: one page whose dots are made of the sheet's own bytes."""

    def pages(self, pdf: bytes) -> list[PageRaster]:
        if not pdf:
            raise ValueError("no sheet")
        return [PageRaster(WIDTH, HEIGHT, 203, rows_of(pdf))]


def rows_of(pdf: bytes) -> bytes:
    seed = hashlib.sha256(pdf).digest()
    blocks = (
        hashlib.sha256(seed + n.to_bytes(4, "big")).digest() for n in range(PAGE_BYTES // 32 + 1)
    )
    return b"".join(blocks)[:PAGE_BYTES]
