"""Invented sheets (見本) and the jobs made of them."""

from __future__ import annotations

import hashlib
import uuid
from io import BytesIO

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from kiosk.domain.printer import PageRaster, PrintJob

A4_MM = (210.0, 297.0)


def sheet_pdf(pages: int = 1, size_mm: tuple[float, float] = A4_MM, x_mm: float = 20.0) -> bytes:
    """MIHON sheets with text, thin lines and a grid of small dots."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=(size_mm[0] * mm, size_mm[1] * mm), invariant=1)
    for page in range(1, pages + 1):
        canvas.setFont("Helvetica", 14)
        canvas.drawString(x_mm * mm, 270 * mm, f"MIHON {page}/{pages}")
        for row in range(30):
            canvas.setLineWidth(0.1 + row * 0.05)
            canvas.line(
                20 * mm, (40 + row * 7) * mm, (60 + row * 4 + page) * mm, (42 + row * 7) * mm
            )
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def job(pdf: bytes, pages: int = 1) -> PrintJob:
    return PrintJob(str(uuid.uuid4()), pdf, pages)


class SmallSheets:
    """A rasterizer of small made-up pages: fault tables need many bands, not many dots."""

    def __init__(self, width: int = 256, height: int = 2000) -> None:
        self.width, self.height = width, height

    def pages(self, pdf: bytes) -> list[PageRaster]:
        return [self._page(number) for number in range(pdf.count(b"/page"))]

    def _page(self, number: int) -> PageRaster:
        size = self.width // 8 * self.height
        block = b"".join(
            hashlib.sha256(bytes([number]) + index.to_bytes(4, "big")).digest()
            for index in range(size // 32 + 1)
        )
        return PageRaster(self.width, self.height, 203, block[:size])


def small_job(pages: int = 1) -> PrintJob:
    return job(b"/page" * pages, pages)
