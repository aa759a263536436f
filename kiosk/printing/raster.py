"""The very PDF, as the dots of the print head: pypdfium2, one bit per dot, no scaling to fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pypdfium2 as pdfium
from PIL import Image

from kiosk.domain.pdfium_lock import PDFIUM_LOCK
from kiosk.domain.printer import PageRaster

MM_PER_INCH: Final = 25.4
POINTS_PER_INCH: Final = 72.0

#: A page may differ from its nominal size by this much (rounding of millimetres to points).
SIZE_TOLERANCE_PT: Final = 1.0

#: Darker than the middle of the 8-bit scale is ink. Fixed, so that a sheet's hash is repeatable.
INK_BELOW: Final = 128

#: More pages than this are a mistake, not a certificate; it also bounds the memory used.
MAX_PAGES: Final = 30

#: 255 where there is ink: PIL packs a non-zero pixel of mode "1" as a set bit, MSB first.
_TO_INK: Final = [255 if level < INK_BELOW else 0 for level in range(256)]


@dataclass(frozen=True, slots=True)
class HeadGeometry:
    """A print head and the paper it is used with.

    Attributes:
        name: word of the configuration.
        dpi: dots per inch, both ways.
        dots: width of the head in dots; the picture is cropped to it, centred, never scaled.
        paper_mm: nominal (width, height) of a page.
        roll: slips: ``paper_mm`` gives the width and the most a slip may be long.
    """

    name: str
    dpi: int
    dots: int
    paper_mm: tuple[float, float] = (210.0, 297.0)
    roll: bool = False


#: A slip longer than this is a mistake.
SLIP_MOST_MM: Final = 400.0

#: Heads narrower than A4: about 5 mm at either side stay white (Custom KPM216H manual, graphic
#: page: 1600 dots at 204 dpi, 2368 dots at 300 dpi).
HEADS: Final[dict[str, HeadGeometry]] = {
    head.name: head
    for head in (
        HeadGeometry("a4-203", 203, 1600),
        HeadGeometry("a4-204", 204, 1600),
        HeadGeometry("a4-300", 300, 2368),
        # Page printers put the page on the paper themselves: A4 at their resolution, edge to edge
        # (PWG 5102.4: 210 mm at 300 dpi are 2480 columns).
        HeadGeometry("page-300", 300, 2480),
        HeadGeometry("page-600", 600, 4960),
        # Roll printers for slips: 72 mm of 80 mm paper, 48 mm of 58 mm paper.
        HeadGeometry("roll-80", 203, 576, (80.0, SLIP_MOST_MM), roll=True),
        HeadGeometry("roll-58", 203, 384, (58.0, SLIP_MOST_MM), roll=True),
    )
}


class PdfiumRasterizer:
    """``Rasterizer`` for one head. Same PDF, same pypdfium2: the same dots, bit by bit."""

    def __init__(self, head: HeadGeometry) -> None:
        self.head = head

    def pages(self, pdf: bytes) -> list[PageRaster]:
        """All pages, in order.

        Raises:
            ValueError: not a PDF, no page, too many, another paper size, or ink in the margin
                that this head cannot reach (nothing on a certificate may be cut off silently).
        """
        with PDFIUM_LOCK:
            try:
                document = pdfium.PdfDocument(pdf)
            except pdfium.PdfiumError as error:
                raise ValueError("not a readable PDF") from error
            try:
                return self._pages(document)
            except pdfium.PdfiumError as error:
                raise ValueError("a page of the PDF cannot be read") from error
            finally:
                document.close()

    def _pages(self, document: pdfium.PdfDocument) -> list[PageRaster]:
        if not 0 < len(document) <= MAX_PAGES:
            raise ValueError(f"a sheet set has 1 to {MAX_PAGES} pages, not {len(document)}")
        return [self._page(document[index], index + 1) for index in range(len(document))]

    def _page(self, page: pdfium.PdfPage, number: int) -> PageRaster:
        self._check_size(page, number)
        bitmap = page.render(scale=self.head.dpi / POINTS_PER_INCH, grayscale=True)
        grey: Image.Image = bitmap.to_pil()
        ink = grey.point(_TO_INK, "1")
        bitmap.close()
        page.close()
        return self._crop(ink, number)

    def _check_size(self, page: pdfium.PdfPage, number: int) -> None:
        off_pt = [
            size_pt - size_mm / MM_PER_INCH * POINTS_PER_INCH
            for size_pt, size_mm in zip(page.get_size(), self.head.paper_mm, strict=True)
        ]
        if self.head.roll:
            off_pt[1] = max(0.0, off_pt[1])  # shorter than the longest slip
        if any(abs(off) > SIZE_TOLERANCE_PT for off in off_pt):
            raise ValueError(f"page {number} is not {self.head.paper_mm} mm")

    def _crop(self, ink: Image.Image, number: int) -> PageRaster:
        width, height = ink.size
        left = (width - self.head.dots) // 2
        if left < 0:
            raise ValueError(f"page {number} is narrower than the head")
        right = left + self.head.dots
        for margin in ((0, 0, left, height), (right, 0, width, height)):
            if margin[2] > margin[0] and ink.crop(margin).getbbox() is not None:
                raise ValueError(f"page {number} has ink where this head cannot print")
        kept = ink.crop((left, 0, right, height))
        return PageRaster(
            width=kept.width, height=kept.height, dpi=self.head.dpi, rows=kept.tobytes()
        )
